//! Pure decisions: names, table definitions, load plans, routes and their checks.
//!
//! ```text
//!  job name ──▶ name::JobName ──▶ physical::PhysicalNames ─┐
//!  table-def CSV ──▶ definition::TableDefinition ──────────┼──▶ plan::LoadPlan ──▶ route::Route
//!  landed files ──▶ plan::SourceFile ──────────────────────┘
//!
//!  a sample of a source ──▶ infer::TableProfile ──▶ infer::Draft, a table-def CSV to be read and mended
//! ```
//!
//! Nothing here reads a clock, an environment, a file or a network; adapters bring those in as values. The crate builds
//! without tokio, polars, arrow and the AWS SDKs, so that what decides can be tested in seconds.

pub mod airflow;
pub mod check;
pub mod column_type;
pub mod control;
pub mod dag_file;
pub mod definition;
pub mod dialect;
pub mod diff;
pub mod event;
pub mod evolution;
pub mod fault;
pub mod glue_job;
pub mod infer;
pub mod interval;
pub mod landing;
pub mod location;
pub mod manifest;
pub mod marks;
pub mod merge;
pub mod name;
mod nearest;
pub mod needs;
pub mod phase;
pub mod physical;
pub mod plan;
pub mod prices;
pub mod project;
pub mod quarantine;
pub mod query_cost;
pub mod route;
pub mod run;
pub mod run_history;
pub mod run_record;
pub mod saved_plan;
pub mod sync;
pub mod table_spec;
pub mod time_format;
pub mod treatment;

pub use column_type::ColumnType;
pub use definition::TableDefinition;
pub use dialect::Dialect;
pub use fault::Fault;
pub use interval::Interval;
pub use name::{Cadence, DatabaseName, Engine, JobName, Level, Mode, SourceName, TableName};
pub use phase::Phase;
pub use physical::PhysicalNames;
pub use plan::LoadPlan;
pub use project::Project;
pub use route::Route;
pub use table_spec::TableSpec;
pub use treatment::Treatment;
