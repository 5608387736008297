//! What the rows of a run change in a table, once its rows with their keys are found: modes `merge` and `scd2`. Both tracks
//! decide here; finding the rows, and writing what comes out, is theirs.
//!
//! ```text
//!  decoded batches ─▶ RunRows ─▶ StagedBatch ─┐
//!                                             ├─▶ Resolving ─▶ Changes: rows that come, rows that go, counts
//!  rows of the table that have the keys ──────┘     by key: KeyIndex, Incoming; merge: resolve, scd2: versions
//! ```
//!
//! All rows of a key come together, the run's in the order of the sources; which keys come with them is no matter, so that
//! a caller may divide the keys of a run as it likes; one that shuffles rows hands each part to `merge_bucket`. Rows are batches with one schema, the table's, and `load_interval`
//! last. No I/O, no thread, no clock; no error holds a value.

mod bucket;
mod changes;
mod columns;
mod error;
mod incoming;
mod keys;
mod marker;
mod resolve;
mod resolving;
mod staged;
mod times;
mod versions;

pub use bucket::{MergedBucket, fields_of_run, merge_bucket};
pub use changes::{Changes, DeletionCounts, MergeCounts, Place, Pool};
pub use columns::{Columns, StagedKeys};
pub use error::{DuplicateKey, MergeError};
pub use keys::{KeyBuckets, KeyIndex};
pub use marker::decoded_columns;
pub use resolve::is_of_interval;
pub use resolving::{Found, Resolving};
pub use staged::{RunRows, StagedBatch, as_written};
