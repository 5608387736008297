//! Queries over Parquet files that the tests write, with Iceberg field ids.

mod bank;
mod deletions;
mod errors;
mod memory;
mod output;
mod printed;
mod scan;
mod sql;
