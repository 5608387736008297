//! Job names: `<source>__<database>__<table>__<level>__<mode>__<engine>__<cadence>`.
//!
//! ```text
//!  dags/corebank__deposit__account__p2__merge__auto__d.py
//!       └─source─┘└database┘└table┘└level┘└mode┘└engine┘└cadence
//! ```
//!
//! The grammar, with right and wrong examples, is `naming-convention.md` at the repository's top; a test parses it.

mod align;
mod error;
mod parse;
mod part;
mod separator;
pub(crate) mod vocabulary;
mod words;

#[cfg(test)]
mod tests;

use std::fmt;

pub use error::{NameError, NameErrors, SegmentKind};
pub(crate) use separator::SEPARATOR;

pub use part::{DatabaseName, PartError, QUARANTINE_SUFFIX, SourceName, TableName};
pub use vocabulary::WordError;
pub use words::{Cadence, Engine, Level, Mode};

/// A job's name, parsed. Parsing and printing are inverse.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobName {
    /// The system that the data comes from.
    pub source: SourceName,
    /// Logical database.
    pub database: DatabaseName,
    /// Table.
    pub table: TableName,
    /// Personal-data level of the raw data.
    pub level: Level,
    /// How a load changes the table.
    pub mode: Mode,
    /// Who runs it.
    pub engine: Engine,
    /// How often.
    pub cadence: Cadence,
}

impl JobName {
    /// The name in words, without a full stop: `from corebank into deposit.account, personal data, merged by key,
    /// engine chosen by size, every day`.
    pub fn reads(&self) -> String {
        let Self { source, database, table, level, mode, engine, cadence } = self;
        let (level, mode, engine, cadence) = (level.title(), mode.title(), engine.title(), cadence.title());
        format!("from {source} into {database}.{table}, {level}, {mode}, {engine}, {cadence}")
    }

    /// The table as SQL says it: `deposit.account`.
    pub fn qualified_table(&self) -> String {
        format!("{}.{}", self.database, self.table)
    }

    /// What stands between the separators.
    pub(crate) fn segments(&self) -> [&str; SegmentKind::ALL.len()] {
        let Self { source, database, table, level, mode, engine, cadence } = self;
        let (source, database, table) = (source.as_str(), database.as_str(), table.as_str());
        [source, database, table, level.as_str(), mode.as_str(), engine.as_str(), cadence.as_str()]
    }
}

impl fmt::Display for JobName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.segments().join(SEPARATOR))
    }
}
