//! Merges staged rows and commits; when others changed the same rows meanwhile, again over the newest state.

use naru_core::LoadPlan;
use naru_lake::{
    Change, CommitOutcome, CommitRequest, DataFile, Lake, LakeError, LakeErrorKind, LakeTable, Over, RunRecord,
};

use crate::deletions::deletions_of;
use crate::evolution::Evolving;
use crate::execute::{Again, decide_run, off_the_executor};
use crate::merge::{MergeBase, MergeBounds, Staged, merge};
use crate::pipeline::{Bounds, Written};
use crate::write_target::WriteTarget;
use crate::{ExecuteOptions, LoadError, Outcome, OutcomeKind, Progress};

/// A run whose rows are staged.
pub(crate) struct MergeRun<'a> {
    pub(crate) plan: &'a LoadPlan,
    pub(crate) lake: &'a Lake,
    pub(crate) options: ExecuteOptions,
    pub(crate) bounds: Bounds,
    pub(crate) progress: &'a dyn Progress,
    pub(crate) staged: Staged,
    pub(crate) written: Written,
    pub(crate) run: RunRecord,
    pub(crate) again: Again,
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
    let (mut evolving, mut reload) = (evolving, reload);
    let mut attempt = 1;
    loop {
        match run.once(&evolving, reload).await {
            Err(LoadError::Lake(error))
                if error.kind() == LakeErrorKind::Conflict && attempt < run.options.commit_attempts =>
            {
                tracing::debug!(%error, attempt, "merging again over the newest state");
                attempt += 1;
            }
            result => return result,
        }
        let table = run.lake.expect_table(evolving.table.database(), evolving.table.name()).await?;
        // The staged rows are of the table as it was to be when they were read.
        if !evolving.evolution.fits(&table) {
            let message = "the table was changed while its rows were read; run the job again";
            return Err(LakeError::new(LakeErrorKind::Conflict, message).with("table", table.full_name()).into());
        }
        evolving = Evolving::of(run.plan, &table)?;
        evolving.require_allowed(run.plan)?;
        match decide_run(run.plan, &run.run.treatments, Some(&evolving.table), run.options.force, run.again).await? {
            Ok(again) => reload = again,
            Err(unchanged) => return Ok(unchanged),
        }
    }
}

impl MergeRun<'_> {
    async fn once(&self, evolving: &Evolving, reload: bool) -> Result<Outcome, LoadError> {
        let table = &evolving.table;
        let base = base_of(self.plan, table);
        let target = WriteTarget::new(self.lake, table, self.plan)?;
        let (threads, worker_bytes) = (self.options.threads.max(1), self.bounds.worker_bytes);
        let bounds = MergeBounds { threads, worker_bytes, progress: self.progress };
        let merged = off_the_executor(|| merge(self.plan, &target, &self.staged, base, bounds))?;
        let (deletions, revived) =
            deletions_of(self.plan, table, merged.deletions, self.options).inspect_err(|_| {
                off_the_executor(|| target.delete(merged.files.written()));
            })?;
        let before = match base.over {
            Over::Base => table.snapshot_id(),
            Over::Earlier(id) => id,
        };
        let request = CommitRequest {
            database: self.plan.target.database.clone(),
            table: self.plan.target.table.clone(),
            base: table.snapshot_id(),
            change: Change::Merge,
            interval_start_micros: self.plan.interval.start.timestamp_micros(),
            delta: Some(merged.delta(base.over)),
            added: merged.files.added.clone(),
            run: RunRecord { before: Some(before), deletions, ..self.run.clone() },
            attempts: self.options.commit_attempts,
            allow_older: self.options.force,
            evolution: Some(evolving.evolution.clone()),
        };
        let outcome = self.lake.commit(request).await?;
        let (rows, rejects) = (self.written.rows, &self.written.rejects);
        let (kind, snapshot_id, is_committed) = match outcome {
            CommitOutcome::Committed(committed) if reload => (OutcomeKind::Reloaded, committed.snapshot_id, true),
            CommitOutcome::Committed(committed) => (OutcomeKind::Loaded, committed.snapshot_id, true),
            CommitOutcome::AlreadyLoaded { snapshot_id } => (OutcomeKind::Unchanged, snapshot_id, false),
        };
        let files: Vec<&DataFile> = merged.files.written().filter(|_| is_committed).collect();
        Ok(Outcome {
            kind,
            snapshot_id,
            rows,
            rejected: rejects.rows,
            rejects: rejects.values.clone(),
            files: files.len(),
            size_bytes: files.iter().map(|file| file.size_bytes()).sum(),
            control_verified: self.written.control.is_some(),
            evolved: if is_committed { evolving.changes.clone() } else { Vec::new() },
            merge: is_committed.then_some(merged.counts),
            revived: revived.filter(|_| is_committed),
            quarantined: None,
        })
    }
}

/// What a merge is made over. A run that was the last to change the table is made over the state before it, as if it had
/// never been; of one that others came after, its rows alone are taken for never loaded.
fn base_of(plan: &LoadPlan, table: &LakeTable) -> MergeBase {
    let runs = table.runs_of(&plan.run);
    let before_first = runs.last().and_then(|run| run.run.as_ref()).and_then(|record| record.before);
    let newest = runs.first().filter(|run| Some(run.snapshot.snapshot_id()) == table.snapshot_id());
    let before = newest.and_then(|run| run.run.as_ref()).and_then(|record| record.before);
    let over = match before {
        Some(before) if before.is_none_or(|id| table.has_snapshot(id)) => Over::Earlier(before),
        _ => Over::Base,
    };
    MergeBase { over, before_first }
}
