//! SQL over Iceberg data files, by Polars' own SQL engine.
//!
//! ```text
//!  sql ──parse──▶ Query (AST) ──guard──▶ refused: what Polars would answer wrongly
//!                     │
//!                  rewrite   database.table, decimal literals, set operations, join filters
//!                     ▼
//!  QueryTable ──scan──▶ LazyFrame ──▶ lowering ──▶ streaming engine ──batches──▶ QueryResult ──▶ table, CSV, JSON
//! ```
//!
//! The crate gets plain inputs, a table's columns with their Iceberg field ids and the local paths of its data files
//! and delete files, and knows nothing about catalogs and snapshots: whoever calls it has resolved names, phases and time travel.
//! Batches flow from the scan to the writer, so a query that needs no sort, and keeps few groups, runs in bounded
//! memory whatever the size of the tables.

mod chains;
mod columns;
mod deletions;
mod engine;
mod error;
mod functions;
mod groupings;
mod guard;
mod joins;
mod literals;
mod lowering;
mod ordering;
mod output;
mod plan;
mod printed;
mod redact;
mod registered;
mod rewrite;
mod run;
mod scalars;
mod scan;
mod slices;
mod subqueries;
mod table;

pub use error::QueryError;
pub use naru_sql::TableRef;
pub use output::{JsonShape, TableStyle};
pub use printed::{PrintedColumn, PrintedKind, PrintedRow};
pub use run::{QueryOptions, QueryResult, run};
pub use table::{QueryColumn, QueryFile, QueryTable};

/// The tables that a query reads, each once, in the order of their first mention; names of WITH queries are left out.
///
/// # Errors
/// [`QueryError::Syntax`], [`QueryError::NotSelect`]; [`QueryError::Unqualified`] for a name without its database;
/// [`QueryError::Unsupported`] for functions that read files by path.
pub fn referenced_tables(sql: &str) -> Result<Vec<TableRef>, QueryError> {
    Ok(naru_sql::referenced_tables(sql)?)
}
