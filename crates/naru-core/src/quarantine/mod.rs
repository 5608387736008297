//! Quarantine: the rows that did not fit, beside the table that they were meant for.
//!
//! ```text
//!  run ── rows that fit ───────────────▶ target      its run record says which rejected rows it stands without,
//!    └─── rows that do not ─▶ quarantine             and which replays have joined it since
//!                                 └── replay: decoded again by the present definition ─▶ target
//! ```
//!
//! A quarantine table holds what the latest execution of each interval refused. Its commit comes before the target's, so
//! it cannot know whether the target's followed: what became of a row is read from the target's run record.

mod replay;
mod state;
mod table;

use serde::Serialize;
use sha2::{Digest, Sha256};

pub use replay::{ReplayDecision, ReplaySituation, decide_replay};
pub use state::{RecordedRejects, RejectsRecord, RowState};
pub use table::{column, quarantine_spec};

use crate::LoadPlan;
use crate::run::{hex, sources_digest};

/// Digest of what is decoded and how: the sources, the dialect, the columns and the control totals. Executions with equal
/// digests refuse the same rows. Hexadecimal SHA-256.
pub fn decode_digest(plan: &LoadPlan) -> String {
    digest(&("decode", sources_digest(&plan.sources), &plan.dialect, &plan.columns, &plan.control))
}

/// Id of a replay: of the rows that an execution refused (`decode_digest`) and that no replay in `replayed` has loaded,
/// decoded again by this plan's dialect and columns. Equal ids load the same rows. Hexadecimal SHA-256, the first half.
pub fn replay_id(plan: &LoadPlan, decode_digest: &str, replayed: &[String]) -> String {
    let mut id = digest(&("replay", decode_digest, replayed, &plan.dialect, &plan.columns));
    id.truncate(32);
    id
}

fn digest(of: &impl Serialize) -> String {
    hex(&Sha256::digest(serde_json::to_vec(of).unwrap_or_default()))
}
