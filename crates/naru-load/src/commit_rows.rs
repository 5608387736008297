//! Commits what a run has loaded: as the files that were written, or merged with the rows of the table.

use naru_core::plan::ReplaceScope;
use naru_core::treatment::AppliedTreatments;
use naru_core::{LoadPlan, Mode};
use naru_lake::{Change, CommitOutcome, CommitRequest, DataFile, RunRecord};

use crate::LoadError;
use crate::evolution::Evolving;
use crate::merge::Staging;
use crate::merge_run::{MergeRun, merge_and_commit};
use crate::outcome::{Outcome, OutcomeKind};
use crate::pipeline::Written;
use crate::run_context::RunContext;

/// The rows of a run, in files of no table yet or staged to be merged.
pub(crate) struct LoadedRows<'a> {
    pub(crate) context: RunContext<'a>,
    /// Whether they replace those of an earlier execution.
    pub(crate) reload: bool,
    pub(crate) evolving: Evolving,
    pub(crate) treatments: AppliedTreatments,
    pub(crate) staging: Option<Staging>,
    pub(crate) written: Written,
}

impl LoadedRows<'_> {
    /// Makes one snapshot of them.
    ///
    /// # Errors
    /// The merge's and the commit's. No file of the run is left then, as well as storage allows.
    pub(crate) async fn commit(self) -> Result<Outcome, LoadError> {
        let Self { context, reload, evolving, treatments, staging, written } = self;
        let run = run_record(context.plan, treatments, &written);
        match staging {
            None => commit_files(context, evolving, written, run, reload).await,
            Some(staging) => {
                let staged = staging.finish()?;
                merge_and_commit(MergeRun { context, staged, written, run }, evolving, reload).await
            }
        }
    }
}

async fn commit_files(
    context: RunContext<'_>,
    evolving: Evolving,
    mut written: Written,
    run: RunRecord,
    reload: bool,
) -> Result<Outcome, LoadError> {
    let RunContext { plan, lake, options, .. } = context;
    let change = match (plan.mode, plan.replace) {
        (Mode::Replace, ReplaceScope::Table) => Change::ReplaceTable,
        (Mode::Replace, ReplaceScope::Partitions) => Change::ReplacePartitions,
        _ => Change::Append,
    };
    let added = std::mem::take(&mut written.files);
    let (files, size_bytes) = (added.len(), added.iter().map(DataFile::size_bytes).sum());
    let request = CommitRequest {
        database: plan.target.database.clone(),
        table: plan.target.table.clone(),
        base: evolving.table.snapshot_id(),
        change,
        interval_start_micros: plan.interval.start.timestamp_micros(),
        added,
        delta: None,
        run,
        attempts: options.commit_attempts,
        allow_older: options.force,
        evolution: Some(evolving.evolution),
    };
    Ok(match lake.commit(request).await? {
        CommitOutcome::Committed(committed) => Outcome {
            files,
            size_bytes,
            evolved: evolving.changes,
            ..Outcome::of_rows(OutcomeKind::committed(reload), committed.snapshot_id, &written)
        },
        CommitOutcome::AlreadyLoaded { snapshot_id } => Outcome::of_rows(OutcomeKind::Unchanged, snapshot_id, &written),
    })
}

fn run_record(plan: &LoadPlan, treatments: AppliedTreatments, written: &Written) -> RunRecord {
    RunRecord {
        control: written.control.clone(),
        ..RunRecord::of(plan, treatments, written.rows, written.rejects.rows)
    }
}
