//! Rows that wait for the rest of their partition, in memory or on disk, so that each partition becomes one file and not
//! one for each time that memory was full.
//!
//! On disk: one file for each worker, into which it writes some rows of one partition after the other.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow_array::RecordBatch;
use arrow_buffer::MutableBuffer;
use iceberg::spec::Struct;

use crate::data_files::DataFiles;
use crate::grouping::{RowBuffer, take};
use crate::row_writer::{CHUNK_ROWS, RowWriter};
use crate::scratch::ScratchDirectory;
use crate::side_by_side::side_by_side;
use crate::spilled_rows::{self, Place};
use crate::write_target::WriteTarget;
use crate::{LoadError, Progress};

/// The partitions that have rows waiting.
pub(crate) struct Partitions<'a> {
    target: &'a WriteTarget<'a>,
    waiting: Mutex<Waiting>,
    /// Open files of workers that are not at work just now.
    readers: Mutex<Vec<Readers>>,
}

#[derive(Default)]
struct Waiting {
    positions: HashMap<Option<Struct>, usize>,
    partitions: Vec<(Option<Struct>, Vec<Part>)>,
    scratch: Option<ScratchDirectory>,
    runs: usize,
}

/// Some rows of a partition.
enum Part {
    Batch(RecordBatch),
    Held { batches: Arc<Vec<RecordBatch>>, rows: Vec<Place> },
    Spilled { run: usize, rows: usize, offset: u64, length: usize },
}

/// What one worker keeps on disk.
pub(crate) struct SpilledRun {
    number: usize,
    file: File,
    /// Bytes that are in the file.
    written: u64,
    /// Bytes that come next.
    buffer: Vec<u8>,
}

/// Bytes that are gathered before they are written.
const BUFFER_BYTES: usize = 1 << 20;

type Readers = HashMap<usize, File>;

impl SpilledRun {
    /// Ends writing.
    pub(crate) fn finish(mut self) -> Result<(), LoadError> {
        self.flush()
    }

    fn flush(&mut self) -> Result<(), LoadError> {
        self.file.write_all(&self.buffer).map_err(LoadError::spill)?;
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

impl<'a> Partitions<'a> {
    pub(crate) fn new(target: &'a WriteTarget<'a>) -> Self {
        Self { target, waiting: Mutex::default(), readers: Mutex::default() }
    }

    /// A file for one worker's rows.
    fn run(&self) -> Result<SpilledRun, LoadError> {
        let number = {
            let mut waiting = self.lock();
            if waiting.scratch.is_none() {
                waiting.scratch = Some(ScratchDirectory::create().map_err(LoadError::spill)?);
            }
            waiting.runs += 1;
            waiting.runs
        };
        let file = OpenOptions::new().write(true).create_new(true).open(self.path(number)?);
        Ok(SpilledRun { number, file: file.map_err(LoadError::spill)?, written: 0, buffer: Vec::new() })
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
        files: &DataFiles<'_>,
        (threads, worker_bytes): (usize, usize),
        progress: &dyn Progress,
    ) -> Result<(), LoadError> {
        let partitions = std::mem::take(&mut self.lock().partitions);
        side_by_side(threads, &partitions, |(partition, parts)| {
            let mut readers = self.readers().pop().unwrap_or_default();
            let of = (self.target, files, partition.clone());
            let mut writer = RowWriter::of_partition(of, worker_bytes, progress);
            for part in parts {
                if progress.is_stopped() {
                    return Err(LoadError::Stopped);
                }
                match part {
                    Part::Batch(batch) => writer.write(batch.clone())?,
                    Part::Held { batches, rows } => {
                        for chunk in rows.chunks(CHUNK_ROWS) {
                            writer.write(take(batches, chunk)?)?;
                        }
                    }
                    Part::Spilled { run, rows, offset, length } => {
                        let bytes = self.read(&mut readers, *run, (*offset, *length))?;
                        writer.write(spilled_rows::read(&self.target.schema, *rows, bytes)?)?;
                    }
                }
            }
            writer.finish()?;
            self.readers().push(readers);
            files.close(partition)
        })?;
        Ok(())
    }

    fn read(
        &self,
        readers: &mut Readers,
        run: usize,
        (offset, length): (u64, usize),
    ) -> Result<MutableBuffer, LoadError> {
        let file = match readers.entry(run) {
            Entry::Occupied(open) => open.into_mut(),
            Entry::Vacant(vacant) => vacant.insert(File::open(self.path(run)?).map_err(LoadError::spill)?),
        };
        let mut bytes = MutableBuffer::from_len_zeroed(length);
        file.seek(SeekFrom::Start(offset)).map_err(LoadError::spill)?;
        file.read_exact(&mut bytes).map_err(LoadError::spill)?;
        Ok(bytes)
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

    fn path(&self, run: usize) -> Result<PathBuf, LoadError> {
        let waiting = self.lock();
        let scratch =
            waiting.scratch.as_ref().ok_or_else(|| LoadError::internal("no directory for temporary files"))?;
        Ok(scratch.path().join(format!("{run}.rows")))
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn readers(&self) -> MutexGuard<'_, Vec<Readers>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
