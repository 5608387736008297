//! What the Spark program says of a run, as JSON on its standard output.

use serde::Deserialize;

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SparkOutcome {
    /// `loaded`, `reloaded`, `unchanged`; of a run that failed `rejected` (too many rows do not fit) or `empty` (none
    /// does).
    pub status: String,
    /// Rows of the run.
    pub rows: u64,
    /// Rows left out because they do not fit.
    pub rejected: u64,
    /// Rows that were read, good and bad.
    #[serde(default)]
    pub records: u64,
    /// The snapshot that holds the run's rows.
    pub snapshot_id: Option<i64>,
    /// The first values that do not fit.
    #[serde(default)]
    pub rejects: Vec<SparkReject>,
    /// Where the rows are that do not fit.
    #[serde(default)]
    pub quarantine: Option<SparkQuarantine>,
    /// Data files that the commit added.
    #[serde(default)]
    pub files: usize,
    /// Their size in bytes.
    #[serde(default)]
    pub file_bytes: u64,
    /// Of a merge: what became of the rows.
    #[serde(default)]
    pub merge: Option<SparkMerge>,
    /// Of a merge on command: the last interval to be run again.
    #[serde(default)]
    pub run_again_up_to: Option<String>,
}

/// What became of a merge's rows, as `naru run --json` says it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct SparkMerge {
    /// Keys that the table did not have.
    pub inserted: u64,
    /// Keys whose row was replaced.
    pub updated: u64,
    /// Keys that a row deleted.
    pub deleted: u64,
    /// Rows that the table has already.
    pub unchanged: u64,
    /// Rows older than the table's.
    pub older: u64,
    /// Data files that were written anew.
    pub rewritten_files: u64,
    /// Rows that delete files of this run take away.
    pub position_deletes: u64,
}

/// Place and reason of a value that does not fit; never the value.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SparkReject {
    /// URI of the source.
    pub location: String,
    /// Record in the file, from 1.
    pub row: u64,
    /// Line in the file, from 1.
    pub line: u64,
    /// Offset of the value in the file's bytes after decompression.
    pub byte_offset: u64,
    /// Target column; none when the row as a whole is bad.
    pub column: Option<String>,
    /// The reason's code.
    pub reason: String,
}

/// Where rows are that do not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct SparkQuarantine {
    /// How many there are.
    pub rows: u64,
    /// The quarantine table's snapshot that holds them.
    pub snapshot_id: i64,
}
