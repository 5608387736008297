//! Replays an interval: what did not fit is loaded after all, exactly once.

use naru_core::LoadPlan;
use naru_core::plan::RejectLimit;
use naru_core::quarantine::{
    RecordedRejects, RejectsRecord, ReplayDecision, ReplaySituation, decide_replay, replay_id,
};
use naru_core::run::{Again, plan_digest};
use naru_core::treatment::AppliedTreatments;
use naru_decode::{Kernel, KeySource};
use naru_lake::{
    Change, CommitOutcome, CommitRequest, DataFile, Lake, LakeTable, LandingStore, RunRecord, SourceRecord,
};

use super::commit::{self, commit};
use super::marks::mark;
use super::misfits::{Misfits, Residue};
use super::reader::{RowReader, digest_of};
use super::recorded::recorded_run;
use super::selection::Selection;
use super::stored_queue::StoredQueue;
use crate::control::ControlTotals;
use crate::evolution::Evolving;
use crate::execute::{execute_again, require_runnable};
use crate::off_the_executor::off_the_executor;
use crate::pipeline::{Bounds, Load, Written, load_blocks};
use crate::treatment::kernel_of;
use crate::write_target::WriteTarget;
use crate::{ExecuteOptions, LoadError, Outcome, Progress};

/// What a replay of an interval came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Replayed {
    /// The interval has no quarantined rows.
    Nothing,
    /// A later interval has replaced the whole table.
    Superseded,
    /// The interval was run again from its files.
    Run(Outcome),
    /// Stored rows were decoded again.
    Stored(StoredReplay),
}

/// What became of an interval's stored rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReplay {
    /// The target's snapshot that holds the interval's rows.
    pub snapshot_id: i64,
    /// Rows that were loaded now.
    pub rows: u64,
    /// Rows of the run, those of this replay included.
    pub total_rows: u64,
    /// Rows that are still left out.
    pub left: u64,
    /// Why rows that were decoded again do not fit.
    pub residue: Vec<Residue>,
}

/// What a replay of an interval has to do.
#[derive(Debug)]
pub enum ReplayWork<'a> {
    /// Nothing: the interval has no quarantined rows.
    Nothing,
    /// Nothing: a later interval has replaced the whole table.
    Superseded,
    /// Run the interval again from its files, on whichever engine.
    Run(Again),
    /// Decode the stored rows again; they are few, and not the engine's.
    Stored(Box<StoredRows<'a>>),
}

/// The rows that a run in force has left out.
#[derive(Debug)]
pub struct StoredRows<'a> {
    plan: &'a LoadPlan,
    lake: &'a Lake,
    quarantine: LakeTable,
    /// The target, as the definition says it should be.
    evolving: Evolving,
    /// What the table says of the run that the rows join.
    record: RunRecord,
    recorded: RecordedRejects,
}

/// Decides how what an interval's run refused is loaded, after the definition or the source was mended. Changes nothing.
///
/// # Errors
/// [`LoadError::FewerSources`], the lake's.
pub async fn replay_work<'a>(plan: &'a LoadPlan, lake: &'a Lake) -> Result<ReplayWork<'a>, LoadError> {
    let Some(quarantine) = commit::find(plan, lake).await? else { return Ok(ReplayWork::Nothing) };
    let target = lake.table(&plan.target.database, &plan.target.table).await?;
    let recorded = target.as_ref().and_then(|table| recorded_run(table, &plan.run));
    let source = |source: &SourceRecord| (source.location.clone(), source.etag.clone());
    let sources: Option<Vec<_>> = recorded.as_ref().map(|(record, _)| record.sources.iter().map(source).collect());
    let quarantined = digest_of(&quarantine, plan).await?;
    let decision = decide_replay(ReplaySituation {
        mode: plan.mode,
        replace: plan.replace,
        landed: &plan.sources,
        quarantined: quarantined.as_deref(),
        recorded: recorded.as_ref().map(|(_, recorded)| recorded).zip(sources.as_deref()),
    });
    Ok(match (decision, target, recorded) {
        (ReplayDecision::Nothing, ..) => ReplayWork::Nothing,
        (ReplayDecision::Superseded, ..) => ReplayWork::Superseded,
        (ReplayDecision::Stored, Some(table), Some((record, recorded))) => {
            let evolving = Evolving::of(plan, &table)?;
            ReplayWork::Stored(Box::new(StoredRows { plan, lake, quarantine, evolving, record, recorded }))
        }
        (ReplayDecision::Reload, _, Some((record, _))) if plan.sources.len() < record.sources.len() => {
            return Err(LoadError::FewerSources {
                interval: plan.interval.text.clone(),
                landing: plan.landing.clone(),
                found: plan.sources.len(),
                recorded: record.sources.len(),
            });
        }
        (ReplayDecision::Reload, ..) => ReplayWork::Run(Again::Reload),
        (ReplayDecision::Run | ReplayDecision::Stored, ..) => ReplayWork::Run(Again::Replay),
    })
}

/// Loads what an interval's run refused, on the in-process track.
///
/// # Errors
/// See [`LoadError`]; the target is then as it was before.
pub async fn replay(
    plan: &LoadPlan,
    lake: &Lake,
    store: &dyn LandingStore,
    keys: &dyn KeySource,
    options: ExecuteOptions,
    progress: &dyn Progress,
) -> Result<Replayed, LoadError> {
    require_runnable(plan)?;
    Ok(match replay_work(plan, lake).await? {
        ReplayWork::Nothing => Replayed::Nothing,
        ReplayWork::Superseded => Replayed::Superseded,
        ReplayWork::Run(again) => {
            Replayed::Run(execute_again(plan, lake, store, keys, options, progress, again).await?)
        }
        ReplayWork::Stored(rows) => Replayed::Stored(rows.replay(store, keys, options, progress).await?),
    })
}

impl StoredRows<'_> {
    /// Decodes them by the definition as it is now, and adds those that fit to the run's.
    ///
    /// # Errors
    /// See [`LoadError`]; the target is then as it was before.
    pub async fn replay(
        &self,
        store: &dyn LandingStore,
        keys: &dyn KeySource,
        options: ExecuteOptions,
        progress: &dyn Progress,
    ) -> Result<StoredReplay, LoadError> {
        // A plan whose source is the stored rows.
        let plan =
            LoadPlan { sources: Vec::new(), control: None, reject_limit: RejectLimit::Share(1.0), ..self.plan.clone() };
        let (kernel, treatments) = kernel_of(&plan, &plan.columns, keys)?;
        self.require_fit(&treatments)?;
        let target = WriteTarget::new(self.lake, &self.evolving.table, &plan)?;
        let bounds = Bounds::new(options.threads, options.memory_bytes, !treatments.columns.is_empty());
        let misfits = Misfits::new(&plan);
        let start = plan.interval.start.timestamp_micros();
        let reader = RowReader::of_interval(&self.quarantine, start).await?;
        let name = self.quarantine.full_name();
        let queue =
            StoredQueue::new(&kernel, reader, Selection::new(&kernel, &self.recorded), name, bounds.block_bytes);
        let load = Load { plan: &plan, target: &target, sink: &misfits, staging: None, bounds, progress };
        let written = off_the_executor(|| {
            let control = ControlTotals::new(&plan, store)?;
            load_blocks(load, &kernel, &queue, &control).map_err(|stopped| stopped.error)
        })?;
        if written.rows == 0 {
            return Ok(self.outcome(None, &written, &misfits));
        }
        if let Err(error) = self.announce(&plan, &kernel, &misfits, options).await {
            off_the_executor(|| target.delete(written.files.iter()));
            return Err(error);
        }
        let snapshot_id = self.extend(&written, options).await?;
        Ok(self.outcome(Some(snapshot_id), &written, &misfits))
    }

    /// Refuses rows that would stand beside others that were treated otherwise, or in a table of another schema.
    fn require_fit(&self, treatments: &AppliedTreatments) -> Result<(), LoadError> {
        if let Some(conflict) = treatments.conflict_with(&self.record.treatments, |_| true) {
            let (table, interval) = (self.evolving.table.full_name(), self.plan.interval.text.clone());
            return Err(LoadError::TreatedOtherwise { table, interval, conflict });
        }
        self.evolving.require_allowed(self.plan)
    }

    /// Marks the rows that fit, in the quarantine table.
    async fn announce(
        &self,
        plan: &LoadPlan,
        kernel: &Kernel,
        misfits: &Misfits<'_>,
        options: ExecuteOptions,
    ) -> Result<(), LoadError> {
        let id = self.id();
        let reader = RowReader::of_interval(&self.quarantine, plan.interval.start.timestamp_micros()).await?;
        let selection = Selection::new(kernel, &self.recorded);
        let target = WriteTarget::of(self.lake, &self.quarantine, &naru_core::quarantine::quarantine_spec(), plan)?;
        let marked = off_the_executor(|| mark(reader, selection, misfits, &id, &target))?;
        if marked.newly == 0 {
            // A replay that was killed has marked them.
            commit::delete(self.lake, &marked.files).await;
            return Ok(());
        }
        let rejects = RejectsRecord { replays: vec![id.clone()], ..self.record.rejects.clone() };
        let digest = format!("{}+{id}", rejects.decode_digest.as_deref().unwrap_or_default());
        let run = RunRecord::of_quarantine(self.plan, rejects, digest, marked.rows);
        commit(plan, self.lake, &self.quarantine, marked.files, run, options.commit_attempts).await.map(drop)
    }

    /// Adds the rows to those of the run, with the replay's id.
    async fn extend(&self, written: &Written, options: ExecuteOptions) -> Result<i64, LoadError> {
        let mut rejects = self.record.rejects.clone();
        rejects.replays.push(self.id());
        let run = RunRecord {
            job: self.plan.job.clone(),
            plan_digest: plan_digest(self.plan),
            rows: self.record.rows + written.rows,
            rejected: self.record.rejected.saturating_sub(written.rows),
            rejects,
            ..self.record.clone()
        };
        let request = CommitRequest {
            database: self.evolving.table.database().into(),
            table: self.evolving.table.name().into(),
            base: self.evolving.table.snapshot_id(),
            change: Change::Extend,
            interval_start_micros: self.record.interval_start_micros,
            delta: None,
            added: written.files.iter().map(DataFile::clone).collect(),
            run,
            attempts: options.commit_attempts,
            allow_older: false,
            evolution: Some(self.evolving.evolution.clone()),
        };
        Ok(match self.lake.commit(request).await? {
            CommitOutcome::Committed(committed) => committed.snapshot_id,
            CommitOutcome::AlreadyLoaded { snapshot_id } => snapshot_id,
        })
    }

    fn id(&self) -> String {
        let RejectsRecord { decode_digest, replays } = &self.record.rejects;
        replay_id(self.plan, decode_digest.as_deref().unwrap_or_default(), replays)
    }

    fn outcome(&self, snapshot_id: Option<i64>, written: &Written, misfits: &Misfits<'_>) -> StoredReplay {
        let current =
            || self.evolving.table.find_run(&self.record.identity).map_or(0, |info| info.snapshot.snapshot_id());
        StoredReplay {
            snapshot_id: snapshot_id.unwrap_or_else(current),
            rows: written.rows,
            total_rows: self.record.rows + written.rows,
            left: self.record.rejected.saturating_sub(written.rows),
            residue: misfits.residue(),
        }
    }
}
