//! From what a sample holds to a draft: each question in turn, each answer used by the next.

use std::collections::HashSet;

use crate::dialect::Header;
use crate::{ColumnType, Level};

use super::doubt::{Doubt, Topic, counted};
use super::draft::{Draft, DraftColumn};
use super::layout::SourceLayout;
use super::numbers::STYLES;
use super::personal::{self, Kind};
use super::profile::{ColumnProfile, TableProfile};
use super::types::{self, Question, TypeFinding};
use super::{keys, names, null_tokens, partition};

/// A column of which an earlier draft would have rejected values of the sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Index of the column, from 0.
    pub column: usize,
    /// Rejected values.
    pub values: u64,
    /// Why, as a clause: `not a date of the declared format`.
    pub reason: String,
}

/// Drafts a definition of what the sample holds, for a job of this level (none: not named yet). Columns with refusals
/// become text.
///
/// Personal data above the job's level is passed over, so that no value of it enters the table; the doubts say so, and
/// which level the job needs.
pub fn draft(layout: &SourceLayout, profile: &TableProfile, job_level: Option<Level>, refusals: &[Refusal]) -> Draft {
    let mut doubts = layout.doubts.clone();
    if profile.records() < 100 {
        let records = counted(profile.records(), "record");
        doubts.push(Doubt::new(
            Topic::Sample,
            format!("only {records}: types, key and nulls may yet turn out otherwise"),
        ));
    }
    let columns = &profile.columns;
    let titles = &layout.titles;
    let kinds: Vec<Option<Kind>> = columns
        .iter()
        .zip(titles)
        .enumerate()
        .map(|(index, (column, title))| personal::classify(index, title, column, &mut doubts))
        .collect();
    let style = types::style(columns);
    let types = column_types(columns, titles, &kinds, style, refusals, &mut doubts);
    let mut dialect = layout.dialect.clone();
    dialect.null = null_tokens::choose(columns, &types, &mut doubts);
    number_style(&mut dialect, columns, &types, style, &mut doubts);
    trimming(&mut dialect, columns, &types, &mut doubts);
    let names = names::targets(&layout.titles, &mut doubts);
    let targets = loaded(columns, names, layout, &kinds, job_level, &mut doubts);
    let is_loaded: Vec<bool> = targets.iter().map(Option::is_some).collect();
    let key = keys::choose(profile, &types, titles, &is_loaded, &mut doubts);
    let is_personal: Vec<bool> = kinds.iter().map(Option::is_some).collect();
    let partition = partition::choose(profile, &types, &targets, &is_personal, &mut doubts);
    let needs_level = kinds.iter().flatten().map(|kind| kind.level()).max();
    let columns = draft_columns(layout, &types, &targets, &key, &kinds);
    for doubt in &mut doubts {
        let column = doubt.column.filter(|_| layout.is_header_certain).and_then(|column| columns.get(column - 1));
        doubt.target = column.and_then(|column| column.target.clone());
    }
    doubts.sort_by_key(|doubt| (doubt.about, doubt.column));
    Draft { dialect, partition, columns, needs_level, doubts }
}

fn column_types(
    columns: &[ColumnProfile],
    titles: &[String],
    kinds: &[Option<Kind>],
    style: usize,
    refusals: &[Refusal],
    doubts: &mut Vec<Doubt>,
) -> Vec<TypeFinding> {
    let decide = |(index, column): (usize, &ColumnProfile)| {
        if let Some(refusal) = refusals.iter().find(|refusal| refusal.column == index) {
            let Refusal { values, reason, .. } = refusal;
            let message = format!("{}: {reason}; string was chosen", counted(*values, "value"));
            doubts.push(Doubt::of_column(Topic::Type, index, message));
            return TypeFinding::TEXT;
        }
        let title = titles.get(index).map_or("", String::as_str);
        let kind = kinds.get(index).copied().flatten();
        types::decide(&Question { index, title, column, kind, style }, doubts)
    };
    columns.iter().enumerate().map(decide).collect()
}

/// The file's separators of numbers, where some number needs them.
fn number_style(
    dialect: &mut crate::Dialect,
    columns: &[ColumnProfile],
    types: &[TypeFinding],
    style: usize,
    doubts: &mut Vec<Doubt>,
) {
    let Some(chosen) = STYLES.get(style) else { return };
    let is_number = |column_type| {
        use ColumnType::{Bigint, Decimal, Double, Float, Int};
        matches!(column_type, Int | Bigint | Decimal { .. } | Double | Float)
    };
    let numbers = || {
        let all = columns.iter().zip(types).enumerate();
        let typed = all.filter(|(_, (column, found))| column.values > 0 && is_number(found.column_type));
        typed.filter_map(|(index, (column, _))| Some((index, column, column.numbers.get(style)?)))
    };
    if numbers().any(|(_, _, found)| found.has_groups) {
        dialect.thousands_separator = chosen.thousands;
    }
    if numbers().any(|(_, _, found)| found.has_points || found.has_groups) {
        dialect.decimal_separator = chosen.point;
    }
    for (index, column, _) in numbers().filter(|(_, _, found)| found.has_groups && !found.has_points) {
        let is_ambiguous = (0..STYLES.len()).any(|other| {
            let same_point = STYLES.get(other).is_some_and(|other| other.point == chosen.point);
            !same_point && column.numbers.get(other).is_some_and(|found| found.numbers == column.values)
        });
        if is_ambiguous {
            let message = "its separator is taken for that of thousands, but could be the decimal point";
            doubts.push(Doubt::of_column(Topic::Type, index, message));
        }
    }
}

/// Blanks around values are taken off where a type needs it.
fn trimming(dialect: &mut crate::Dialect, columns: &[ColumnProfile], types: &[TypeFinding], doubts: &mut Vec<Doubt>) {
    let is_text = |found: &TypeFinding| found.column_type == ColumnType::String;
    dialect.trim |= columns.iter().zip(types).any(|(column, found)| column.padded > 0 && !is_text(found));
    for (index, (column, _)) in columns.iter().zip(types).enumerate().filter(|(_, (c, t))| c.padded > 0 && is_text(t)) {
        let values = counted(column.padded, "value");
        let message = match dialect.trim {
            true => format!("{values} of text with blanks around: @trim takes them off here, too"),
            false => format!("{values} with blanks around, which are kept; @trim,y takes them off in all columns"),
        };
        doubts.push(Doubt::of_column(Topic::Type, index, message));
    }
}

/// The targets of columns that are loaded: not those that end every line without a title or a value, nor those of which
/// the job's level allows no raw value.
fn loaded(
    columns: &[ColumnProfile],
    names: Vec<String>,
    layout: &SourceLayout,
    kinds: &[Option<Kind>],
    job_level: Option<Level>,
    doubts: &mut Vec<Doubt>,
) -> Vec<Option<String>> {
    let mut targets = Vec::new();
    for (index, name) in names.into_iter().enumerate() {
        let is_nothing = layout.dialect.header == Header::ByPosition
            && layout.titles.get(index).is_some_and(String::is_empty)
            && columns.get(index).is_some_and(|column| column.values == 0);
        let above = kinds.get(index).copied().flatten().zip(job_level).filter(|(kind, level)| kind.level() > *level);
        if is_nothing {
            let message = "neither title nor values: passed over";
            doubts.push(Doubt::of_column(Topic::Header, index, message));
        }
        if let Some((kind, level)) = above {
            let needed = kind.level();
            let message = format!(
                "{kind} are {needed}, above the job's {level}: passed over, so that no value enters the table; since \
                 landing holds them all the same, name the job {needed}, or have the source leave them out"
            );
            doubts.push(Doubt::of_column(Topic::Level, index, message));
        }
        targets.push(Some(name).filter(|_| !is_nothing && above.is_none()));
    }
    targets
}

fn draft_columns(
    layout: &SourceLayout,
    types: &[TypeFinding],
    targets: &[Option<String>],
    key: &[usize],
    kinds: &[Option<Kind>],
) -> Vec<DraftColumn> {
    let mut labels = HashSet::new();
    let column = |(index, (found, target)): (usize, (&TypeFinding, &Option<String>))| {
        let mut source = layout.source(index);
        if !labels.insert(source.clone()) {
            source = format!("{source} ({})", index + 1);
        }
        let title = layout.titles.get(index).map_or("", String::as_str);
        let position = key.iter().position(|key| *key == index).and_then(|at| u32::try_from(at + 1).ok());
        let kind = kinds.get(index).copied().flatten();
        DraftColumn {
            source,
            target: target.clone(),
            column_type: found.column_type,
            key: position,
            level: kind.filter(|_| target.is_some()).map(Kind::level),
            format: found.format.clone().filter(|_| target.is_some()),
            description: if title.is_ascii() { String::new() } else { one_line(title) },
        }
    };
    types.iter().zip(targets).enumerate().map(column).collect()
}

/// A title with line ends as a comment.
fn one_line(title: &str) -> String {
    title.split_whitespace().collect::<Vec<_>>().join(" ").replace(char::is_control, "")
}
