//! Job names: `<source>__<database>__<table>__<level>__<mode>__<engine>__<cadence>`.

mod words;

pub use words::{Cadence, Engine, Level, Mode};

/// A job's name, parsed. Parsing and printing are inverse.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobName {
    /// The system that the data comes from.
    pub source: String,
    /// Logical database.
    pub database: String,
    /// Table.
    pub table: String,
    /// Personal-data level of the raw data.
    pub level: Level,
    /// How a load changes the table.
    pub mode: Mode,
    /// Who runs it.
    pub engine: Engine,
    /// How often.
    pub cadence: Cadence,
}
