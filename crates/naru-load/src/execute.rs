//! Executes a plan: decide, load, commit.

use naru_core::diff::Difference;
use naru_core::plan::{EmptyPolicy, ReplaceScope, SourceCompression};
use naru_core::quarantine::{RejectsRecord, decode_digest};
use naru_core::run::{Decision, Recorded, decide, goes_forward_only, plan_digest, sources_digest};
use naru_core::treatment::AppliedTreatments;
use naru_core::{Engine, LoadPlan, Mode};
use naru_decode::{Kernel, KeySource, TreatmentKey};
use naru_lake::{
    Change, CommitOutcome, CommitRequest, DataFile, Lake, LakeErrorKind, LakeTable, LandedFile, LandingStore,
    RunRecord, SnapshotInfo, SourceRecord,
};

use crate::deletions::is_run_undone;
use crate::evolution::Evolving;
use crate::merge::{MergeCounts, Staging, decoded_columns};
use crate::merge_run::{MergeRun, merge_and_commit};
use crate::pipeline::{Bounds, Load, Stopped, Written, load};
use crate::quarantine::{QuarantineTable, RefusedRows, commit_refused};
use crate::treatment::{key_of, require_same_treatment};
use crate::write_target::WriteTarget;
use crate::{LoadError, Progress, Quarantined, RejectedValue, RevivedKeys};

/// How to execute a plan; not what it does.
#[derive(Debug, Clone, Copy)]
pub struct ExecuteOptions {
    /// Workers, at least 1.
    pub threads: usize,
    /// Memory that the load may use, in bytes.
    pub memory_bytes: u64,
    /// How often a commit is tried when others commit at the same time.
    pub commit_attempts: u32,
    /// Reload what is loaded, take fewer files for fact, let a `replace` go back, let rows stand beside rows that are
    /// treated otherwise.
    pub force: bool,
    /// Start of the last interval that the same command runs after this one, in order, microseconds since 1970-01-01 UTC;
    /// none: it runs no other.
    pub runs_up_to_micros: Option<i64>,
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
    /// Whether the rows were verified against control totals.
    pub control_verified: bool,
    /// Of a merge: what became of the rows.
    pub merge: Option<MergeCounts>,
    /// Of a merge on command: keys that it inserted although a later interval may have deleted them.
    pub revived: Option<RevivedKeys>,
    /// What the run changed of the table's structure, in the same commit.
    pub evolved: Vec<Difference>,
    /// Where the rows are that were left out now; none: there are none.
    pub quarantined: Option<Quarantined>,
}

/// Whether a run that loaded the same sources before is done again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    /// A run's.
    IfChanged,
    /// Of a replay that runs the interval again: as a run's.
    Replay,
    /// Of a replay of what is loaded.
    Reload,
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
    keys: &dyn KeySource,
    options: ExecuteOptions,
    progress: &dyn Progress,
) -> Result<Outcome, LoadError> {
    execute_again(plan, lake, store, keys, options, progress, Again::IfChanged).await
}

/// As [`execute`]; `again` says whether what is loaded from the same sources is loaded anew.
pub(crate) async fn execute_again(
    plan: &LoadPlan,
    lake: &Lake,
    store: &dyn LandingStore,
    keys: &dyn KeySource,
    options: ExecuteOptions,
    progress: &dyn Progress,
    again: Again,
) -> Result<Outcome, LoadError> {
    require_runnable(plan)?;
    let key = key_of(plan, keys)?;
    let treatments = AppliedTreatments::of(plan, key.as_ref().map(TreatmentKey::id));
    let kernel = Kernel::with_key(&plan.dialect, &decoded_columns(plan), key.as_ref())?;
    let existing = lake.table(&plan.target.database, &plan.target.table).await?;
    let evolving = existing.as_ref().map(|table| Evolving::of(plan, table)).transpose()?;
    let existing = evolving.as_ref().map(|evolving| &evolving.table);
    if let Some(table) = existing.filter(|_| !options.force) {
        require_same_treatment(plan, table, &treatments)?;
    }
    let reload = match decide_run(plan, &treatments, existing, options.force, again).await? {
        Ok(reload) => reload,
        Err(unchanged) => return Ok(unchanged),
    };
    let evolving = match evolving {
        Some(evolving) => evolving,
        None => Evolving::of(plan, &create(plan, lake).await?)?,
    };
    evolving.require_allowed(plan)?;
    let target = WriteTarget::new(lake, &evolving.table, plan)?;
    let bounds = Bounds::new(threads(plan, options.threads), options.memory_bytes, !treatments.columns.is_empty());
    let staging =
        if is_merged(plan.mode) { Some(Staging::new(plan, &target.schema, options.memory_bytes)?) } else { None };
    let quarantine = QuarantineTable::open(plan, lake).await?;
    let refused_target = quarantine.target(lake, plan)?;
    let refused = RefusedRows::new(&refused_target, plan);
    let loaded = off_the_executor(|| {
        let work = Load { plan, target: &target, sink: &refused, staging: staging.as_ref(), bounds, progress };
        load(work, kernel, store).and_then(|written| refuse_empty(plan, options.force, written))
    });
    let is_complete = loaded.as_ref().map_or_else(|stopped| stopped.is_complete, |_| true);
    if is_complete || loaded.as_ref().is_err_and(|stopped| may_be_unfinished(&stopped.error)) {
        let changed = match progress.is_stopped() {
            true => Err(LoadError::Stopped),
            false => first_changed(plan, store).await,
        };
        if !matches!(changed, Ok(None)) {
            off_the_executor(|| {
                refused.abandon();
                let files = loaded.as_ref().map(|written| written.files.as_slice()).unwrap_or_default();
                target.delete(files.iter());
            });
            return Err(changed?.unwrap_or_else(|| LoadError::internal("a source changed, and none did")));
        }
    }
    // The rows of a replay stand in the quarantine alone until they are in the table: a replay that finds none there
    // does nothing.
    let is_table_first = again != Again::IfChanged;
    match loaded {
        Err(stopped) if again == Again::Reload => {
            off_the_executor(|| refused.abandon());
            Err(stopped.error)
        }
        Err(stopped) => Err(after_failure(plan, lake, refused, stopped, options).await),
        Ok(written) => {
            let (mut refused, mut in_quarantine) = (Some(refused), None);
            if let Some(refused) = refused.take_if(|_| !is_table_first) {
                in_quarantine = match quarantined(plan, lake, refused, options).await {
                    Ok(in_quarantine) => in_quarantine,
                    Err(error) => {
                        off_the_executor(|| target.delete(written.files.iter()));
                        return Err(error);
                    }
                };
            }
            let run = run_record(plan, treatments, &written);
            let committed = match staging.map(Staging::finish).transpose() {
                Err(error) => Err(error),
                Ok(Some(staged)) => {
                    let merging = MergeRun { plan, lake, options, bounds, progress, staged, written, run, again };
                    merge_and_commit(merging, evolving, reload).await
                }
                Ok(None) => commit(plan, lake, evolving, options, written, run, reload).await,
            };
            if let Some(refused) = refused {
                if committed.is_err() {
                    off_the_executor(|| refused.abandon());
                } else {
                    in_quarantine = quarantined(plan, lake, refused, options).await?;
                }
            }
            committed.map(|outcome| Outcome { quarantined: in_quarantine, ..outcome })
        }
    }
}

/// Refuses sources without a row that fits, unless that is allowed or they say so themselves.
fn refuse_empty(plan: &LoadPlan, force: bool, written: Written) -> Result<Written, Stopped> {
    if written.rows > 0 || plan.empty == EmptyPolicy::Allow || force || declares_no_rows(&written) {
        return Ok(written);
    }
    let (interval, files) = (plan.interval.text.clone(), plan.sources.len());
    Err(Stopped { error: LoadError::NoRows { interval, files, rejected: written.rejects.rows }, is_complete: true })
}

/// Commits what a run refused to its quarantine table.
async fn quarantined(
    plan: &LoadPlan,
    lake: &Lake,
    refused: RefusedRows<'_>,
    options: ExecuteOptions,
) -> Result<Option<Quarantined>, LoadError> {
    let refused = off_the_executor(|| refused.finish())?;
    commit_refused(plan, lake, refused, options.commit_attempts).await
}

/// The error of a run that failed. Where all that does not fit is known, it goes to quarantine all the same.
async fn after_failure(
    plan: &LoadPlan,
    lake: &Lake,
    refused: RefusedRows<'_>,
    stopped: Stopped,
    options: ExecuteOptions,
) -> LoadError {
    if !stopped.is_complete || refused.is_empty() {
        off_the_executor(|| refused.abandon());
        return stopped.error;
    }
    match quarantined(plan, lake, refused, options).await {
        Ok(Some(quarantined)) => LoadError::Quarantined { error: Box::new(stopped.error), quarantined },
        Ok(None) => stopped.error,
        Err(error) => {
            tracing::warn!(%error, "the rows that do not fit are not in quarantine; run the job again");
            stopped.error
        }
    }
}

/// Whether a source that is still being written, or that is taken away, would fail like this: its end is missing.
fn may_be_unfinished(error: &LoadError) -> bool {
    matches!(error, LoadError::ControlMismatch { .. } | LoadError::Source { .. } | LoadError::Rejected(_))
}

/// Whether the sources themselves say that they hold no row.
fn declares_no_rows(written: &Written) -> bool {
    let totals = written.control.as_deref().unwrap_or_default();
    !totals.is_empty() && totals.iter().all(|totals| totals.rows == Some(0))
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
    let record = run.as_ref().and_then(|run| run.run.as_ref());
    let recorded = table.zip(run.as_ref()).and_then(|(table, run)| recorded(table, run));
    let interval = plan.interval.text.clone();
    let landing = plan.landing.clone();
    // As if nothing were recorded: the same sources are then no reason to do nothing.
    let counts = recorded.as_ref().filter(|_| again != Again::Reload);
    match decide(plan, treatments, counts, newest_micros, force) {
        Decision::Load { .. } => Ok(Ok(recorded.is_some())),
        Decision::Unchanged => Ok(Err(Outcome {
            kind: OutcomeKind::Unchanged,
            snapshot_id: run.as_ref().map_or(0, |run| run.snapshot.snapshot_id()),
            rows: record.map_or(0, |record| record.rows),
            rejected: record.map_or(0, |record| record.rejected),
            rejects: Vec::new(),
            files: 0,
            size_bytes: 0,
            control_verified: record.is_some_and(|record| record.control.is_some()),
            evolved: Vec::new(),
            merge: None,
            revived: None,
            quarantined: None,
        })),
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

/// Does work that waits for storage by itself, on a thread of its own: an executor cannot run inside another.
pub(crate) fn off_the_executor<T: Send>(work: impl FnOnce() -> T + Send) -> T {
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

/// A source or control file that is no longer the one that was planned, looked for once more before the commit.
async fn first_changed(plan: &LoadPlan, store: &dyn LandingStore) -> Result<Option<LoadError>, LoadError> {
    let landed = store.list(&plan.landing).await?;
    for source in &plan.sources {
        let found = landed.iter().find(|file| file.location == source.location);
        if let Some(changed) = changed_file((&source.location, source.size_bytes, &source.etag), found) {
            return Ok(Some(changed));
        }
        if let Some(control) = &source.control {
            let found = store.find(&control.location).await?;
            let changed = changed_file((&control.location, control.size_bytes, &control.etag), found.as_ref());
            if changed.is_some() {
                return Ok(changed);
            }
        }
    }
    Ok(None)
}

fn changed_file((location, planned, etag): (&str, u64, &str), found: Option<&LandedFile>) -> Option<LoadError> {
    let is_same = found.is_some_and(|file| file.etag == etag);
    let read = found.map_or(0, |file| file.size_bytes);
    (!is_same).then(|| LoadError::SourceChanged { location: location.into(), planned, read })
}

/// The newest loaded interval, read only for the mode that asks.
async fn newest_interval(plan: &LoadPlan, table: &LakeTable) -> Result<Option<i64>, LoadError> {
    if goes_forward_only(plan) { Ok(table.newest_interval().await?) } else { Ok(None) }
}

/// Modes in which rows find the earlier rows of their keys.
fn is_merged(mode: Mode) -> bool {
    matches!(mode, Mode::Merge | Mode::Scd2)
}

/// Refuses a plan that this track does not run, whatever the table holds.
///
/// # Errors
/// [`LoadError::SparkMissing`].
pub fn require_runnable(plan: &LoadPlan) -> Result<(), LoadError> {
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
    evolving: Evolving,
    options: ExecuteOptions,
    written: Written,
    run: RunRecord,
    reload: bool,
) -> Result<Outcome, LoadError> {
    let change = match (plan.mode, plan.replace) {
        (Mode::Replace, ReplaceScope::Table) => Change::ReplaceTable,
        (Mode::Replace, ReplaceScope::Partitions) => Change::ReplacePartitions,
        _ => Change::Append,
    };
    let (files, size_bytes) = (written.files.len(), written.files.iter().map(DataFile::size_bytes).sum());
    let control_verified = written.control.is_some();
    let request = CommitRequest {
        database: plan.target.database.clone(),
        table: plan.target.table.clone(),
        base: evolving.table.snapshot_id(),
        change,
        interval_start_micros: plan.interval.start.timestamp_micros(),
        added: written.files,
        delta: None,
        run,
        attempts: options.commit_attempts,
        allow_older: options.force,
        evolution: Some(evolving.evolution),
    };
    let (rows, rejected, rejects) = (written.rows, written.rejects.rows, written.rejects.values.clone());
    let kind = if reload { OutcomeKind::Reloaded } else { OutcomeKind::Loaded };
    Ok(match lake.commit(request).await? {
        CommitOutcome::Committed(committed) => {
            let snapshot_id = committed.snapshot_id;
            Outcome {
                kind,
                snapshot_id,
                rows,
                rejected,
                rejects,
                files,
                size_bytes,
                control_verified,
                evolved: evolving.changes,
                merge: None,
                revived: None,
                quarantined: None,
            }
        }
        CommitOutcome::AlreadyLoaded { snapshot_id } => {
            let (kind, files, size_bytes) = (OutcomeKind::Unchanged, 0, 0);
            Outcome {
                kind,
                snapshot_id,
                rows,
                rejected,
                rejects,
                files,
                size_bytes,
                control_verified,
                evolved: Vec::new(),
                merge: None,
                revived: None,
                quarantined: None,
            }
        }
    })
}

fn run_record(plan: &LoadPlan, treatments: AppliedTreatments, written: &Written) -> RunRecord {
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
        rows: written.rows,
        rejected: written.rejects.rows,
        mode: plan.mode,
        engine: plan.engine,
        treatments,
        before: None,
        deletions: None,
        control: written.control.clone(),
        rejects: RejectsRecord {
            decode_digest: (written.rejects.rows > 0).then(|| decode_digest(plan)),
            replays: Vec::new(),
        },
    }
}
