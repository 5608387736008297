//! All rows of some keys in one kind of batch, for a caller that shuffles rows: in come those of the run and of the table,
//! out go those that are written and the places of those that go.
//!
//! ```text
//!  in:  the table's columns │ @kind int32 │ @source int32 │ @record int64 │ @deletes boolean │ @file utf8 │ @position int64
//!                             0 run          of rows of the run                               of rows of the table
//!                             1 table        from 0          from 1                           URI          from 0
//!                             2 an earlier state of the table
//!  out: the table's columns │ @action int32 │ @file utf8 │ @position int64
//!       (of rows that go: null) 0 of the run's interval   of rows that go
//!                               1 of another one
//!                               2 goes
//! ```

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{ArrayRef, Int32Array, Int64Array, RecordBatch, StringArray, UInt64Array, new_null_array};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use arrow_select::interleave::interleave_record_batch;
use naru_core::{LoadPlan, Mode};

use crate::{
    Changes, Columns, DeletionCounts, Found, MergeCounts, MergeError, Place, Pool, Resolving, StagedBatch, StagedKeys,
    is_of_interval,
};

/// What is known of a row of the run beside the table's columns.
const OF_RUN: usize = 3;
/// All columns beside the table's.
const BESIDE: usize = 6;

/// What the rows of a bucket come to.
#[derive(Debug)]
pub struct MergedBucket {
    /// Rows to write, and places of those that go.
    pub batches: Vec<RecordBatch>,
    /// What became of the run's rows.
    pub counts: MergeCounts,
    /// Under `merge` only.
    pub deletions: DeletionCounts,
}

/// The columns beside the table's of rows of the run: `@source`, `@record`, `@deletes`.
pub fn fields_of_run() -> [Field; OF_RUN] {
    [
        Field::new("@source", DataType::Int32, false),
        Field::new("@record", DataType::Int64, false),
        Field::new("@deletes", DataType::Boolean, false),
    ]
}

/// Merges the rows of a bucket, which come in any order: all of the run and of the table that have its keys, and of the
/// table no others.
///
/// # Errors
/// `DuplicateKeys`, `KeyTwiceInTable`; `Internal`, `Arrow` for batches of another form.
pub fn merge_bucket(plan: &LoadPlan, batches: &[RecordBatch]) -> Result<MergedBucket, MergeError> {
    let Some(first) = batches.first() else {
        let (counts, deletions) = (MergeCounts::default(), DeletionCounts::default());
        return Ok(MergedBucket { batches: Vec::new(), counts, deletions });
    };
    let all = first.schema();
    let width = all.fields().len().checked_sub(BESIDE).ok_or_else(|| MergeError::internal("a bucket lacks columns"))?;
    let schema: SchemaRef = Arc::new(Schema::new(all.fields()[..width].to_vec()));
    let bucket = Bucket { plan, batches, width, schema };
    let changes = bucket.changes()?;
    let (counts, deletions) = (changes.counts, changes.deletions);
    Ok(MergedBucket { batches: bucket.written(&changes)?, counts, deletions })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Run,
    Table,
    Earlier,
}

struct Bucket<'a> {
    plan: &'a LoadPlan,
    batches: &'a [RecordBatch],
    /// Number of the table's columns.
    width: usize,
    schema: SchemaRef,
}

impl Bucket<'_> {
    fn changes(&self) -> Result<Changes, MergeError> {
        let columns = Columns::of(self.plan, &self.schema)?;
        let staged = self.staged()?;
        let StagedKeys { mut index, numbers, .. } = columns.index(&staged)?;
        let (table, earlier) = (self.rows(&self.places_of_table()?)?, self.rows(&self.places(Kind::Earlier)?)?);
        let mut pool = Pool { batches: staged.iter().map(|batch| batch.rows.clone()).collect() };
        let (mut keys, mut places, mut is_void) = (Vec::new(), Vec::new(), Vec::new());
        let interval = self.plan.interval.start.timestamp_micros();
        let all_of = |batch: &RecordBatch| (0..batch.num_rows()).map(|row| (0, row)).collect::<Vec<_>>();
        for batch in table {
            keys.extend(index.insert(&columns.pick_key(&batch))?);
            places.extend((0..batch.num_rows()).map(|row| (pool.batches.len(), row)));
            is_void.extend(is_of_interval(std::slice::from_ref(&batch), &all_of(&batch), interval));
            pool.batches.push(batch);
        }
        let mut before: Vec<(u32, Place)> = Vec::new();
        for batch in earlier {
            let is_own = is_of_interval(std::slice::from_ref(&batch), &all_of(&batch), interval);
            let at = pool.batches.len();
            index.find(&columns.pick_key(&batch), |row, key| {
                if !is_own[row] {
                    before.push((key, (at, row)));
                }
            })?;
            pool.batches.push(batch);
        }
        let (plan, columns) = (self.plan, &columns);
        let resolving = Resolving { plan, columns, staged: &staged, index: &index, numbers: &numbers };
        let found = Found { keys: &keys, places: &places, is_void: &is_void };
        match plan.mode {
            Mode::Scd2 => resolving.versions(&found, &pool, &self.schema),
            _ => resolving.rows(&found, &before, &pool),
        }
    }

    /// The rows of the run, in the order of the sources.
    fn staged(&self) -> Result<Vec<StagedBatch>, MergeError> {
        let of_row = |(batch, row): Place| {
            let batch = &self.batches[batch];
            let source = batch.column(self.width + 1).as_primitive::<Int32Type>().value(row);
            (source, batch.column(self.width + 2).as_primitive::<Int64Type>().value(row))
        };
        let mut places = self.places(Kind::Run)?;
        places.sort_by_key(|place| of_row(*place));
        let mut staged = Vec::new();
        for places in places.chunk_by(|one, other| of_row(*one).0 == of_row(*other).0) {
            let records = places.iter().map(|place| u64::try_from(of_row(*place).1).ok()).collect::<UInt64Array>();
            let source = places.first().and_then(|place| usize::try_from(of_row(*place).0).ok()).unwrap_or_default();
            let all: Vec<&RecordBatch> = self.batches.iter().collect();
            let rows = interleave_record_batch(&all, places)?;
            let deletes = rows.column(self.width + 3).as_boolean().clone();
            staged.push(StagedBatch::listed(source, records, self.of_table(&rows)?, deletes));
        }
        Ok(staged)
    }

    /// Of the rows of a kind.
    fn places(&self, wanted: Kind) -> Result<Vec<Place>, MergeError> {
        let mut places = Vec::new();
        for (at, batch) in self.batches.iter().enumerate() {
            let kinds = batch.column(self.width).as_primitive_opt::<Int32Type>();
            let kinds = kinds.ok_or_else(|| MergeError::internal("rows of a bucket do not say what they are"))?;
            for (row, kind) in kinds.values().iter().enumerate() {
                let kind = match kind {
                    0 => Kind::Run,
                    1 => Kind::Table,
                    2 => Kind::Earlier,
                    other => return Err(MergeError::internal(format!("rows of kind {other} in a bucket"))),
                };
                if kind == wanted {
                    places.push((at, row));
                }
            }
        }
        Ok(places)
    }

    /// Of the rows of the table, in the order of its files.
    fn places_of_table(&self) -> Result<Vec<Place>, MergeError> {
        let mut places = self.places(Kind::Table)?;
        places.sort_by_key(|place| self.place_of(*place));
        Ok(places)
    }

    /// The file and the position of a row of the table.
    fn place_of(&self, (batch, row): Place) -> (&str, i64) {
        let batch = &self.batches[batch];
        let file = batch.column(self.width + 4).as_string::<i32>().value(row);
        (file, batch.column(self.width + 5).as_primitive::<Int64Type>().value(row))
    }

    /// Rows by their places, with the table's columns: one batch, or none.
    fn rows(&self, places: &[Place]) -> Result<Vec<RecordBatch>, MergeError> {
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let all: Vec<&RecordBatch> = self.batches.iter().collect();
        Ok(vec![self.of_table(&interleave_record_batch(&all, places)?)?])
    }

    fn of_table(&self, rows: &RecordBatch) -> Result<RecordBatch, MergeError> {
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), rows.columns()[..self.width].to_vec())?)
    }

    /// What comes out.
    fn written(&self, changes: &Changes) -> Result<Vec<RecordBatch>, MergeError> {
        let nullable = self.schema.fields().iter().map(|field| Arc::new(field.as_ref().clone().with_nullable(true)));
        let beside = [
            Field::new("@action", DataType::Int32, false),
            Field::new("@file", DataType::Utf8, true),
            Field::new("@position", DataType::Int64, true),
        ];
        let schema = Arc::new(Schema::new(nullable.chain(beside.map(Arc::new)).collect::<Vec<_>>()));
        let mut written = Vec::new();
        let rows = changes.own.iter().map(|rows| (0, rows)).chain(changes.others.iter().map(|rows| (1, rows)));
        for (action, rows) in rows.filter(|(_, rows)| rows.num_rows() > 0) {
            let count = rows.num_rows();
            let beside: [ArrayRef; 3] = [
                Arc::new(Int32Array::from_value(action, count)),
                new_null_array(&DataType::Utf8, count),
                new_null_array(&DataType::Int64, count),
            ];
            let columns = rows.columns().iter().cloned().chain(beside).collect();
            written.push(RecordBatch::try_new(Arc::clone(&schema), columns)?);
        }
        let table = self.places_of_table()?;
        let gone: Vec<_> = changes.gone.iter().map(|index| self.place_of(table[*index])).collect();
        if !gone.is_empty() {
            let empty = self.schema.fields().iter().map(|field| new_null_array(field.data_type(), gone.len()));
            let beside: [ArrayRef; 3] = [
                Arc::new(Int32Array::from_value(2, gone.len())),
                Arc::new(gone.iter().map(|(file, _)| Some(*file)).collect::<StringArray>()),
                Arc::new(gone.iter().map(|(_, position)| Some(*position)).collect::<Int64Array>()),
            ];
            written.push(RecordBatch::try_new(Arc::clone(&schema), empty.chain(beside).collect())?);
        }
        Ok(written)
    }
}

#[cfg(test)]
#[path = "bucket_tests.rs"]
mod tests;
