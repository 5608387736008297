//! Rows that wait for the rest of their partition, in memory or on disk, so that each partition becomes one file and not
//! one for each time that memory was full.
//!
//! On disk: one file for each worker, into which it writes some rows of one partition after the other. It has no name, so that
//! rows go with the process, however it ends.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow_array::RecordBatch;
use arrow_buffer::MutableBuffer;
use iceberg::spec::Struct;

use crate::closing::Closing;
use crate::data_files::DataFiles;
use crate::grouping::{RowBuffer, take};
use crate::row_writer::{CHUNK_ROWS, RowWriter};
use crate::side_by_side::{join, side_by_side};
use crate::spilled_rows::{self, Place};
use crate::write_target::WriteTarget;
use crate::{LoadError, Progress};

/// The partitions that have rows waiting.
pub(crate) struct Partitions<'a> {
    target: &'a WriteTarget<'a>,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    positions: HashMap<Option<Struct>, usize>,
    partitions: Vec<(Option<Struct>, Vec<Part>)>,
    /// What workers keep on disk.
    runs: Vec<Arc<File>>,
}

/// Some rows of a partition.
enum Part {
    Batch(RecordBatch),
    Held { batches: Arc<Vec<RecordBatch>>, rows: Vec<Place> },
    Spilled { run: usize, rows: usize, offset: u64, length: usize },
}

/// Files without names go when they are closed. That takes a while for large ones: each has a thread.
fn give_back(runs: Vec<Arc<File>>) {
    std::thread::scope(|scope| {
        for run in runs {
            scope.spawn(move || drop(run));
        }
    });
}

impl Part {
    /// Hands the rows to a writer; `runs` are the files of those on disk.
    fn write(&self, target: &WriteTarget<'_>, runs: &[Arc<File>], writer: &mut RowWriter<'_>) -> Result<(), LoadError> {
        match self {
            Self::Batch(batch) => writer.write(batch.clone()),
            Self::Held { batches, rows } => {
                rows.chunks(CHUNK_ROWS).try_for_each(|chunk| writer.write(take(batches, chunk)?))
            }
            Self::Spilled { run, rows, offset, length } => {
                let mut bytes = MutableBuffer::from_len_zeroed(*length);
                runs[*run].read_exact_at(&mut bytes, *offset).map_err(LoadError::spill)?;
                writer.write(spilled_rows::read(&target.schema, *rows, bytes)?)
            }
        }
    }
}

/// What one worker keeps on disk.
pub(crate) struct SpilledRun {
    number: usize,
    file: Arc<File>,
    /// Bytes that are in the file.
    written: u64,
    /// Bytes that come next.
    buffer: Vec<u8>,
}

/// Bytes that are gathered before they are written.
const BUFFER_BYTES: usize = 1 << 20;

impl SpilledRun {
    /// Ends writing.
    pub(crate) fn finish(mut self) -> Result<(), LoadError> {
        self.flush()
    }

    fn flush(&mut self) -> Result<(), LoadError> {
        (&*self.file).write_all(&self.buffer).map_err(LoadError::spill)?;
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

impl<'a> Partitions<'a> {
    pub(crate) fn new(target: &'a WriteTarget<'a>) -> Self {
        Self { target, waiting: Mutex::default() }
    }

    /// A file for one worker's rows.
    fn run(&self) -> Result<SpilledRun, LoadError> {
        let file = Arc::new(tempfile::tempfile().map_err(LoadError::spill)?);
        let mut waiting = self.lock();
        waiting.runs.push(Arc::clone(&file));
        Ok(SpilledRun { number: waiting.runs.len() - 1, file, written: 0, buffer: Vec::new() })
    }

    /// Keeps rows of a partition on disk, in the worker's own file; `put` appends them as [`spilled_rows`] has them.
    pub(crate) fn spill(
        &self,
        run: &mut Option<Box<SpilledRun>>,
        partition: &Option<Struct>,
        (rows, put): (usize, impl FnOnce(&mut Vec<u8>)),
    ) -> Result<(), LoadError> {
        let run = match run {
            Some(run) => run,
            None => run.insert(Box::new(self.run()?)),
        };
        spilled_rows::align(&mut run.buffer);
        let start = run.buffer.len();
        put(&mut run.buffer);
        let (offset, length) = (run.written + start as u64, run.buffer.len() - start);
        self.add(partition, Part::Spilled { run: run.number, rows, offset, length });
        if run.buffer.len() >= BUFFER_BYTES { run.flush() } else { Ok(()) }
    }

    /// Keeps rows of a partition in memory.
    pub(crate) fn hold_batch(&self, partition: &Option<Struct>, rows: RecordBatch) {
        self.add(partition, Part::Batch(rows));
    }

    /// Keeps buffered rows in memory.
    pub(crate) fn hold(&self, buffer: RowBuffer<'_>) -> Result<(), LoadError> {
        if buffer.is_empty() {
            return Ok(());
        }
        let groups = buffer.groups()?;
        let batches = Arc::new(buffer.into_batches());
        for group in groups {
            let partition = self.target.partition(&group)?;
            self.add(&partition, Part::Held { batches: Arc::clone(&batches), rows: group.rows });
        }
        Ok(())
    }

    /// Writes all that waits, once all rows are here: a file for each partition.
    pub(crate) fn write(
        self,
        files: &DataFiles<'a>,
        (threads, worker_bytes): (usize, usize),
        progress: &dyn Progress,
    ) -> Result<(), LoadError> {
        let waiting = self.waiting.into_inner().unwrap_or_else(PoisonError::into_inner);
        let (target, runs) = (self.target, &waiting.runs);
        let closing = Closing::new(files);
        std::thread::scope(|scope| {
            let closed = side_by_side(threads, &waiting.partitions, |(partition, parts)| {
                if closing.has_failed() {
                    return Ok(None);
                }
                let mut writer = RowWriter::of_partition((target, files, partition.clone()), worker_bytes, progress);
                for part in parts {
                    if progress.is_stopped() {
                        return Err(LoadError::Stopped);
                    }
                    part.write(target, runs, &mut writer)?;
                }
                writer.finish()?;
                Ok(Some(closing.begin(scope, partition)))
            })?;
            closed.into_iter().flatten().try_for_each(join)
        })?;
        give_back(waiting.runs);
        Ok(())
    }

    fn add(&self, partition: &Option<Struct>, part: Part) {
        let mut waiting = self.lock();
        let next = waiting.partitions.len();
        let position = *waiting.positions.entry(partition.clone()).or_insert(next);
        match waiting.partitions.get_mut(position) {
            Some((_, parts)) => parts.push(part),
            None => waiting.partitions.push((partition.clone(), vec![part])),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
