//! The lake over its embedded adapters: directories and SQLite.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say what they expect by panicking")]

mod commit;
mod concurrency;
mod create;
mod delete_files;
mod extend;
mod foreign;
mod landing;
mod maintain;
mod overlap;
mod partitions;
mod pointer;
mod rewrite;
mod scan;
mod scan_deletes;
mod statistics;
mod storage;
mod support;
mod treatments;
