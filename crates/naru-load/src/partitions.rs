//! Rows that wait for the rest of their partition, in memory or on disk, so that each partition becomes one file and not
//! one for each time that memory was full.
//!
//! On disk: Arrow's IPC files, one for each worker, with a batch for each partition and time.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::{File, OpenOptions};
use std::io::BufWriter;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow_array::RecordBatch;
use arrow_ipc::reader::FileReader;
use arrow_ipc::writer::FileWriter;
use iceberg::spec::Struct;

use crate::data_files::DataFiles;
use crate::grouping::{RowBuffer, take};
use crate::row_writer::{CHUNK_ROWS, RowWriter};
use crate::scratch::ScratchDirectory;
use crate::side_by_side::side_by_side;
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
    Held { batches: Arc<Vec<RecordBatch>>, rows: Vec<(usize, usize)> },
    Spilled { run: usize, batch: usize },
}

/// What one worker keeps on disk.
pub(crate) struct SpilledRun {
    number: usize,
    writer: FileWriter<BufWriter<File>>,
    batches: usize,
}

type Readers = HashMap<usize, FileReader<File>>;

impl SpilledRun {
    /// Ends writing.
    pub(crate) fn finish(mut self) -> Result<(), LoadError> {
        self.writer.finish().map_err(LoadError::spilled)
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
        let file = BufWriter::new(file.map_err(LoadError::spill)?);
        let writer = FileWriter::try_new(file, &self.target.schema).map_err(LoadError::spilled)?;
        Ok(SpilledRun { number, writer, batches: 0 })
    }

    /// Keeps rows of a partition on disk, in the worker's own file.
    pub(crate) fn spill(
        &self,
        run: &mut Option<Box<SpilledRun>>,
        partition: &Option<Struct>,
        rows: &RecordBatch,
    ) -> Result<(), LoadError> {
        let run = match run {
            Some(run) => run,
            None => run.insert(Box::new(self.run()?)),
        };
        run.writer.write(rows).map_err(LoadError::spilled)?;
        self.add(partition, Part::Spilled { run: run.number, batch: run.batches });
        run.batches += 1;
        Ok(())
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
                    Part::Held { batches, rows } => {
                        for chunk in rows.chunks(CHUNK_ROWS) {
                            writer.write(take(batches, chunk)?)?;
                        }
                    }
                    Part::Spilled { run, batch } => writer.write(self.read(&mut readers, *run, *batch)?)?,
                }
            }
            writer.finish()?;
            self.readers().push(readers);
            files.close(partition)
        })?;
        Ok(())
    }

    fn read(&self, readers: &mut Readers, run: usize, batch: usize) -> Result<RecordBatch, LoadError> {
        let missing = || LoadError::internal("rows that were kept on disk are gone");
        let reader = match readers.entry(run) {
            Entry::Occupied(open) => open.into_mut(),
            Entry::Vacant(vacant) => {
                let file = File::open(self.path(run)?).map_err(LoadError::spill)?;
                vacant.insert(FileReader::try_new(file, None).map_err(LoadError::spilled)?)
            }
        };
        reader.set_index(batch).map_err(LoadError::spilled)?;
        let rows = reader.next().ok_or_else(missing)?.map_err(LoadError::spilled)?;
        // The file does not keep the schema's identity.
        Ok(rows.with_schema(Arc::clone(&self.target.schema))?)
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
        Ok(scratch.path().join(format!("{run}.arrow")))
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn readers(&self) -> MutexGuard<'_, Vec<Readers>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
