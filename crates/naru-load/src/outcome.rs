//! What a run came to.

use naru_core::diff::Difference;
use naru_lake::SnapshotInfo;
use naru_merge::MergeCounts;

use crate::pipeline::Written;
use crate::{Quarantined, RejectedValue, RevivedKeys};

/// What a run came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What happened.
    pub kind: OutcomeKind,
    /// The snapshot that holds the run's rows.
    pub snapshot_id: i64,
    /// Rows of the run.
    pub rows: u64,
    /// Rows left out because they do not fit.
    pub rejected: u64,
    /// Places and reasons of the first of them.
    pub rejects: Vec<RejectedValue>,
    /// Data files written now; 0 when nothing was.
    pub files: usize,
    /// Their size in bytes.
    pub size_bytes: u64,
    /// Whether the rows were verified against control totals.
    pub control_verified: bool,
    /// Of a merge: what became of the rows.
    pub merge: Option<MergeCounts>,
    /// Of a merge on command: keys that it inserted although a later interval may have deleted them.
    pub revived: Option<RevivedKeys>,
    /// What the run changed of the table's structure, in the same commit.
    pub evolved: Vec<Difference>,
    /// Where the rows are that were left out now; none: there are none.
    pub quarantined: Option<Quarantined>,
}

/// What happened to the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeKind {
    /// The interval is loaded for the first time.
    Loaded,
    /// The interval's earlier rows are replaced.
    Reloaded,
    /// The same sources were loaded before; the table is untouched.
    Unchanged,
}

impl Outcome {
    /// Nothing is to be done; of a run that its table records, with what that says.
    pub(crate) fn unchanged(run: Option<&SnapshotInfo>) -> Self {
        let unchanged = Self::new(OutcomeKind::Unchanged, run.map_or(0, |run| run.snapshot.snapshot_id()));
        match run.and_then(|run| run.run.as_ref()) {
            None => unchanged,
            Some(record) => Self {
                rows: record.rows,
                rejected: record.rejected,
                control_verified: record.control.is_some(),
                ..unchanged
            },
        }
    }

    /// The rows of a run are in the table, by this or by another process.
    pub(crate) fn of_rows(kind: OutcomeKind, snapshot_id: i64, written: &Written) -> Self {
        Self {
            rows: written.rows,
            rejected: written.rejects.rows,
            rejects: written.rejects.values.clone(),
            control_verified: written.control.is_some(),
            ..Self::new(kind, snapshot_id)
        }
    }

    fn new(kind: OutcomeKind, snapshot_id: i64) -> Self {
        Self {
            kind,
            snapshot_id,
            rows: 0,
            rejected: 0,
            rejects: Vec::new(),
            files: 0,
            size_bytes: 0,
            control_verified: false,
            merge: None,
            revived: None,
            evolved: Vec::new(),
            quarantined: None,
        }
    }
}

impl OutcomeKind {
    /// Of a run that was committed; `reload` says whether it replaced an earlier execution's rows.
    pub(crate) fn committed(reload: bool) -> Self {
        if reload { Self::Reloaded } else { Self::Loaded }
    }
}
