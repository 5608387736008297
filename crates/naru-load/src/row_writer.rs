//! Rows on their way into data files: encoded at once, or buffered until they can be grouped.

use arrow_array::RecordBatch;
use iceberg::spec::Struct;

use crate::data_files::DataFiles;
use crate::grouping::{Group, RowBuffer};
use crate::open_row_groups::OpenRowGroups;
use crate::partitions::{Partitions, SpilledRun};
use crate::row_group::{MAX_ROWS, RowGroupEncoder};
use crate::scattered_rows::ScatteredRows;
use crate::spilled_rows::RowSource;
use crate::write_target::WriteTarget;
use crate::{LoadError, Progress};

/// Rows that go through the encoder at once.
pub(crate) const CHUNK_ROWS: usize = 65_536;
/// Where rows have an order, a partition with so large a part of the buffered ones, one in so many, makes a file of them.
const SHARE_OF_A_FILE: usize = 8;
/// Writes rows of one thread into data files that threads share.
pub(crate) struct RowWriter<'a> {
    target: &'a WriteTarget<'a>,
    files: &'a DataFiles<'a>,
    /// Bytes that may be held in a row group or in rows to be grouped.
    worker_bytes: usize,
    progress: &'a dyn Progress,
    /// The partition of all rows.
    partition: Option<Struct>,
    rows: Rows<'a>,
}

enum Rows<'a> {
    Encoded(Option<RowGroupEncoder<'a>>),
    /// Of one partition, to be ordered.
    Ordered(RowBuffer<'a>),
    Grouped(Box<Grouped<'a>>),
}

/// Rows of any partition.
struct Grouped<'a> {
    /// Of a table without an order of rows: those of the partitions that came first, and the row groups of some.
    scattered: Option<(ScatteredRows<'a>, OpenRowGroups<'a>)>,
    /// All others.
    buffer: RowBuffer<'a>,
    partitions: &'a Partitions<'a>,
    run: Option<Box<SpilledRun>>,
}

impl<'a> RowWriter<'a> {
    /// A writer of rows of any partition. What waits for more of its partition, `partitions` has after [`Self::finish`].
    pub(crate) fn new(
        (target, files, partitions): (&'a WriteTarget<'a>, &'a DataFiles<'a>, &'a Partitions<'a>),
        worker_bytes: usize,
        progress: &'a dyn Progress,
    ) -> Result<Self, LoadError> {
        let mut writer = Self::of_partition((target, files, None), worker_bytes, progress);
        if target.partitioner.is_none() && target.sort.is_empty() {
            return Ok(writer);
        }
        // One half for the rows that are to be grouped, one for those that are encoded.
        writer.worker_bytes = worker_bytes / 2;
        let scattered = match &target.partitioner {
            Some(partitioner) if target.sort.is_empty() => Some((
                ScatteredRows::new(target, partitioner, worker_bytes / 4)?,
                OpenRowGroups::new(target, files, worker_bytes / 2),
            )),
            _ => None,
        };
        let buffer = RowBuffer::new(target.partitioner.as_ref(), &target.sort);
        writer.rows = Rows::Grouped(Box::new(Grouped { scattered, buffer, partitions, run: None }));
        Ok(writer)
    }

    /// A writer of rows of one partition.
    pub(crate) fn of_partition(
        (target, files, partition): (&'a WriteTarget<'a>, &'a DataFiles<'a>, Option<Struct>),
        worker_bytes: usize,
        progress: &'a dyn Progress,
    ) -> Self {
        let rows = if target.sort.is_empty() {
            Rows::Encoded(None)
        } else {
            Rows::Ordered(RowBuffer::new(None, &target.sort))
        };
        Self { target, files, worker_bytes, progress, partition, rows }
    }

    /// Takes rows of the table's schema.
    pub(crate) fn write(&mut self, batch: RecordBatch) -> Result<(), LoadError> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        match &mut self.rows {
            Rows::Encoded(slot) => {
                let mut encoder = match slot.take() {
                    Some(encoder) => encoder,
                    None => self.target.encoders.encoder()?,
                };
                encoder.write(&batch)?;
                if encoder.rows() + batch.num_rows() > MAX_ROWS || encoder.memory_size() >= self.worker_bytes {
                    self.files.append(self.partition.clone(), encoder.finish()?)?;
                } else {
                    *slot = Some(encoder);
                }
                Ok(())
            }
            Rows::Ordered(buffer) => {
                buffer.push(batch)?;
                if buffer.bytes() >= self.worker_bytes { self.flush() } else { Ok(()) }
            }
            Rows::Grouped(grouped) => {
                let Grouped { scattered, buffer, partitions, run } = &mut **grouped;
                let others = match scattered {
                    Some((scattered, open)) => scattered.write(batch, (open, partitions, run))?,
                    None => Some(batch),
                };
                others.map_or(Ok(()), |others| buffer.push(others))?;
                if buffer.bytes() >= self.worker_bytes { self.flush() } else { Ok(()) }
            }
        }
    }

    /// Hands over what is held.
    pub(crate) fn finish(mut self) -> Result<(), LoadError> {
        if matches!(self.rows, Rows::Ordered(_)) {
            self.flush()?;
        }
        match self.rows {
            Rows::Encoded(Some(encoder)) => self.files.append(self.partition, encoder.finish()?),
            Rows::Encoded(None) | Rows::Ordered(_) => Ok(()),
            Rows::Grouped(grouped) => {
                let Grouped { scattered, buffer, partitions, run } = *grouped;
                if let Some((scattered, mut open)) = scattered {
                    scattered.finish(&mut open, partitions)?;
                    open.finish()?;
                }
                run.map_or(Ok(()), |run| run.finish())?;
                partitions.hold(buffer)
            }
        }
    }

    /// Writes the buffered rows: into row groups, or to disk until the rest of their partition is here.
    fn flush(&mut self) -> Result<(), LoadError> {
        let Self { target, files, progress, partition, rows, .. } = self;
        match rows {
            Rows::Encoded(_) => {}
            Rows::Ordered(buffer) => {
                for group in buffer.groups()? {
                    encode((target, files, partition.clone()), buffer, &group)?;
                }
                buffer.clear();
            }
            Rows::Grouped(grouped) => {
                let Grouped { scattered, buffer, partitions, run } = &mut **grouped;
                let groups = buffer.groups()?;
                let source = RowSource::new(buffer.batches())?;
                for group in groups {
                    if progress.is_stopped() {
                        return Err(LoadError::Stopped);
                    }
                    let partition = target.partition(&group)?;
                    if scattered.is_none() && group.rows.len() * SHARE_OF_A_FILE >= buffer.rows() {
                        encode((target, files, partition), buffer, &group)?;
                    } else {
                        let rows = group.rows.len();
                        partitions.spill(run, &partition, (rows, |out: &mut _| source.put(&group.rows, out)))?;
                    }
                }
                drop(source);
                buffer.clear();
            }
        }
        Ok(())
    }
}

/// Writes a row group of some of the buffered rows.
fn encode(
    (target, files, partition): (&WriteTarget<'_>, &DataFiles<'_>, Option<Struct>),
    buffer: &RowBuffer<'_>,
    group: &Group,
) -> Result<(), LoadError> {
    let mut encoder = target.encoders.encoder()?;
    for chunk in group.rows.chunks(CHUNK_ROWS) {
        encoder.write(&buffer.take(chunk)?)?;
    }
    files.append(partition, encoder.finish()?)
}
