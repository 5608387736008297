//! What a merge may bring back that a later interval has deleted; the rules are in `naru_core::merge::deletions`.

use naru_core::merge::deletions::{
    DeletingInterval, DeletionsRecord, Revival, decide_revival, is_undone, newest_deleting, record,
};
use naru_core::{LoadPlan, Mode};
use naru_lake::{LakeTable, RunRecord, SnapshotInfo};

use crate::merge::DeletionCounts;
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
    let newest = newest_deleting(runs.iter().map(RunRecord::past), plan.merge.deleted.is_some());
    let (interval, start_micros) = (plan.interval.text.clone(), plan.interval.start.timestamp_micros());
    let DeletionCounts { unseen, deleting } = counts;
    let (revived, told) =
        match decide_revival(unseen, start_micros, newest.as_ref(), options.runs_up_to_micros, options.force) {
            Revival::None => (0, None),
            Revival::RunAgain => (unseen, None),
            Revival::Tell(later) => (unseen, Some(RevivedKeys { keys: unseen, up_to: later.interval })),
            Revival::Refuse(later) => {
                return Err(LoadError::MayBeDeleted { interval, keys: unseen, later: later.interval });
            }
        };
    let run = DeletingInterval { interval, start_micros };
    Ok((Some(record(newest, run, deleting > 0, revived)), told))
}

/// Whether runs that came after a recorded one may have brought back what it deleted.
pub(crate) fn is_run_undone(table: &LakeTable, info: &SnapshotInfo, record: &RunRecord) -> bool {
    let recorded = info.snapshot.snapshot_id();
    let later = table.recorded_runs().take_while(|(snapshot_id, _)| *snapshot_id != recorded);
    let later: Vec<RunRecord> = later.map(|(_, run)| run).collect();
    is_undone(record.interval_start_micros, later.iter().map(RunRecord::past))
}
