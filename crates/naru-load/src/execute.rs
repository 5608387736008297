//! Executes a plan: decide, load, commit.

use naru_core::diff::{Difference, TableDiff};
use naru_core::plan::{EmptyPolicy, PlanColumn, ReplaceScope, SourceCompression};
use naru_core::run::{Decision, Recorded, decide, plan_digest, sources_digest};
use naru_core::{Engine, LoadPlan, Mode};
use naru_lake::{
    Change, CommitOutcome, CommitRequest, DataFile, Lake, LakeErrorKind, LakeTable, LandingStore, RunRecord,
    SnapshotInfo, SourceRecord,
};

use crate::pipeline::{Bounds, Written, load};
use crate::write_target::WriteTarget;
use crate::{LoadError, Progress, RejectedValue};

/// How to execute a plan; not what it does.
#[derive(Debug, Clone, Copy)]
pub struct ExecuteOptions {
    /// Workers, at least 1.
    pub threads: usize,
    /// Memory that the load may use, in bytes.
    pub memory_bytes: u64,
    /// How often a commit is tried when others commit at the same time.
    pub commit_attempts: u32,
    /// Reload what is loaded, take fewer files for fact, let a `replace` go back.
    pub force: bool,
}

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

/// Executes a plan on the in-process track. Creates the table if there is none.
///
/// # Errors
/// See [`LoadError`]; the table is then as it was before.
pub async fn execute(
    plan: &LoadPlan,
    lake: &Lake,
    store: &dyn LandingStore,
    options: ExecuteOptions,
    progress: &dyn Progress,
) -> Result<Outcome, LoadError> {
    refuse_what_is_not_built(plan)?;
    let existing = lake.table(&plan.target.database, &plan.target.table).await?;
    let reload = match decide_run(plan, existing.as_ref(), options.force).await? {
        Ok(reload) => reload,
        Err(unchanged) => return Ok(unchanged),
    };
    let mut table = match existing {
        Some(table) => table,
        None => create(plan, lake).await?,
    };
    if table.metadata().snapshots().len() == 0 && !blocking_differences(plan, &table)?.is_empty() {
        table = lake.redefine_empty_table(&table, &plan.target.spec).await?;
    }
    let differences = blocking_differences(plan, &table)?;
    if !differences.is_empty() {
        let table = format!("{}.{}", plan.target.database, plan.target.table);
        return Err(LoadError::TableDiffers { table, differences });
    }
    let target = WriteTarget::new(lake, &table, plan)?;
    let bounds = Bounds::new(threads(plan, options.threads), options.memory_bytes);
    let written = off_the_executor(|| load(plan, &target, store, bounds, progress))?;
    if written.rows == 0 && plan.empty == EmptyPolicy::Refuse && !options.force {
        let rejected = written.rejects.rows;
        return Err(LoadError::NoRows { interval: plan.interval.text.clone(), files: plan.sources.len(), rejected });
    }
    if let Some(changed) = first_changed(plan, store).await? {
        off_the_executor(|| target.delete(&written.files));
        return Err(changed);
    }
    commit(plan, lake, &table, options, written, reload).await
}

/// Creates the plan's table; when another process was faster, takes that one.
async fn create(plan: &LoadPlan, lake: &Lake) -> Result<LakeTable, LoadError> {
    let target = &plan.target;
    match lake.create_table(&target.database, &target.table, &target.location, &target.spec).await {
        Err(error) if error.kind() == LakeErrorKind::AlreadyExists => {
            Ok(lake.expect_table(&target.database, &target.table).await?)
        }
        created => Ok(created?),
    }
}

/// Differences that a load cannot write across. Comments and file settings are none.
///
/// # Errors
/// A table whose schema this version does not understand.
pub fn blocking_differences(plan: &LoadPlan, table: &LakeTable) -> Result<Vec<Difference>, LoadError> {
    let mut differences = TableDiff::between(&table.spec()?, &plan.target.spec);
    differences.retain(Difference::changes_rows);
    Ok(differences)
}

/// What an earlier execution recorded and what the table holds decide what is to be done: `Ok(reload)` to load.
async fn decide_run(
    plan: &LoadPlan,
    table: Option<&LakeTable>,
    force: bool,
) -> Result<Result<bool, Outcome>, LoadError> {
    let (run, newest_micros) = match table {
        None => (None, None),
        Some(table) => (earlier_run(plan, table), newest_interval(plan, table).await?),
    };
    let record = run.as_ref().and_then(|run| run.run.as_ref());
    let recorded = record.map(recorded);
    let interval = plan.interval.text.clone();
    let landing = plan.landing.clone();
    match decide(plan, recorded.as_ref(), newest_micros, force) {
        Decision::Load { reload } => Ok(Ok(reload)),
        Decision::Unchanged => Ok(Err(Outcome {
            kind: OutcomeKind::Unchanged,
            snapshot_id: run.as_ref().map_or(0, |run| run.snapshot.snapshot_id()),
            rows: record.map_or(0, |record| record.rows),
            rejected: record.map_or(0, |record| record.rejected),
            rejects: Vec::new(),
            files: 0,
            size_bytes: 0,
        })),
        Decision::NothingLanded { recorded } => Err(LoadError::NothingLanded { interval, landing, recorded }),
        Decision::FewerSources { recorded } => {
            Err(LoadError::FewerSources { interval, landing, found: plan.sources.len(), recorded })
        }
        Decision::OlderThanLoaded { newest_micros } => Err(LoadError::OlderThanLoaded {
            interval,
            newest: chrono::DateTime::from_timestamp_micros(newest_micros).map(|t| t.to_rfc3339()).unwrap_or_default(),
        }),
    }
}

/// Does work that waits for storage by itself, on a thread of its own: an executor cannot run inside another.
fn off_the_executor<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| match scope.spawn(work).join() {
        Ok(done) => done,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}

/// The earlier execution of the plan's run that counts: for a replacement also one that a later one has replaced since,
/// which is done and must not come back; for other modes one whose rows are still there.
pub fn earlier_run(plan: &LoadPlan, table: &LakeTable) -> Option<SnapshotInfo> {
    match plan.mode {
        Mode::Replace => table.find_recorded_run(&plan.run),
        _ => table.find_run(&plan.run),
    }
}

/// What a record says of its sources.
pub fn recorded(record: &RunRecord) -> Recorded {
    Recorded { sources_digest: record.sources_digest.clone(), source_count: record.sources.len() }
}

/// A source that is no longer the one that was planned, looked for once more before the commit.
async fn first_changed(plan: &LoadPlan, store: &dyn LandingStore) -> Result<Option<LoadError>, LoadError> {
    let landed = store.list(&plan.landing).await?;
    let changed =
        plan.sources.iter().find_map(|source| match landed.iter().find(|file| file.location == source.location) {
            Some(file) if file.etag == source.etag => None,
            Some(file) => Some((source, file.size_bytes)),
            None => Some((source, 0)),
        });
    Ok(changed.map(|(source, read)| LoadError::SourceChanged {
        location: source.location.clone(),
        planned: source.size_bytes,
        read,
    }))
}

/// The newest loaded interval, read only for the mode that asks.
async fn newest_interval(plan: &LoadPlan, table: &LakeTable) -> Result<Option<i64>, LoadError> {
    if plan.mode == Mode::Replace { Ok(table.newest_interval().await?) } else { Ok(None) }
}

/// Refuses a mode or treated columns that this version does not load, before a row is read.
///
/// # Errors
/// [`LoadError::ModeNotBuilt`], [`LoadError::TreatmentsNotBuilt`].
pub fn require_built(mode: Mode, columns: &[PlanColumn]) -> Result<(), LoadError> {
    if !matches!(mode, Mode::Append | Mode::Replace) {
        return Err(LoadError::ModeNotBuilt(mode));
    }
    let treated: Vec<String> =
        columns.iter().filter(|c| c.treatment.is_some()).filter_map(|c| c.target.clone()).collect();
    if treated.is_empty() { Ok(()) } else { Err(LoadError::TreatmentsNotBuilt(treated)) }
}

fn refuse_what_is_not_built(plan: &LoadPlan) -> Result<(), LoadError> {
    require_built(plan.mode, &plan.columns)?;
    if plan.engine == Engine::Sp {
        return Err(LoadError::SparkMissing { reason: plan.reason.clone() });
    }
    Ok(())
}

/// No more workers than there is work for.
fn threads(plan: &LoadPlan, wanted: usize) -> usize {
    const BYTES_PER_THREAD: u64 = 4 << 20;
    let bytes: u64 =
        plan.sources.iter().map(|s| s.size_bytes * if s.compression == SourceCompression::None { 1 } else { 5 }).sum();
    wanted.max(1).min(usize::try_from(bytes / BYTES_PER_THREAD).unwrap_or(usize::MAX).max(1))
}

async fn commit(
    plan: &LoadPlan,
    lake: &Lake,
    table: &LakeTable,
    options: ExecuteOptions,
    written: Written,
    reload: bool,
) -> Result<Outcome, LoadError> {
    let change = match (plan.mode, plan.replace) {
        (Mode::Replace, ReplaceScope::Table) => Change::ReplaceTable,
        (Mode::Replace, ReplaceScope::Partitions) => Change::ReplacePartitions,
        _ => Change::Append,
    };
    let (files, size_bytes) = (written.files.len(), written.files.iter().map(DataFile::size_bytes).sum());
    let request = CommitRequest {
        database: plan.target.database.clone(),
        table: plan.target.table.clone(),
        base: table.snapshot_id(),
        change,
        interval_start_micros: plan.interval.start.timestamp_micros(),
        added: written.files,
        run: run_record(plan, &written.rejects, written.rows),
        attempts: options.commit_attempts,
        allow_older: options.force,
    };
    let (rows, rejected, rejects) = (written.rows, written.rejects.rows, written.rejects.values.clone());
    let kind = if reload { OutcomeKind::Reloaded } else { OutcomeKind::Loaded };
    Ok(match lake.commit(request).await? {
        CommitOutcome::Committed(committed) => {
            Outcome { kind, snapshot_id: committed.snapshot_id, rows, rejected, rejects, files, size_bytes }
        }
        CommitOutcome::AlreadyLoaded { snapshot_id } => {
            Outcome { kind: OutcomeKind::Unchanged, snapshot_id, rows, rejected, rejects, files: 0, size_bytes: 0 }
        }
    })
}

fn run_record(plan: &LoadPlan, rejects: &crate::RejectReport, rows: u64) -> RunRecord {
    RunRecord {
        identity: plan.run.clone(),
        job: plan.job.clone(),
        interval_start_micros: plan.interval.start.timestamp_micros(),
        interval_end_micros: plan.interval.end.timestamp_micros(),
        sources: plan
            .sources
            .iter()
            .map(|s| SourceRecord { location: s.location.clone(), size_bytes: s.size_bytes, etag: s.etag.clone() })
            .collect(),
        sources_digest: sources_digest(&plan.sources),
        plan_digest: plan_digest(plan),
        rows,
        rejected: rejects.rows,
        mode: plan.mode,
        engine: plan.engine,
    }
}
