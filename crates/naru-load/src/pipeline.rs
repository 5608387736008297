//! The workers: block by block from the sources into data files.

use std::sync::Mutex;

use naru_core::LoadPlan;
use naru_core::control::VerifiedTotals;
use naru_decode::{Block, Kernel, Scratch, Trailer};
use naru_lake::{DataFile, LandingStore};

use crate::control::ControlTotals;
use crate::data_files::DataFiles;
use crate::merge::Staging;
use crate::partitions::Partitions;
use crate::reject_sink::{RejectSink, RejectedBlock};
use crate::rejects::{RejectReport, Rejects};
use crate::row_writer::RowWriter;
use crate::source_queue::SourceQueue;
use crate::write_target::WriteTarget;
use crate::{LoadError, Progress};

/// Bounds of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Workers, at least 1.
    pub(crate) threads: usize,
    /// Bytes of a block of source text.
    pub(crate) block_bytes: usize,
    /// Bytes that a worker may hold in row groups or in rows to be grouped.
    pub(crate) worker_bytes: usize,
}

impl Bounds {
    /// Bounds for a memory budget: half of it for what workers hold, the rest for blocks, batches and the process. Blocks
    /// are smaller for treated columns, since a hash takes 64 bytes for a value of two.
    pub(crate) fn new(threads: usize, memory_bytes: u64, is_treated: bool) -> Self {
        let threads = threads.max(1);
        let share = usize::try_from(memory_bytes).unwrap_or(usize::MAX) / threads;
        let greatest_block_bytes = if is_treated { 1 << 20 } else { 4 << 20 };
        Self {
            threads,
            block_bytes: (share / 64).clamp(256 << 10, greatest_block_bytes),
            worker_bytes: (share / 4).clamp(4 << 20, 96 << 20),
        }
    }
}

/// What was written and what did not fit.
pub(crate) struct Written {
    pub(crate) files: Vec<DataFile>,
    pub(crate) rows: u64,
    pub(crate) rejects: RejectReport,
    /// Control totals of each source; none: the plan has none.
    pub(crate) control: Option<Vec<VerifiedTotals>>,
}

/// Why nothing is loaded; all files of the target are deleted.
pub(crate) struct Stopped {
    pub(crate) error: LoadError,
    /// Whether all sources were read to their ends, so that all that does not fit is known.
    pub(crate) is_complete: bool,
}

/// Hands out blocks of whole records to the workers.
pub(crate) trait BlockSupply: Sync {
    /// The next block and its source's position; none when there are no more or a worker has failed.
    fn next_block(&self, recycled: Option<Vec<u8>>) -> Result<Option<(usize, Block)>, LoadError>;
    /// Name of a source, for the report of what does not fit.
    fn location(&self, source: usize) -> &str;
    /// Makes every worker stop at its next block: another one has failed.
    fn stop(&self);
    /// The trailer records of the sources that were read to their ends, with the sources' positions.
    fn take_trailers(&self) -> Vec<(usize, Trailer)>;
}

/// What a load works with.
#[derive(Clone, Copy)]
pub(crate) struct Load<'a> {
    pub(crate) plan: &'a LoadPlan,
    pub(crate) target: &'a WriteTarget<'a>,
    /// Takes the rows that do not fit.
    pub(crate) sink: &'a dyn RejectSink,
    /// Takes the rows where it is yet to be found out which of them change the table; none: they go into data files.
    pub(crate) staging: Option<&'a Staging>,
    pub(crate) bounds: Bounds,
    pub(crate) progress: &'a dyn Progress,
}

/// Loads a plan's sources into data files.
pub(crate) fn load(load: Load<'_>, kernel: Kernel, store: &dyn LandingStore) -> Result<Written, Stopped> {
    let early = |error| Stopped { error, is_complete: false };
    let control = ControlTotals::new(load.plan, store).map_err(early)?;
    let kernel = control.prepare(kernel).map_err(early)?;
    let queue = SourceQueue::new(&kernel, &load.plan.sources, store, load.progress, load.bounds.block_bytes);
    load_blocks(load, &kernel, &queue, &control)
}

/// Loads the blocks of a supply into data files.
pub(crate) fn load_blocks(
    load: Load<'_>,
    kernel: &Kernel,
    queue: &dyn BlockSupply,
    control: &ControlTotals<'_>,
) -> Result<Written, Stopped> {
    let Load { plan, target, sink, staging, bounds, progress } = load;
    let shared = Shared {
        target,
        kernel,
        queue,
        files: DataFiles::new(target),
        partitions: Partitions::new(target),
        staging,
        rejects: Rejects::new(plan.reject_limit),
        sink,
        control,
        bounds,
        progress,
        column_names: plan.columns.iter().map(|c| c.target.as_ref().unwrap_or(&c.source).clone()).collect(),
    };
    let failed = run_workers(&shared);
    let Shared { files, partitions, rejects, .. } = shared;
    let (rejects, within_limit) = rejects.finish();
    let is_complete = failed.is_none();
    let error = failed.or_else(|| (!within_limit).then(|| LoadError::Rejected(Box::new(rejects.clone()))));
    let verified = match error {
        Some(error) => Err(error),
        None => control.verify(queue.take_trailers(), &rejects),
    };
    let control = match verified {
        Ok(control) => control,
        Err(error) => {
            target.delete(files.abandon().iter());
            return Err(Stopped { error, is_complete });
        }
    };
    let early = |error| Stopped { error, is_complete: false };
    if let Err(error) = partitions.write(&files, (bounds.threads, bounds.worker_bytes), progress) {
        target.delete(files.abandon().iter());
        return Err(early(error));
    }
    let files = files.finish().map_err(early)?;
    let rows = rejects.total_rows - rejects.rows;
    Ok(Written { files, rows, rejects, control })
}

/// What the workers share.
struct Shared<'a> {
    target: &'a WriteTarget<'a>,
    kernel: &'a Kernel,
    queue: &'a dyn BlockSupply,
    files: DataFiles<'a>,
    partitions: Partitions<'a>,
    staging: Option<&'a Staging>,
    rejects: Rejects,
    sink: &'a dyn RejectSink,
    control: &'a ControlTotals<'a>,
    bounds: Bounds,
    progress: &'a dyn Progress,
    /// Of all the plan's columns, those passed over included.
    column_names: Vec<String>,
}

/// Runs all workers to their end; the first error, if any.
fn run_workers(shared: &Shared<'_>) -> Option<LoadError> {
    let failed: Mutex<Option<LoadError>> = Mutex::new(None);
    let work = || {
        if let Err(error) = worker(shared) {
            shared.queue.stop();
            let mut failed = failed.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            // Several workers may fail of one cause; the first in the order of the sources says it best.
            if failed.as_ref().is_none_or(|earlier| error.is_better_told_than(earlier)) {
                *failed = Some(error);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..shared.bounds.threads {
            scope.spawn(work);
        }
        work();
    });
    failed.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn worker(shared: &Shared<'_>) -> Result<(), LoadError> {
    let target = shared.target;
    let mut scratch = Scratch::default();
    let mut recycled = None;
    let mut rows =
        RowWriter::new((target, &shared.files, &shared.partitions), shared.bounds.worker_bytes, shared.progress)?;
    while let Some((source, block)) = shared.queue.next_block(recycled.take())? {
        let decoded = shared.kernel.decode(&block, &mut scratch)?;
        let location = shared.queue.location(source);
        if !decoded.rejects.is_empty() {
            let rejects = &decoded.rejects;
            shared.sink.add(RejectedBlock { kernel: shared.kernel, block: &block, location, rejects })?;
        }
        shared.rejects.add(location, decoded.records, &decoded.rejects, &shared.column_names);
        shared.control.add(source, &decoded);
        shared.progress.decoded(decoded.records);
        // After too many bad rows the rest is decoded for the report only.
        if !shared.rejects.exceeded() {
            match shared.staging {
                Some(staging) => staging.add((source, block.first_row()), &decoded)?,
                None => rows.write(target.rows(&decoded.batch)?)?,
            }
        }
        recycled = Some(block.into_buffer());
    }
    if shared.rejects.exceeded() { Ok(()) } else { rows.finish() }
}
