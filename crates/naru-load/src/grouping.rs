//! Brings buffered rows into partitions and order.
//!
//! Rows are compared by (partition values, sort columns) in arrow's row format, whose byte order is Iceberg's order of
//! values: `-0.0` before `0.0`, `NaN` after infinity.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_row::{RowConverter, Rows, SortField};
use arrow_schema::{ArrowError, SchemaRef, SortOptions};
use arrow_select::interleave::interleave_record_batch;

use crate::LoadError;
use crate::partition_places::numbers;
use crate::partitioner::Partitioner;
use crate::spilled_rows::Place;

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

/// Rows of one partition, in order.
pub(crate) struct Group {
    /// The partition's values as an array of one struct; none for an unpartitioned table.
    pub(crate) partition: Option<ArrayRef>,
    /// Where each stands: which batch of the buffer, which row of it.
    pub(crate) rows: Vec<Place>,
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

    /// Rows that are held.
    pub(crate) fn rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// Groups the buffered rows by partition, each in the sort order, stably.
    pub(crate) fn groups(&self) -> Result<Vec<Group>, ArrowError> {
        let mut groups = self.by_partition()?;
        if let Some(sort_rows) = self.sort_rows()? {
            let starts = self.starts();
            let row = |(batch, index): &Place| sort_rows.row(starts[*batch] + index);
            for group in &mut groups {
                group.rows.sort_by(|a, b| row(a).cmp(&row(b)));
            }
        }
        Ok(groups)
    }

    /// Groups in the order of their partitions, their rows as they came.
    fn by_partition(&self) -> Result<Vec<Group>, ArrowError> {
        let places = self.batches.iter().enumerate().flat_map(|(b, batch)| (0..batch.num_rows()).map(move |r| (b, r)));
        let found = if let Some(numbers) = self.partition_numbers() {
            in_order(numbers.into_iter().zip(places))
        } else if let Some(keys) = self.partition_rows()? {
            in_order(keys.iter().zip(places))
        } else {
            return Ok(vec![Group { partition: None, rows: places.collect() }]);
        };
        let group = |rows: Vec<Place>| {
            let first = rows.first().and_then(|(batch, row)| Some(self.partitions.get(*batch)?.slice(*row, 1)));
            Group { partition: first, rows }
        };
        Ok(found.into_iter().map(group).collect())
    }

    /// The partition values of all rows, where they are one number a row: buckets, days, months and the like.
    fn partition_numbers(&self) -> Option<Vec<Option<i32>>> {
        let mut all = Vec::with_capacity(self.rows());
        for values in &self.partitions {
            all.extend(numbers(values)?);
        }
        (!all.is_empty()).then_some(all)
    }

    /// Number of the first row of each batch, and that of all rows.
    fn starts(&self) -> Vec<usize> {
        let ends = self.batches.iter().scan(0, |end, batch| {
            *end += batch.num_rows();
            Some(*end)
        });
        std::iter::once(0).chain(ends).collect()
    }

    /// What is held, as it came.
    pub(crate) fn batches(&self) -> &[RecordBatch] {
        &self.batches
    }

    /// The same, of a buffer that takes no more.
    pub(crate) fn into_batches(self) -> Vec<RecordBatch> {
        self.batches
    }

    /// Some of the rows as one batch.
    pub(crate) fn take(&self, rows: &[Place]) -> Result<RecordBatch, ArrowError> {
        take(&self.batches, rows)
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

/// Places by key, in the order of the keys.
fn in_order<K: Copy + Eq + Hash + Ord>(places: impl Iterator<Item = (K, Place)>) -> Vec<Vec<Place>> {
    let mut positions: HashMap<K, usize, ahash::RandomState> = HashMap::default();
    let mut found: Vec<(K, Vec<Place>)> = Vec::new();
    for (key, place) in places {
        let next = found.len();
        let position = *positions.entry(key).or_insert(next);
        match found.get_mut(position) {
            Some((_, places)) => places.push(place),
            None => found.push((key, vec![place])),
        }
    }
    found.sort_unstable_by_key(|(key, _)| *key);
    found.into_iter().map(|(_, places)| places).collect()
}

/// Some of the rows of some batches as one batch.
pub(crate) fn take(batches: &[RecordBatch], rows: &[Place]) -> Result<RecordBatch, ArrowError> {
    let batches: Vec<&RecordBatch> = batches.iter().collect();
    interleave_record_batch(&batches, rows)
}

fn rows(fields: Vec<SortField>, columns: impl Iterator<Item = Vec<ArrayRef>>) -> Result<Rows, ArrowError> {
    let converter = RowConverter::new(fields)?;
    let mut rows = converter.empty_rows(0, 0);
    for columns in columns {
        converter.append(&mut rows, &columns)?;
    }
    Ok(rows)
}
