//! The rows of a run: decoded batches as rows of the table, and what is known of each beside them.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use arrow_array::{
    Array, ArrayRef, BooleanArray, LargeBinaryArray, RecordBatch, TimestampMicrosecondArray, UInt64Array,
};
use arrow_schema::{DataType, FieldRef, SchemaRef};
use naru_core::LoadPlan;

use crate::MergeError;
use crate::marker::Marker;
use crate::times::ChangeTime;

/// Makes rows of the table from decoded ones.
pub struct RunRows {
    marker: Option<Marker>,
    history: Option<ChangeTime>,
    schema: SchemaRef,
    interval_micros: i64,
}

impl RunRows {
    /// Of a plan whose columns are decoded as [`crate::decoded_columns`] says; `schema` is the table's.
    ///
    /// # Errors
    /// `Internal` for a plan that contradicts itself.
    pub fn new(plan: &LoadPlan, schema: &SchemaRef) -> Result<Self, MergeError> {
        Ok(Self {
            marker: plan.merge.deleted.as_ref().map(|marker| Marker::new(plan, marker)).transpose()?,
            history: ChangeTime::of(plan)?,
            schema: Arc::clone(schema),
            interval_micros: plan.interval.start.timestamp_micros(),
        })
    }

    /// A decoded batch as rows of the table, and which of them delete their key; none: the plan has no marker for that.
    ///
    /// # Errors
    /// `Arrow`, `Internal` for a batch that is not of the plan.
    pub fn of(&self, decoded: &RecordBatch) -> Result<(RecordBatch, Option<BooleanArray>), MergeError> {
        let mut batch = decoded.clone();
        let deletes = self.marker.as_ref().map(|marker| marker.deletes(&batch)).transpose()?;
        if let Some(marker) = self.marker.as_ref().filter(|marker| marker.is_passed_over) {
            batch.remove_column(marker.index);
        }
        let extra = match &self.history {
            Some(time) => time.columns(&batch, &self.schema)?,
            None => Vec::new(),
        };
        let mut columns: Vec<ArrayRef> = batch.columns().iter().zip(self.schema.fields()).map(as_written).collect();
        columns.extend(extra);
        columns.push(Arc::new(TimestampMicrosecondArray::from_value(self.interval_micros, batch.num_rows())));
        Ok((RecordBatch::try_new(Arc::clone(&self.schema), columns)?, deletes))
    }
}

/// A decoded column in the table's own Arrow type: iceberg writes the zone as an offset, and binary with long offsets.
pub fn as_written((array, field): (&ArrayRef, &FieldRef)) -> ArrayRef {
    match (array.data_type(), field.data_type()) {
        (DataType::Timestamp(_, Some(_)), DataType::Timestamp(_, Some(zone))) => {
            let instants = array.as_primitive::<TimestampMicrosecondType>().clone();
            Arc::new(instants.with_timezone(Arc::clone(zone)))
        }
        (DataType::Binary, DataType::LargeBinary) => {
            Arc::new(array.as_binary::<i32>().iter().collect::<LargeBinaryArray>())
        }
        _ => Arc::clone(array),
    }
}

/// Rows of one source, as rows of the table.
pub struct StagedBatch {
    /// Index of the source in the plan.
    pub source: usize,
    records: Records,
    /// With the table's schema.
    pub rows: RecordBatch,
    /// Which rows delete their key.
    deletes: Option<BooleanArray>,
}

/// Which records of their source rows are, from 1.
enum Records {
    /// Those from `first` on but the rejected ones, which ascend.
    Block {
        first: u64,
        rejected: Vec<u64>,
    },
    Listed(UInt64Array),
}

impl StagedBatch {
    /// Rows of a block: the records from `first` on but the `rejected` ones, which ascend.
    pub fn of_block(
        source: usize,
        (first, rejected): (u64, Vec<u64>),
        rows: RecordBatch,
        deletes: Option<BooleanArray>,
    ) -> Self {
        Self { source, records: Records::Block { first, rejected }, rows, deletes }
    }

    /// Rows of which each one's record is known.
    pub fn listed(source: usize, records: UInt64Array, rows: RecordBatch, deletes: BooleanArray) -> Self {
        Self { source, records: Records::Listed(records), rows, deletes: Some(deletes) }
    }

    /// The record of a row in its source, from 1.
    pub fn record(&self, row: usize) -> u64 {
        match &self.records {
            Records::Listed(records) => records.value(row),
            Records::Block { first, rejected } => {
                let mut record = first + row as u64;
                for rejected in rejected {
                    if *rejected <= record {
                        record += 1;
                    }
                }
                record
            }
        }
    }

    /// Whether a row deletes its key.
    pub fn deletes(&self, row: usize) -> bool {
        self.deletes.as_ref().is_some_and(|deletes| deletes.value(row))
    }
}
