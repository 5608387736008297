//! Runs of jobs, in naru's words.

use aws_sdk_glue::types::JobRun;
use naru_core::glue_job::{GlueRun, GlueRunState};

/// What Glue tells of a run.
pub(super) fn run(run: JobRun) -> GlueRun {
    let count = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok()).unwrap_or_default();
    let reason = run.error_message.or(run.state_detail).filter(|reason| !reason.is_empty());
    GlueRun {
        id: run.id.unwrap_or_default(),
        state: GlueRunState::of(run.job_run_state.as_ref().map_or("", |state| state.as_str())),
        reason,
        arguments: run.arguments.unwrap_or_default().into_iter().collect(),
        started_seconds: run.started_on.map(|time| time.secs()),
        execution_seconds: u64::try_from(run.execution_time).unwrap_or_default(),
        dpu_seconds: run.dpu_seconds,
        worker_type: run.worker_type.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        workers: count(run.number_of_workers),
        timeout_minutes: count(run.timeout),
        log_group: run.log_group_name,
    }
}
