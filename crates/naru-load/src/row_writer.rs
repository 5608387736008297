//! Rows on their way into data files: encoded at once, or buffered until they can be grouped.

use arrow_array::RecordBatch;
use iceberg::spec::Struct;

use crate::data_files::DataFiles;
use crate::grouping::{Group, RowBuffer};
use crate::open_row_groups::OpenRowGroups;
use crate::partitions::{Partitions, SpilledRun};
use crate::row_group::{MAX_ROWS, RowGroupEncoder};
use crate::write_target::WriteTarget;
use crate::{LoadError, Progress};

/// Rows that go through the encoder at once.
pub(crate) const CHUNK_ROWS: usize = 65_536;
/// Where rows have an order, a partition with so large a part of the buffered ones, one in so many, makes a file of them.
const SHARE_OF_A_FILE: usize = 8;
/// Rows of a partition that are worth being gathered: with fewer at a time the calls cost more than the rows. With more,
/// what is gathered from is no longer in the processor's cache.
const ROWS_OF_A_PARTITION: usize = 1024;

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
    Grouped(Grouped<'a>),
}

/// Rows of any partition.
struct Grouped<'a> {
    buffer: RowBuffer<'a>,
    /// Of a table without an order of rows.
    open: Option<OpenRowGroups<'a>>,
    /// Rows that are enough for the row groups that are open, by the partitions that were found last.
    enough_rows: usize,
    partitions: &'a Partitions<'a>,
    run: Option<Box<SpilledRun>>,
}

impl<'a> RowWriter<'a> {
    /// A writer of rows of any partition. What waits for more of its partition, `partitions` has after [`Self::finish`].
    pub(crate) fn new(
        (target, files, partitions): (&'a WriteTarget<'a>, &'a DataFiles<'a>, &'a Partitions<'a>),
        worker_bytes: usize,
        progress: &'a dyn Progress,
    ) -> Self {
        let mut writer = Self::of_partition((target, files, None), worker_bytes, progress);
        if target.partitioner.is_some() || !target.sort.is_empty() {
            let buffer = RowBuffer::new(target.partitioner.as_ref(), &target.sort);
            // One half for the rows that are to be grouped, one for those that are encoded.
            writer.worker_bytes = worker_bytes / 2;
            let open = target.sort.is_empty().then(|| OpenRowGroups::new(target, files, worker_bytes / 2));
            writer.rows = Rows::Grouped(Grouped { buffer, open, enough_rows: 0, partitions, run: None });
        }
        writer
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
            Rows::Grouped(Grouped { buffer, open, enough_rows, .. }) => {
                buffer.push(batch)?;
                let is_enough = open.is_some() && buffer.rows() >= *enough_rows;
                if is_enough || buffer.bytes() >= self.worker_bytes { self.flush() } else { Ok(()) }
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
            Rows::Grouped(Grouped { buffer, open, partitions, run, .. }) => {
                open.map_or(Ok(()), OpenRowGroups::finish)?;
                run.map_or(Ok(()), |run| run.finish())?;
                partitions.hold(buffer)
            }
        }
    }

    /// Writes the buffered rows: into row groups, or to disk where they are of one partition too many.
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
            Rows::Grouped(Grouped { buffer, open, enough_rows, partitions, run }) => {
                let all = buffer.rows();
                let groups = buffer.groups()?;
                *enough_rows = groups.len() * ROWS_OF_A_PARTITION;
                let mut gathered = Gathered::default();
                for group in groups {
                    if progress.is_stopped() {
                        return Err(LoadError::Stopped);
                    }
                    let partition = target.partition(&group)?;
                    if open.is_none() && group.rows.len() * SHARE_OF_A_FILE >= all {
                        encode((target, files, partition), buffer, &group)?;
                        continue;
                    }
                    for chunk in group.rows.chunks(CHUNK_ROWS) {
                        if gathered.rows.len() + chunk.len() > CHUNK_ROWS {
                            gathered.hand_over(buffer, (open, partitions, run))?;
                        }
                        gathered.rows.extend_from_slice(chunk);
                        gathered.parts.push((partition.clone(), chunk.len()));
                    }
                }
                gathered.hand_over(buffer, (open, partitions, run))?;
                buffer.clear();
            }
        }
        Ok(())
    }
}

/// Rows of several partitions that are taken out of the buffer at once: column by column, which stays in the processor's
/// cache.
#[derive(Default)]
struct Gathered {
    rows: Vec<(usize, usize)>,
    /// Partitions, and how many of the rows each has.
    parts: Vec<(Option<Struct>, usize)>,
}

impl Gathered {
    /// Writes the rows into row groups, or to disk where they are of one partition too many; none are left.
    fn hand_over<'a>(
        &mut self,
        buffer: &RowBuffer<'_>,
        (open, partitions, run): (&mut Option<OpenRowGroups<'a>>, &Partitions<'a>, &mut Option<Box<SpilledRun>>),
    ) -> Result<(), LoadError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let rows = buffer.take(&self.rows)?;
        let mut start = 0;
        for (partition, length) in self.parts.drain(..) {
            let part = rows.slice(start, length);
            match open.as_mut().filter(|open| open.takes(&partition)) {
                Some(open) => open.write(&partition, &part)?,
                None => partitions.spill(run, &partition, &part)?,
            }
            start += length;
        }
        self.rows.clear();
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
