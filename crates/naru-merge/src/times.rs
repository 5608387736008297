//! The times of a key's versions.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, BooleanArray, Date32Array, RecordBatch, TimestampMicrosecondArray, new_null_array};
use arrow_schema::{DataType, SchemaRef};
use naru_core::{LoadPlan, Mode};

use crate::MergeError;
use crate::staged::as_written;

/// Where a version's time comes from.
pub(crate) enum ChangeTime {
    /// The interval's start, in microseconds.
    Interval(i64),
    /// A column of the table, by its index.
    Column(usize),
}

impl ChangeTime {
    /// Of a plan's versions; none: its mode has none.
    pub(crate) fn of(plan: &LoadPlan) -> Result<Option<Self>, MergeError> {
        match (plan.mode, &plan.merge.valid_from) {
            (Mode::Scd2, None) => Ok(Some(Self::Interval(plan.interval.start.timestamp_micros()))),
            (Mode::Scd2, Some(column)) => {
                let index = plan.target.spec.columns.iter().position(|known| known.name == *column);
                Ok(Some(Self::Column(index.ok_or_else(|| MergeError::internal("no column holds the change time"))?)))
            }
            _ => Ok(None),
        }
    }

    /// `valid_from`, `valid_to`, `is_current` of new versions, each taken for the key's last.
    pub(crate) fn columns(&self, batch: &RecordBatch, schema: &SchemaRef) -> Result<Vec<ArrayRef>, MergeError> {
        let rows = batch.num_rows();
        let from: ArrayRef = match self {
            Self::Interval(micros) => Arc::new(TimestampMicrosecondArray::from_value(*micros, rows)),
            Self::Column(index) => match batch.columns().get(*index).zip(schema.fields().get(*index)) {
                Some((column, field)) => as_written((column, field)),
                None => return Err(MergeError::internal("no column holds the change time")),
            },
        };
        let to = new_null_array(from.data_type(), rows);
        Ok(vec![from, to, Arc::new(BooleanArray::from(vec![true; rows]))])
    }
}

/// Times of a column as days or microseconds.
pub(crate) fn times(column: &ArrayRef) -> Result<Vec<Option<i64>>, MergeError> {
    match column.data_type() {
        DataType::Date32 => Ok(column.as_primitive::<Date32Type>().iter().map(|day| day.map(i64::from)).collect()),
        DataType::Timestamp(..) => Ok(column.as_primitive::<TimestampMicrosecondType>().iter().collect()),
        other => Err(MergeError::internal(format!("a column of type {other} holds times"))),
    }
}

/// The reverse of [`times`].
pub(crate) fn of_times(times: Vec<Option<i64>>, data_type: &DataType) -> Result<ArrayRef, MergeError> {
    match data_type {
        DataType::Date32 => {
            let days = times.into_iter().map(|day| day.and_then(|day| i32::try_from(day).ok()));
            Ok(Arc::new(days.collect::<Date32Array>()))
        }
        DataType::Timestamp(_, zone) => {
            let micros: TimestampMicrosecondArray = times.into_iter().collect();
            Ok(Arc::new(micros.with_timezone_opt(zone.clone())))
        }
        other => Err(MergeError::internal(format!("a column of type {other} holds times"))),
    }
}
