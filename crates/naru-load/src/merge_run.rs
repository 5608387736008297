//! Merges staged rows and commits; when others changed the same rows meanwhile, again over the newest state.

use naru_core::LoadPlan;
use naru_core::merge::base;
use naru_lake::{
    Change, CommitOutcome, CommitRequest, DataFile, LakeError, LakeErrorKind, LakeTable, Over, RunRecord, SnapshotInfo,
};

use crate::LoadError;
use crate::decide_run::decide_run;
use crate::deletions::deletions_of;
use crate::evolution::Evolving;
use crate::merge::{MergeBase, MergeBounds, Staged, merge};
use crate::off_the_executor::off_the_executor;
use crate::outcome::{Outcome, OutcomeKind};
use crate::pipeline::Written;
use crate::run_context::RunContext;
use crate::treatment::require_same_treatment;
use crate::write_target::WriteTarget;

/// A run whose rows are staged.
pub(crate) struct MergeRun<'a> {
    pub(crate) context: RunContext<'a>,
    pub(crate) staged: Staged,
    pub(crate) written: Written,
    pub(crate) run: RunRecord,
}

/// Finds out what the rows change in the table, writes it and commits it.
///
/// # Errors
/// The merge's and the commit's; a conflict only after as many attempts as a commit has.
pub(crate) async fn merge_and_commit(
    run: MergeRun<'_>,
    evolving: Evolving,
    reload: bool,
) -> Result<Outcome, LoadError> {
    let RunContext { plan, lake, options, again, .. } = run.context;
    let (mut evolving, mut reload) = (evolving, reload);
    let mut attempt = 1;
    loop {
        match run.once(&evolving, reload).await {
            Err(LoadError::Lake(error))
                if error.kind() == LakeErrorKind::Conflict && attempt < options.commit_attempts =>
            {
                tracing::debug!(%error, attempt, "merging again over the newest state");
                attempt += 1;
            }
            result => return result,
        }
        let table = lake.expect_table(evolving.table.database(), evolving.table.name()).await?;
        // The staged rows are of the table as it was to be when they were read.
        if !evolving.evolution.fits(&table) {
            let message = "the table was changed while its rows were read; run the job again";
            return Err(LakeError::new(LakeErrorKind::Conflict, message).with("table", table.full_name()).into());
        }
        evolving = Evolving::of(plan, &table)?;
        evolving.require_allowed(plan)?;
        // What came meanwhile may have been treated otherwise, and is no longer after the base.
        if !options.force {
            require_same_treatment(plan, &evolving.table, &run.run.treatments)?;
        }
        match decide_run(plan, &run.run.treatments, Some(&evolving.table), options.force, again).await? {
            Ok(is_reload) => reload = is_reload,
            Err(unchanged) => return Ok(unchanged),
        }
    }
}

impl MergeRun<'_> {
    async fn once(&self, evolving: &Evolving, reload: bool) -> Result<Outcome, LoadError> {
        let RunContext { plan, lake, options, bounds, progress, .. } = self.context;
        let table = &evolving.table;
        let base = base_of(plan, table);
        let target = WriteTarget::new(lake, table, plan)?;
        let (threads, worker_bytes) = (options.threads.max(1), bounds.worker_bytes);
        let bounds = MergeBounds { threads, worker_bytes, progress };
        let merged = off_the_executor(|| merge(plan, &target, &self.staged, base, bounds))?;
        let (deletions, revived) = deletions_of(plan, table, merged.deletions, options).inspect_err(|_| {
            off_the_executor(|| target.delete(merged.files.written()));
        })?;
        let before = match base.over {
            Over::Base => table.snapshot_id(),
            Over::Earlier(id) => id,
        };
        let request = CommitRequest {
            database: plan.target.database.clone(),
            table: plan.target.table.clone(),
            base: table.snapshot_id(),
            change: Change::Merge,
            interval_start_micros: plan.interval.start.timestamp_micros(),
            delta: Some(merged.delta(base.over)),
            added: merged.files.added.clone(),
            run: RunRecord { before: Some(before), deletions, ..self.run.clone() },
            attempts: options.commit_attempts,
            allow_older: options.force,
            evolution: Some(evolving.evolution.clone()),
        };
        let committed = match lake.commit(request).await? {
            CommitOutcome::Committed(committed) => committed,
            CommitOutcome::AlreadyLoaded { snapshot_id } => {
                return Ok(Outcome::of_rows(OutcomeKind::Unchanged, snapshot_id, &self.written));
            }
        };
        Ok(Outcome {
            files: merged.files.written().count(),
            size_bytes: merged.files.written().map(DataFile::size_bytes).sum(),
            evolved: evolving.changes.clone(),
            merge: Some(merged.counts),
            revived,
            ..Outcome::of_rows(OutcomeKind::committed(reload), committed.snapshot_id, &self.written)
        })
    }
}

/// What a merge is made over; the rule is in `naru_core::merge::base`.
fn base_of(plan: &LoadPlan, table: &LakeTable) -> MergeBase {
    let before = |run: &SnapshotInfo| run.run.as_ref().and_then(|record| record.before);
    let runs: Vec<_> = table.runs_of(&plan.run).iter().map(|run| (run.snapshot.snapshot_id(), before(run))).collect();
    let base = base::base_of(&runs, table.snapshot_id(), |id| table.has_snapshot(id));
    let over = match base.over {
        base::Over::Current => Over::Base,
        base::Over::Earlier(id) => Over::Earlier(id),
    };
    MergeBase { over, before_first: base.before_first }
}
