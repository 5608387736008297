//! Whether a run has anything to do: what its table records, asked from the rules in `naru_core::run`.

use naru_core::run::{Again, Decision, Recorded, decide, goes_forward_only};
use naru_core::treatment::AppliedTreatments;
use naru_core::{LoadPlan, Mode};
use naru_lake::{LakeTable, SnapshotInfo};

use crate::LoadError;
use crate::deletions::is_run_undone;
use crate::outcome::Outcome;

/// What an earlier execution recorded and what the table holds decide what is to be done: `Ok(reload)` to load.
pub(crate) async fn decide_run(
    plan: &LoadPlan,
    treatments: &AppliedTreatments,
    table: Option<&LakeTable>,
    force: bool,
    again: Again,
) -> Result<Result<bool, Outcome>, LoadError> {
    let (run, newest_micros) = match table {
        None => (None, None),
        Some(table) => (earlier_run(plan, table), newest_interval(plan, table).await?),
    };
    let recorded = table.zip(run.as_ref()).and_then(|(table, run)| recorded(table, run));
    let interval = plan.interval.text.clone();
    let landing = plan.landing.clone();
    match decide(plan, treatments, recorded.as_ref(), newest_micros, force, again) {
        Decision::Load { reload } => Ok(Ok(reload)),
        Decision::Unchanged => Ok(Err(Outcome::unchanged(run.as_ref()))),
        Decision::ControlMissing { locations } => {
            Err(LoadError::ControlMissing { interval, files: plan.sources.len(), missing: locations })
        }
        Decision::NothingLanded { recorded } => Err(LoadError::NothingLanded { interval, landing, recorded }),
        Decision::FewerSources { recorded } => {
            Err(LoadError::FewerSources { interval, landing, found: plan.sources.len(), recorded })
        }
        Decision::OlderThanLoaded { newest_micros } => Err(LoadError::OlderThanLoaded {
            interval,
            newest: table.and_then(|table| recorded_text(table, newest_micros)),
            newest_micros,
        }),
    }
}

/// The earlier execution of the plan's run that counts: for a replacement also one that a later one has replaced since,
/// which is done and must not come back; for other modes one whose rows are still there.
pub fn earlier_run(plan: &LoadPlan, table: &LakeTable) -> Option<SnapshotInfo> {
    match plan.mode {
        Mode::Replace => table.find_recorded_run(&plan.run),
        _ => table.find_run(&plan.run),
    }
}

/// What a table says of an earlier run; none of a snapshot that no run made.
pub fn recorded(table: &LakeTable, run: &SnapshotInfo) -> Option<Recorded> {
    let record = run.run.as_ref()?;
    Some(Recorded {
        sources_digest: record.sources_digest.clone(),
        source_count: record.sources.len(),
        treatments: record.treatments.clone(),
        is_undone: is_run_undone(table, run, record),
    })
}

/// The text of the interval that starts then, as far as a run's record tells.
fn recorded_text(table: &LakeTable, start_micros: i64) -> Option<String> {
    let mut runs = table.recorded_runs().map(|(_, run)| run);
    runs.find(|run| run.interval_start_micros == start_micros).map(|run| run.identity.interval)
}

/// The newest loaded interval, read only for the mode that asks.
async fn newest_interval(plan: &LoadPlan, table: &LakeTable) -> Result<Option<i64>, LoadError> {
    if goes_forward_only(plan) { Ok(table.newest_interval().await?) } else { Ok(None) }
}
