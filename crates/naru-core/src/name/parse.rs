//! Parsing a job's name, with all that is wrong at once.

use std::str::FromStr;

use super::align::align;
use super::{JobName, NameError, NameErrors, SegmentKind, separator};
use crate::Phase;

impl JobName {
    /// Parses a bare name, a DAG's file name (`NAME.py`) or a path to it, with `/` or `\` between its parts.
    ///
    /// # Errors
    /// Every wrong segment at once.
    pub fn parse(given: &str) -> Result<Self, NameErrors> {
        let file = given.rsplit(['/', '\\']).next().unwrap_or(given);
        let name = file.strip_suffix(".py").unwrap_or(file);
        if let Some(job) = parse_right(name) {
            return Ok(job);
        }
        let mut errors = Vec::new();
        let (name, extension) = name.split_at(name.find('.').unwrap_or(name.len()));
        if !extension.is_empty() {
            errors.push(NameError::Extension { extension: extension.into() });
        }
        if name.is_empty() {
            errors.push(NameError::Empty);
        } else {
            explain(name, &mut errors);
        }
        Err(NameErrors { given: given.into(), errors })
    }
}

impl FromStr for JobName {
    type Err = NameErrors;

    fn from_str(given: &str) -> Result<Self, Self::Err> {
        Self::parse(given)
    }
}

/// The way of a right name; nothing is said about a wrong one.
fn parse_right(name: &str) -> Option<JobName> {
    let mut segments = separator::split(name);
    let mut next = || segments.next();
    let job = JobName {
        source: next()?.parse().ok()?,
        database: next()?.parse().ok()?,
        table: next()?.parse().ok()?,
        level: next()?.parse().ok()?,
        mode: next()?.parse().ok()?,
        engine: next()?.parse().ok()?,
        cadence: next()?.parse().ok()?,
    };
    next().is_none().then_some(job)
}

fn explain(name: &str, errors: &mut Vec<NameError>) {
    let segments: Vec<&str> = separator::split(name).collect();
    let kinds = match segments.len() {
        7 => SegmentKind::ALL.map(Some).to_vec(),
        _ => align(&segments),
    };
    match segments.len() {
        7 => {}
        found @ 0..7 => errors.push(NameError::Missing { found, missing: missing(&kinds) }),
        found => errors.push(surplus(found, &segments, &kinds)),
    }
    for (index, (segment, kind)) in segments.iter().zip(kinds).enumerate() {
        errors.extend(kind.and_then(|kind| wrong(kind, index + 1, segment)));
    }
}

/// What is wrong with one segment.
fn wrong(kind: SegmentKind, position: usize, segment: &str) -> Option<NameError> {
    match kind {
        SegmentKind::Source => {
            segment.parse::<super::SourceName>().err().map(|error| NameError::Source { position, error })
        }
        SegmentKind::Database => {
            segment.parse::<super::DatabaseName>().err().map(|error| NameError::Database { position, error })
        }
        SegmentKind::Table => {
            segment.parse::<super::TableName>().err().map(|error| NameError::Table { position, error })
        }
        SegmentKind::Level => segment.parse::<super::Level>().err().map(|error| NameError::Level { position, error }),
        SegmentKind::Mode => segment.parse::<super::Mode>().err().map(|error| NameError::Mode { position, error }),
        SegmentKind::Engine => {
            segment.parse::<super::Engine>().err().map(|error| NameError::Engine { position, error })
        }
        SegmentKind::Cadence => {
            segment.parse::<super::Cadence>().err().map(|error| NameError::Cadence { position, error })
        }
    }
}

/// Which segments are missing. Of the three that a project names itself nobody can tell which one is.
fn missing(kinds: &[Option<SegmentKind>]) -> String {
    const OPEN: [SegmentKind; 3] = [SegmentKind::Source, SegmentKind::Database, SegmentKind::Table];
    let absent: Vec<SegmentKind> = SegmentKind::ALL.into_iter().filter(|kind| !kinds.contains(&Some(*kind))).collect();
    let open = absent.iter().filter(|kind| OPEN.contains(kind)).count();
    let closed = absent.iter().filter(|kind| !OPEN.contains(kind)).map(ToString::to_string);
    let mut words: Vec<String> = if open == 3 { OPEN.map(|kind| kind.to_string()).into() } else { vec![] };
    words.extend(closed);
    // Last, so that no word behind them reads as another of theirs.
    match open {
        1 => words.push("one of source, database, table".into()),
        2 => words.push("two of source, database, table".into()),
        _ => {}
    }
    format!("{} {}", and(&words), if absent.len() == 1 { "is" } else { "are" })
}

fn surplus(found: usize, segments: &[&str], kinds: &[Option<SegmentKind>]) -> NameError {
    let over: Vec<&str> = segments.iter().zip(kinds).filter(|(_, kind)| kind.is_none()).map(|(s, _)| *s).collect();
    let phase = over.iter().find(|segment| segment.parse::<Phase>().is_ok()).map(|segment| (*segment).into());
    let surplus = match over.as_slice() {
        [one] if phase.is_some() => format!("\"{one}\" is"),
        [_] => "one is".into(),
        more => format!("{} are", more.len()),
    };
    NameError::Surplus { found, surplus, phase }
}

fn and(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
