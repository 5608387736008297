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
pub(crate) mod vocabulary;
mod words;

#[cfg(test)]
mod tests;

use std::fmt;

pub use error::{NameError, NameErrors, SegmentKind};
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
}

impl fmt::Display for JobName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, database, table, level, mode, engine, cadence } = self;
        write!(f, "{source}__{database}__{table}__{level}__{mode}__{engine}__{cadence}")
    }
}
