//! Queries by Athena.
//!
//! ```text
//! Athena::start ─▶ RunningQuery ─wait─▶ FinishedQuery ─results─▶ QueryRows: pages of text, by type
//!   workgroup,       └ dropped or told to stop: StopQueryExecution
//!   client token
//! ```
//!
//! Where results go, by which key they are encrypted and how much a query may scan, the workgroup says: nothing of it is
//! passed, so that a workgroup that enforces its configuration has nothing to override.

mod message;
mod outcome;
mod query;
mod results;
mod value;
mod workgroup;

pub use query::{Athena, FinishedQuery, QueryProgress, RunningQuery};
pub use results::{PrintedValue, QueryRows};
pub use value::{AthenaColumn, ValueKind};
pub(crate) use workgroup::workgroup;
