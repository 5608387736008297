//! What a target records of the run that refused an interval's rows.

use naru_core::plan::RunIdentity;
use naru_core::quarantine::RecordedRejects;
use naru_lake::{LakeTable, RunRecord};

/// The run of an interval that is in force, or one that a later interval has replaced.
pub(crate) fn recorded_run(table: &LakeTable, run: &RunIdentity) -> Option<(RunRecord, RecordedRejects)> {
    let in_force = table.find_run(run);
    let is_in_force = in_force.is_some();
    let record = in_force.or_else(|| table.find_recorded_run(run))?.run?;
    let rejects = record.rejects.clone();
    Some((record, RecordedRejects { rejects, is_in_force }))
}
