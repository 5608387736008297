//! What a merge may bring back that a later interval has deleted; the rules are in `naru_core::merge::deletions`.

use naru_core::merge::deletions::{DeletingInterval, DeletionsRecord, is_undone, settle};
use naru_core::{LoadPlan, Mode};
use naru_lake::{LakeTable, RunRecord, SnapshotInfo};
use naru_merge::DeletionCounts;

use crate::{ExecuteOptions, LoadError};

/// Keys that a run inserted on command, although a later interval may have deleted them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevivedKeys {
    /// How many there are.
    pub keys: u64,
    /// Text of the newest interval with rows that delete: those up to it are to be run again.
    pub up_to: String,
}

/// What a merge records of deletions, and what is to be told of them; nothing in the other modes.
///
/// # Errors
/// [`LoadError::MayBeDeleted`].
pub(crate) fn deletions_of(
    plan: &LoadPlan,
    table: &LakeTable,
    counts: DeletionCounts,
    options: ExecuteOptions,
) -> Result<(Option<DeletionsRecord>, Option<RevivedKeys>), LoadError> {
    if plan.mode != Mode::Merge {
        return Ok((None, None));
    }
    let runs: Vec<RunRecord> = table.recorded_runs().map(|(_, run)| run).collect();
    let interval = plan.interval.text.clone();
    let run = DeletingInterval { interval: interval.clone(), start_micros: plan.interval.start.timestamp_micros() };
    let DeletionCounts { unseen, deleting } = counts;
    let (past, has_marker) = (runs.iter().map(RunRecord::past), plan.merge.deleted.is_some());
    match settle(past, has_marker, run, (unseen, deleting > 0), (options.runs_up_to_micros, options.force)) {
        Ok((record, told)) => Ok((Some(record), told.map(|later| RevivedKeys { keys: unseen, up_to: later.interval }))),
        Err(later) => Err(LoadError::MayBeDeleted { interval, keys: unseen, later: later.interval }),
    }
}

/// Whether runs that came after a recorded one may have brought back what it deleted.
pub(crate) fn is_run_undone(table: &LakeTable, info: &SnapshotInfo, record: &RunRecord) -> bool {
    let recorded = info.snapshot.snapshot_id();
    let later = table.recorded_runs().take_while(|(snapshot_id, _)| *snapshot_id != recorded);
    let later: Vec<RunRecord> = later.map(|(_, run)| run).collect();
    is_undone(record.interval_start_micros, later.iter().map(RunRecord::past))
}
