//! Marks: that a job's interval is done, for whoever waits for it, whoever has run it.
//!
//! ```text
//!  naru run, naru mark, another scheduler ─▶ MarkStore ◀─ naru wait, Airflow's sensor
//! ```

mod store;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use store::{MarkError, MarkErrorKind, MarkStore};

use crate::name::vocabulary::vocabulary;
use crate::needs::Window;
use crate::{Interval, Phase, Project};

/// Where marks are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MarkStoreKind {
    /// A directory: a file for each mark.
    Directory,
    /// S3: an object for each mark.
    S3,
    /// A table of a PostgreSQL database: a row for each mark.
    Postgres,
}

vocabulary!(
    MarkStoreKind,
    "store of marks",
    {
        Directory => ("directory", "a file for each mark"),
        S3 => ("s3", "an object for each mark"),
        Postgres => ("postgres", "a row for each mark"),
    },
    aliases: &[("file", "directory"), ("files", "directory"), ("aws", "s3"), ("postgresql", "postgres"), ("pg", "postgres")],
    later: &[]
);

/// The `[marks]` table of `naru.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MarkSettings {
    /// The kind of store.
    pub store: MarkStoreKind,
    /// A directory, absolute or relative to the settings' file; `s3://bucket/prefix`; or `postgresql://user@host/database`.
    /// `{org}`, `{phase}` and `{account}` stand for their values.
    pub location: String,
}

impl MarkSettings {
    /// The location in a phase, without a slash at its end.
    pub fn location_of(&self, project: &Project, phase: Phase) -> String {
        project.filled(&self.location, phase).trim_end_matches('/').to_owned()
    }
}

/// A job's interval is done. Marking it again replaces the mark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// The job's name; another scheduler's job may have any name that [`check_job`] allows.
    pub job: String,
    /// First instant of the interval.
    pub interval_start: DateTime<Utc>,
    /// First instant after it; the start again for a run on demand.
    pub interval_end: DateTime<Utc>,
    /// When it was marked.
    pub marked_at: DateTime<Utc>,
    /// Who marked it, for people.
    pub marked_by: String,
}

impl Mark {
    /// A mark of an interval.
    pub fn of(job: impl Into<String>, interval: &Interval, marked_at: DateTime<Utc>, by: impl Into<String>) -> Self {
        let (interval_start, interval_end) = (interval.start, interval.end);
        Self { job: job.into(), interval_start, interval_end, marked_at, marked_by: by.into() }
    }

    /// Where it stands below a store's location: `JOB/INTERVAL.json`.
    pub fn path(job: &str, interval: &Interval) -> String {
        format!("{job}/{}.json", interval.text)
    }

    /// Whether its interval begins in a window.
    pub fn begins_in(&self, window: &Window) -> bool {
        window.start <= self.interval_start && self.interval_start < window.end
    }

    /// Whether it says of this interval that it is done: of the same one, to the instant.
    pub fn covers(&self, interval: &Interval) -> bool {
        self.interval_start == interval.start && self.interval_end == interval.end
    }
}

/// Why a text is no name that marks can be kept under.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no name of a job to be marked")]
pub struct MarkNameError(String);

impl MarkNameError {
    /// What to write.
    pub fn hint(&self) -> String {
        "write letters, digits, dots, hyphens and underscores, 250 at most, a letter or digit first".into()
    }
}

/// Checks the name of a job that another scheduler runs: `[A-Za-z0-9][A-Za-z0-9._-]{0,249}`, so that it can be a directory.
///
/// # Errors
/// A name that marks cannot be kept under.
pub fn check_job(name: &str) -> Result<(), MarkNameError> {
    let first = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if first && name.bytes().all(legal) && name.len() <= 250 { Ok(()) } else { Err(MarkNameError(name.into())) }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}, {}), by {}", self.job, self.interval_start, self.interval_end, self.marked_by)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::Cadence;

    #[test]
    fn a_mark_is_of_one_interval_and_reads_as_it_is_written() {
        let zone = chrono_tz::Asia::Seoul;
        let day = Interval::parse(Cadence::D, "2026-11-22", zone).unwrap();
        let mark = Mark::of("core", &day, "2026-11-23T01:00:00Z".parse().unwrap(), "airflow");
        assert_eq!(Mark::path("core", &day), "core/2026-11-22.json");
        assert!(mark.covers(&day) && !mark.covers(&day.next(Cadence::D, zone).unwrap()));
        let month = Interval::parse(Cadence::M, "2026-11", zone).unwrap();
        assert!(!mark.covers(&month));
        let json = serde_json::to_string(&mark).unwrap();
        assert_eq!(serde_json::from_str::<Mark>(&json).unwrap(), mark);
    }

    #[test]
    fn names_of_others_jobs_stay_in_their_directory() {
        for right in ["LEGACY.DAILY-1", "a", "core__deposit__account__p1__append__auto__d"] {
            assert_eq!(check_job(right), Ok(()), "{right}");
        }
        for wrong in ["", "..", "a/b", "-a", "a b", &"a".repeat(251)] {
            assert!(check_job(wrong).is_err(), "{wrong}");
        }
    }
}
