//! SQL as users write it: which tables a query reads, and the same query for Athena.
//!
//! ```text
//!  sql ──parse──▶ Query (AST) ──▶ the tables it reads
//!                     └─ spans ──▶ athena::text: the same text with physical names, and as of when
//! ```
//!
//! Knows syntax only: neither what tables there are nor who runs the query.

pub mod athena;
pub mod deep_stack;
mod error;
mod parse;
mod places;
mod table_ref;

pub use error::SqlError;
pub use parse::{parse_query, referenced_tables, tables_of};
pub use table_ref::TableRef;
