//! Exactly once and all or nothing: whatever goes wrong at whatever call, the same command again leaves the table as one
//! clean run leaves it, and no reader sees anything between.
//!
//! - [`killed`]: the process dies at every call of storage and catalog;
//! - [`failures`]: a call fails, the disk is full, the catalog lies about what it did;
//! - [`interleaved`]: another process does its work between two calls;
//! - [`model`]: random sequences of everything, beside a model of the table in memory.
//!
//! A seeded sample runs by default. `NARU_FAULTS=all` runs every fault at every call, `NARU_MODEL_SEQUENCES=1000` as many
//! sequences.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::print_stderr, reason = "a run by hand tells how much it did")]

mod compaction;
mod contents;
mod failures;
mod interleaved;
mod killed;
mod mending_scenarios;
mod merge_scenarios;
mod model;
mod random;
mod sandbox;
mod scenario;
mod scenarios;
mod site;
mod task;
