//! Brings buffered rows into partitions and order.
//!
//! Rows are compared by (partition values, sort columns) in arrow's row format, whose byte order is Iceberg's order of
//! values: `-0.0` before `0.0`, `NaN` after infinity.

use std::sync::Arc;

use crate::partitioner::Partitioner;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_row::{OwnedRow, RowConverter, Rows, SortField};
use arrow_schema::{ArrowError, SchemaRef, SortOptions};
use arrow_select::interleave::interleave_record_batch;

use crate::LoadError;

/// Rows that go through the encoder at once.
const CHUNK_ROWS: usize = 65_536;

/// A column that orders the rows of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SortColumn {
    /// Position in the schema.
    pub(crate) index: usize,
    /// Direction and place of nulls.
    pub(crate) options: SortOptions,
}

/// Rows waiting to be grouped.
pub(crate) struct RowBuffer<'a> {
    partitioner: Option<&'a Partitioner>,
    sort: &'a [SortColumn],
    batches: Vec<RecordBatch>,
    partitions: Vec<ArrayRef>,
    bytes: usize,
}

/// Rows of one partition, in order, in chunks of bounded size.
pub(crate) struct Group {
    /// The partition's values as an array of one struct; none for an unpartitioned table.
    pub(crate) partition: Option<ArrayRef>,
    /// Chunks in order.
    pub(crate) chunks: Vec<Vec<(usize, usize)>>,
}

impl<'a> RowBuffer<'a> {
    pub(crate) fn new(partitioner: Option<&'a Partitioner>, sort: &'a [SortColumn]) -> Self {
        Self { partitioner, sort, batches: Vec::new(), partitions: Vec::new(), bytes: 0 }
    }

    pub(crate) fn push(&mut self, batch: RecordBatch) -> Result<(), LoadError> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        if let Some(partitioner) = self.partitioner {
            self.partitions.push(partitioner.values(&batch)?);
        }
        self.bytes += batch.get_array_memory_size();
        self.batches.push(batch);
        Ok(())
    }

    /// Bytes of memory held.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.batches.is_empty()
    }

    /// Groups the buffered rows by partition, each in the sort order, stably.
    pub(crate) fn groups(&self) -> Result<Vec<Group>, ArrowError> {
        let places: Vec<(usize, usize)> =
            self.batches.iter().enumerate().flat_map(|(b, batch)| (0..batch.num_rows()).map(move |r| (b, r))).collect();
        let mut order: Vec<usize> = (0..places.len()).collect();
        let sort_rows = self.sort_rows()?;
        let partition_rows = self.partition_rows()?;
        order.sort_by(|a, b| {
            let by_partition = partition_rows.as_ref().map(|rows| rows.row(*a).cmp(&rows.row(*b)));
            by_partition
                .filter(|o| o.is_ne())
                .or_else(|| sort_rows.as_ref().map(|rows| rows.row(*a).cmp(&rows.row(*b))))
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        let mut groups: Vec<Group> = Vec::new();
        let mut current: Option<OwnedRow> = None;
        for row in order {
            let (batch, index) = places[row];
            let starts = match (&partition_rows, &current) {
                (None, _) => groups.is_empty(),
                (Some(rows), Some(key)) => rows.row(row) != key.row(),
                (Some(_), None) => true,
            };
            if starts {
                current = partition_rows.as_ref().map(|rows| rows.row(row).owned());
                let partition = self.partitions.get(batch).map(|values| values.slice(index, 1));
                groups.push(Group { partition, chunks: vec![Vec::new()] });
            }
            if let Some(group) = groups.last_mut() {
                if group.chunks.last().is_some_and(|chunk| chunk.len() >= CHUNK_ROWS) {
                    group.chunks.push(Vec::new());
                }
                if let Some(chunk) = group.chunks.last_mut() {
                    chunk.push((batch, index));
                }
            }
        }
        Ok(groups)
    }

    /// The rows of a chunk as one batch.
    pub(crate) fn take(&self, chunk: &[(usize, usize)]) -> Result<RecordBatch, ArrowError> {
        let batches: Vec<&RecordBatch> = self.batches.iter().collect();
        interleave_record_batch(&batches, chunk)
    }

    pub(crate) fn clear(&mut self) {
        self.batches.clear();
        self.partitions.clear();
        self.bytes = 0;
    }

    fn sort_rows(&self) -> Result<Option<Rows>, ArrowError> {
        let Some(first) = self.batches.first().filter(|_| !self.sort.is_empty()) else { return Ok(None) };
        let schema: SchemaRef = first.schema();
        let fields =
            self.sort.iter().map(|s| SortField::new_with_options(schema.field(s.index).data_type().clone(), s.options));
        let columns = |batch: &RecordBatch| self.sort.iter().map(|s| Arc::clone(batch.column(s.index))).collect();
        Ok(Some(rows(fields.collect(), self.batches.iter().map(columns))?))
    }

    fn partition_rows(&self) -> Result<Option<Rows>, ArrowError> {
        let Some(first) = self.partitions.first() else { return Ok(None) };
        let fields = vec![SortField::new(first.data_type().clone())];
        Ok(Some(rows(fields, self.partitions.iter().map(|values| vec![Arc::clone(values)]))?))
    }
}

fn rows(fields: Vec<SortField>, columns: impl Iterator<Item = Vec<ArrayRef>>) -> Result<Rows, ArrowError> {
    let converter = RowConverter::new(fields)?;
    let mut rows = converter.empty_rows(0, 0);
    for columns in columns {
        converter.append(&mut rows, &columns)?;
    }
    Ok(rows)
}
