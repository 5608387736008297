//! What can be wrong with a job's name: one variant per kind of segment, each with its place and a hint.

use std::fmt;

use super::{PartError, WordError};
use crate::Fault;

/// What a segment is, in the order of the segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SegmentKind {
    /// The system that the data comes from.
    Source,
    /// Logical database.
    Database,
    /// Table.
    Table,
    /// Personal-data level.
    Level,
    /// How a load changes the table.
    Mode,
    /// Who runs it.
    Engine,
    /// How often.
    Cadence,
}

impl SegmentKind {
    /// Every kind, in the order of the segments.
    pub const ALL: [Self; 7] =
        [Self::Source, Self::Database, Self::Table, Self::Level, Self::Mode, Self::Engine, Self::Cadence];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Database => "database",
            Self::Table => "table",
            Self::Level => "level",
            Self::Mode => "mode",
            Self::Engine => "engine",
            Self::Cadence => "cadence",
        }
    }
}

impl fmt::Display for SegmentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One thing that is wrong with a job's name. `position` counts segments from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The source's name.
    #[error("segment {position}: {error}")]
    Source {
        /// Which segment, from 1.
        position: usize,
        /// The segment and what is wrong with it.
        error: PartError,
    },
    /// The database's name.
    #[error("segment {position}: {error}")]
    Database {
        /// Which segment, from 1.
        position: usize,
        /// The segment and what is wrong with it.
        error: PartError,
    },
    /// The table's name.
    #[error("segment {position}: {error}")]
    Table {
        /// Which segment, from 1.
        position: usize,
        /// The segment and what is wrong with it.
        error: PartError,
    },
    /// The level.
    #[error("segment {position}: {error}")]
    Level {
        /// Which segment, from 1.
        position: usize,
        /// The segment and what is wrong with it.
        error: WordError,
    },
    /// The mode.
    #[error("segment {position}: {error}")]
    Mode {
        /// Which segment, from 1.
        position: usize,
        /// The segment and what is wrong with it.
        error: WordError,
    },
    /// The engine.
    #[error("segment {position}: {error}")]
    Engine {
        /// Which segment, from 1.
        position: usize,
        /// The segment and what is wrong with it.
        error: WordError,
    },
    /// The cadence.
    #[error("segment {position}: {error}")]
    Cadence {
        /// Which segment, from 1.
        position: usize,
        /// The segment and what is wrong with it.
        error: WordError,
    },
    /// Fewer than seven segments.
    #[error("a job's name has 7 segments, this one has {found}: {missing} missing")]
    Missing {
        /// How many there are.
        found: usize,
        /// Which are missing, with the verb, as in `engine and cadence are`.
        missing: String,
    },
    /// More than seven segments.
    #[error("a job's name has 7 segments, this one has {found}: {surplus} too many")]
    Surplus {
        /// How many there are.
        found: usize,
        /// Which are too many, with the verb, as in `"extra" is`.
        surplus: String,
        /// A phase among the segments that are too many.
        phase: Option<String>,
    },
    /// A dot in a bare name, or a file that is no Python file.
    #[error("a job's name has no dot, this one ends with \"{extension}\"")]
    Extension {
        /// From the first dot on.
        extension: String,
    },
    /// No name at all.
    #[error("the job's name is empty")]
    Empty,
}

impl NameError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Source { error, .. } | Self::Database { error, .. } | Self::Table { error, .. } => error.hint(),
            Self::Level { error, .. }
            | Self::Mode { error, .. }
            | Self::Engine { error, .. }
            | Self::Cadence { error, .. } => error.hint(),
            Self::Missing { .. } | Self::Empty => {
                "write <source>__<database>__<table>__<level>__<mode>__<engine>__<cadence>".into()
            }
            Self::Surplus { phase: Some(phase), .. } => {
                format!("leave out \"{phase}\": the same job runs in every phase, naru run --phase chooses one")
            }
            Self::Surplus { .. } => "two underscores stand between segments, single ones inside".into(),
            Self::Extension { .. } => "a DAG's file is the job's name with .py behind it".into(),
        }
    }
}

/// Everything that is wrong with one job's name; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameErrors {
    /// The name, file or path as it was given.
    pub given: String,
    /// What is wrong, in the order of the segments.
    pub errors: Vec<NameError>,
}

impl NameErrors {
    /// The errors as faults of the name, file or path that was given.
    pub fn faults(&self) -> Vec<Fault> {
        let fault = |error: &NameError| Fault::new(&self.given, error.to_string()).hint(error.hint());
        self.errors.iter().map(fault).collect()
    }
}

impl From<NameErrors> for Vec<Fault> {
    fn from(errors: NameErrors) -> Self {
        errors.faults()
    }
}

impl fmt::Display for NameErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" is not a job's name", self.given)?;
        self.errors.iter().try_for_each(|error| write!(f, "; {error}"))
    }
}

impl std::error::Error for NameErrors {}
