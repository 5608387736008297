//! One thread's rows of the partitions that it met first, on their way into row groups or to disk.

use std::sync::Arc;

use arrow_array::{BooleanArray, RecordBatch};
use arrow_select::filter::filter_record_batch;
use iceberg::spec::Struct;

use crate::LoadError;
use crate::open_row_groups::OpenRowGroups;
use crate::partition_places::PartitionPlaces;
use crate::partitioner::Partitioner;
use crate::partitions::{Partitions, SpilledRun};
use crate::scatter::Scatter;
use crate::write_target::WriteTarget;

/// Rows of a partition that are worth being handed over: with fewer at a time the calls cost more than the rows.
const ROWS_OF_A_PARTITION: usize = 512;
/// Partitions of which rows are distributed. Each takes memory for its columns even while it has no rows.
const MOST_PARTITIONS: usize = 1024;

/// What partitions may keep of memory in which no rows are, times what may wait: with less, most of it is allocated anew
/// each time.
const KEPT_PART: usize = 4;

/// Rows that wait until there are enough of their partition.
pub(crate) struct ScatteredRows<'a> {
    partitioner: &'a Partitioner,
    /// Bytes that may wait.
    memory_bytes: usize,
    places: PartitionPlaces,
    /// By place.
    known: Vec<Option<Struct>>,
    scatter: Scatter,
}

/// Where rows go: into the row groups of some partitions, or to disk.
pub(crate) type Destination<'d, 'a> = (&'d mut OpenRowGroups<'a>, &'d Partitions<'a>, &'d mut Option<Box<SpilledRun>>);

impl<'a> ScatteredRows<'a> {
    pub(crate) fn new(
        target: &WriteTarget<'_>,
        partitioner: &'a Partitioner,
        memory_bytes: usize,
    ) -> Result<Self, LoadError> {
        let scatter = Scatter::new(Arc::clone(&target.schema), memory_bytes * KEPT_PART)?;
        Ok(Self { partitioner, memory_bytes, places: PartitionPlaces::default(), known: Vec::new(), scatter })
    }

    /// Takes rows; returns those of partitions that came too late, if there are any.
    pub(crate) fn write(
        &mut self,
        batch: RecordBatch,
        (open, partitions, run): Destination<'_, '_>,
    ) -> Result<Option<RecordBatch>, LoadError> {
        let places = self.places(&batch)?;
        let known: Vec<u32> = places.iter().flatten().copied().collect();
        let mut others = None;
        if known.len() == places.len() {
            self.scatter.write(&batch, &known);
        } else {
            let first: BooleanArray = places.iter().map(|place| Some(place.is_some())).collect();
            let rest: BooleanArray = places.iter().map(|place| Some(place.is_none())).collect();
            self.scatter.write(&filter_record_batch(&batch, &first)?, &known);
            others = Some(filter_record_batch(&batch, &rest)?);
        }
        self.hand_over(ROWS_OF_A_PARTITION, (open, partitions, run))?;
        while self.scatter.bytes() > self.memory_bytes {
            self.hand_over((self.scatter.most_rows() / 2).max(1), (open, partitions, run))?;
        }
        Ok(others)
    }

    /// Hands over all that waits, or keeps it in memory.
    pub(crate) fn finish(mut self, open: &mut OpenRowGroups<'_>, partitions: &Partitions<'_>) -> Result<(), LoadError> {
        for place in self.scatter.with_rows(1) {
            let (partition, rows) = (&self.known[place], self.scatter.take(place)?);
            if open.takes(partition) {
                open.write(partition, &rows)?;
            } else {
                partitions.hold_batch(partition, rows);
            }
        }
        Ok(())
    }

    /// Hands over the rows of all partitions that have at least so many.
    fn hand_over(&mut self, rows: usize, (open, partitions, run): Destination<'_, '_>) -> Result<(), LoadError> {
        let Self { scatter, known, .. } = self;
        for place in scatter.with_rows(rows) {
            let partition = &known[place];
            if open.takes(partition) {
                let rows = scatter.take(place)?;
                open.write(partition, &rows)?;
                scatter.give_back(place, rows);
            } else {
                partitions.spill(run, partition, (scatter.rows(place), |out: &mut _| scatter.spill(place, out)))?;
            }
        }
        Ok(())
    }

    /// The place of each row's partition; none: others came first.
    fn places(&mut self, batch: &RecordBatch) -> Result<Vec<Option<u32>>, LoadError> {
        let values = self.partitioner.values(batch)?;
        let Self { partitioner, known, scatter, places, .. } = self;
        places.of(&values, |row| {
            if known.len() >= MOST_PARTITIONS {
                return Ok(None);
            }
            known.push(Some(partitioner.key(&values.slice(row, 1))?));
            Ok(Some(scatter.add_partition() as u32))
        })
    }
}
