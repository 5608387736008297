//! The Glue Data Catalog as the catalog.

mod columns;
mod pointer;
mod table_input;

pub use pointer::GluePointer;
