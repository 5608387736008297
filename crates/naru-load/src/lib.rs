//! The in-process track: a load plan becomes data files, and the data files one snapshot.
//!
//! ```text
//!  plan ─▶ execute ─▶ decide ─▶ pipeline ────────────────────────────────────────────────▶ naru-lake's commit
//!                               │ worker 1 ─ next block ▸ decode ▸ (group) ▸ encode ─┐
//!                               │ worker 2 ─ next block ▸ decode ▸ (group) ▸ encode ─┼─▶ data files
//!                               └ …          └ source queue: one lock a file         ┘
//! ```
//!
//! A worker takes a block of whole records under the source's lock, and decodes and encodes it outside. So reading,
//! inflating, decoding and compressing overlap on all cores without channels, and what is in flight is bounded by the
//! number of workers: nothing is read that no worker is ready to decode.

mod closing;
mod column_chunk;
mod commit_rows;
mod control;
mod data_file_writer;
mod data_files;
mod decide_run;
mod deletions;
mod error;
mod evolution;
mod examine;
mod execute;
mod grouping;
mod merge;
mod merge_run;
mod off_the_executor;
mod open_row_groups;
mod outcome;
mod partition_places;
mod partitioner;
mod partitions;
mod pipeline;
mod progress;
mod quarantine;
mod reject_sink;
mod rejects;
mod row_group;
mod row_writer;
mod run_context;
mod scatter;
mod scattered_rows;
mod semaphore;
mod settle;
mod short_copy;
mod side_by_side;
mod source_changes;
mod source_queue;
mod spilled_rows;
mod treatment;
mod write_target;

pub use control::ControlMismatch;
pub use decide_run::{earlier_run, recorded};
pub use deletions::RevivedKeys;
pub use error::LoadError;
pub use evolution::{evolution_of, table_as_planned};
pub use examine::{Ahead, decide_ahead, quarantined, recorded_outcome};
pub use execute::{ExecuteOptions, execute, execute_again};
pub use naru_decode::{KeyError, KeySource, TreatmentKey};
pub use naru_merge::{DuplicateKey, MergeCounts, MergeError};
pub use outcome::{Outcome, OutcomeKind};
pub use progress::{NoProgress, Progress};
pub use quarantine::{
    FaultCount, IntervalRejects, QuarantineSummary, Quarantined, ReplayWork, Replayed, Residue, StoredReplay,
    StoredRows, replay, replay_work, summarize,
};
pub use rejects::{RejectReport, RejectedValue};
pub use treatment::{require_same_treatment, treatment_key_id};
