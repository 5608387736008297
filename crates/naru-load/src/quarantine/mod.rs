//! Rows that do not fit: into the quarantine table, and out of it again.
//!
//! ```text
//!  run     workers ─▶ refused (sink) ─▶ commit: the interval's rows become these       ─┐ before the target's commit
//!  replay  reader ─▶ stored_queue ─▶ workers ─▶ data files of the target                │
//!                                       └ misfits (sink) ─▶ marks: which rows now fit ──┴─▶ target: extend
//! ```
//!
//! A replay is a load whose source is the stored rows. It first marks the rows that it is about to load with its id, and
//! then commits them to the target together with that id. So killed anywhere it can be run again: rows are loaded
//! when one of their marks stands in the target's run record, and only then.

mod commit;
mod marks;
mod misfits;
mod reader;
mod recorded;
mod refused;
mod replay;
mod row_groups;
mod row_text;
mod selection;
mod stored_queue;
mod summary;

pub(crate) use commit::{QuarantineTable, commit_refused};
pub(crate) use refused::RefusedRows;

pub use commit::Quarantined;
pub use misfits::Residue;
pub use replay::{ReplayWork, Replayed, StoredReplay, StoredRows, replay, replay_work};
pub use summary::{FaultCount, IntervalRejects, QuarantineSummary, summarize};
