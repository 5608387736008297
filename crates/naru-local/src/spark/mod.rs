//! The Spark program (`spark/naru_spark`) on this machine: whether it can be started, and running it.
//!
//! ```text
//!  naru ── load plan, one line ──▶ standard input ┐                          ┌─▶ standard output: the outcome, JSON
//!       └─ kept open until naru ends or stops it ─┴▶ python -m naru_spark ───┴─▶ standard error: why there is none
//! ```
//!
//! The plan is in no file and on no command line, and a treatment key goes by the environment alone. When naru is killed,
//! standard input ends: then the program stops, too, unless its commit is under way.

mod installed;
mod outcome;
mod program;

use std::path::PathBuf;

pub use outcome::{SparkMerge, SparkOutcome, SparkQuarantine, SparkReject};
pub use program::{SparkEnded, SparkTask};

/// Spark on this machine.
#[derive(Debug, Clone)]
pub struct LocalSpark {
    /// The Python that has PySpark: a path, or a name that `PATH` finds.
    pub python: PathBuf,
    /// Iceberg's runtime and the SQLite driver; empty: PySpark has them among its own.
    pub jars: Vec<PathBuf>,
    /// Directory that holds the package `naru_spark`; none: it is installed.
    pub package: Option<PathBuf>,
    /// Settings of Spark's own. Every user of the machine can see them.
    pub conf: Vec<(String, String)>,
}
