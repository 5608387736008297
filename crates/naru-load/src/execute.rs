//! Executes a plan: the steps of a run, in their order.
//!
//! ```text
//!  examine ─▶ the table as it is, or is to be ─▶ pipeline ─▶ source_changes ─▶ settle ─▶ commit_rows
//! ```

use naru_core::plan::{EmptyPolicy, SourceCompression};
use naru_core::run::Again;
use naru_core::{Engine, LoadPlan, Mode};
use naru_decode::KeySource;
use naru_lake::{Lake, LakeErrorKind, LakeTable, LandingStore};
use naru_merge::decoded_columns;

use crate::commit_rows::LoadedRows;
use crate::evolution::Evolving;
use crate::examine::{Examined, examine};
use crate::merge::Staging;
use crate::off_the_executor::off_the_executor;
use crate::outcome::Outcome;
use crate::pipeline::{Bounds, Load, Stopped, Written, load};
use crate::quarantine::{QuarantineTable, RefusedRows};
use crate::run_context::RunContext;
use crate::settle::{settle, settle_failure};
use crate::source_changes::require_same_sources;
use crate::treatment::kernel_of;
use crate::write_target::WriteTarget;
use crate::{LoadError, Progress};

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
///
/// # Errors
/// Those of [`execute`].
pub async fn execute_again(
    plan: &LoadPlan,
    lake: &Lake,
    store: &dyn LandingStore,
    keys: &dyn KeySource,
    options: ExecuteOptions,
    progress: &dyn Progress,
    again: Again,
) -> Result<Outcome, LoadError> {
    require_runnable(plan)?;
    let (kernel, treatments) = kernel_of(plan, &decoded_columns(plan), keys)?;
    let (reload, evolving) = match examine(plan, &treatments, lake, options.force, again).await? {
        Examined::Unchanged(outcome) => return Ok(outcome),
        Examined::Load { reload, evolving } => (reload, evolving),
    };
    let evolving = match evolving {
        Some(evolving) => evolving,
        None => Evolving::of(plan, &create(plan, lake).await?)?,
    };
    evolving.require_allowed(plan)?;
    let table = evolving.table.clone();
    let target = WriteTarget::new(lake, &table, plan)?;
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
    if let Err(error) = require_same_sources(plan, store, &loaded, progress).await {
        off_the_executor(|| {
            refused.abandon();
            let files = loaded.as_ref().map(|written| written.files.as_slice()).unwrap_or_default();
            target.delete(files.iter());
        });
        return Err(error);
    }
    let context = RunContext { plan, lake, options, bounds, progress, again };
    match loaded {
        Err(stopped) => Err(settle_failure(context, refused, stopped).await),
        Ok(written) => {
            let rows = LoadedRows { context, reload, evolving, treatments, staging, written };
            settle(rows, &target, refused).await
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

/// Modes in which rows find the earlier rows of their keys.
fn is_merged(mode: Mode) -> bool {
    matches!(mode, Mode::Merge | Mode::Scd2)
}

/// Refuses a plan that this track does not run, whatever the table holds.
pub(crate) fn require_runnable(plan: &LoadPlan) -> Result<(), LoadError> {
    if plan.engine == Engine::Sp {
        return Err(LoadError::ForSpark { reason: plan.reason.clone() });
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
