//! The rows of a run, held until it is known which of them change the table.

use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, BooleanArray, Date32Array, RecordBatch, TimestampMicrosecondArray, new_null_array};
use arrow_schema::DataType;
use naru_core::merge::DeletedMarker;
use naru_core::plan::PlanColumn;
use naru_core::{LoadPlan, Mode};
use naru_decode::Decoded;

use crate::LoadError;
use crate::write_target::WriteTarget;

/// What the marker column is decoded as where the table has no such column.
const MARKER: &str = "@deleted";

/// Collects decoded rows from all workers.
pub(crate) struct Staging {
    marker: Option<Marker>,
    history: Option<ChangeTime>,
    batches: Mutex<Vec<StagedBatch>>,
}

/// Rows of a block, as rows of the table.
pub(crate) struct StagedBatch {
    /// Index of the source in the plan.
    pub(crate) source: usize,
    /// Record of the block's first row in the source, from 1.
    first_record: u64,
    /// Records of the block that are not among the rows, ascending.
    rejected: Vec<u64>,
    /// With the table's schema.
    pub(crate) rows: RecordBatch,
    /// Which rows delete their key.
    pub(crate) deletes: Option<BooleanArray>,
}

impl StagedBatch {
    /// The record of a row in its source, from 1.
    pub(crate) fn record(&self, row: usize) -> u64 {
        let mut record = self.first_record + row as u64;
        for rejected in &self.rejected {
            if *rejected <= record {
                record += 1;
            }
        }
        record
    }

    /// Whether a row deletes its key.
    pub(crate) fn deletes(&self, row: usize) -> bool {
        self.deletes.as_ref().is_some_and(|deletes| deletes.value(row))
    }
}

/// The column that marks deleted rows.
struct Marker {
    /// Among the decoded columns.
    index: usize,
    /// The table has no such column.
    is_passed_over: bool,
    values: Vec<String>,
}

/// Where a version's time comes from.
enum ChangeTime {
    /// The interval's start, in microseconds.
    Interval(i64),
    /// A column of the table, by its index.
    Column(usize),
}

/// The plan's columns as they are decoded: with the marker, also where the table does not have it.
pub(crate) fn decoded_columns(plan: &LoadPlan) -> Vec<PlanColumn> {
    let mut columns = plan.columns.clone();
    if let Some(marker) = &plan.merge.deleted
        && let Some(column) = columns.iter_mut().find(|column| column.source == marker.column)
        && column.target.is_none()
    {
        column.target = Some(MARKER.into());
    }
    columns
}

impl Staging {
    pub(crate) fn new(plan: &LoadPlan) -> Result<Self, LoadError> {
        let marker = plan.merge.deleted.as_ref().map(|marker| Marker::new(plan, marker)).transpose()?;
        let history = match (plan.mode, &plan.merge.valid_from) {
            (Mode::Scd2, None) => Some(ChangeTime::Interval(plan.interval.start.timestamp_micros())),
            (Mode::Scd2, Some(column)) => {
                let index = plan.target.spec.columns.iter().position(|known| known.name == *column);
                Some(ChangeTime::Column(index.ok_or_else(|| LoadError::internal("no column holds the change time"))?))
            }
            _ => None,
        };
        Ok(Self { marker, history, batches: Mutex::new(Vec::new()) })
    }

    /// Takes a block's rows.
    pub(crate) fn add(
        &self,
        (source, first_record): (usize, u64),
        decoded: &Decoded,
        target: &WriteTarget<'_>,
    ) -> Result<(), LoadError> {
        if decoded.batch.num_rows() == 0 {
            return Ok(());
        }
        let mut batch = decoded.batch.clone();
        let deletes = self.marker.as_ref().map(|marker| marker.deletes(&batch)).transpose()?;
        if let Some(marker) = self.marker.as_ref().filter(|marker| marker.is_passed_over) {
            batch.remove_column(marker.index);
        }
        let extra = match &self.history {
            Some(time) => time.columns(&batch, target)?,
            None => Vec::new(),
        };
        let rows = target.rows(&batch, extra)?;
        let mut rejected: Vec<u64> = decoded.rejects.iter().map(|reject| reject.row).collect();
        rejected.dedup();
        let staged = StagedBatch { source, first_record, rejected, rows, deletes };
        self.batches.lock().unwrap_or_else(PoisonError::into_inner).push(staged);
        Ok(())
    }

    /// All batches, in the order of the sources.
    pub(crate) fn finish(self) -> Vec<StagedBatch> {
        let mut batches = self.batches.into_inner().unwrap_or_else(PoisonError::into_inner);
        batches.sort_by_key(|batch| (batch.source, batch.first_record));
        batches
    }
}

impl Marker {
    fn new(plan: &LoadPlan, marker: &DeletedMarker) -> Result<Self, LoadError> {
        let columns = decoded_columns(plan);
        let decoded = columns.iter().filter(|column| column.stored_type().is_some());
        let index = decoded.clone().position(|column| column.source == marker.column);
        let index = index.ok_or_else(|| LoadError::internal("no column marks deleted rows"))?;
        let is_passed_over = decoded.skip(index).take(1).any(|column| column.target.as_deref() == Some(MARKER));
        Ok(Self { index, is_passed_over, values: marker.values.clone() })
    }

    /// Which rows hold one of the marker's values.
    fn deletes(&self, batch: &RecordBatch) -> Result<BooleanArray, LoadError> {
        let column = batch.column(self.index);
        let is_marker = |text: &str| self.values.iter().any(|value| value == text);
        let marked: Vec<bool> = match column.data_type() {
            DataType::Utf8 => column.as_string::<i32>().iter().map(|text| text.is_some_and(is_marker)).collect(),
            DataType::Boolean => column
                .as_boolean()
                .iter()
                .map(|value| value.is_some_and(|value| is_marker(&value.to_string())))
                .collect(),
            DataType::Int32 => {
                let numbers = column.as_primitive::<Int32Type>().iter();
                numbers.map(|value| value.is_some_and(|value| is_marker(&value.to_string()))).collect()
            }
            DataType::Int64 => {
                let numbers = column.as_primitive::<Int64Type>().iter();
                numbers.map(|value| value.is_some_and(|value| is_marker(&value.to_string()))).collect()
            }
            other => return Err(LoadError::internal(format!("a column of type {other} marks deleted rows"))),
        };
        Ok(marked.into())
    }
}

impl ChangeTime {
    /// `valid_from`, `valid_to`, `is_current` of new versions, each taken for the key's last.
    fn columns(&self, batch: &RecordBatch, target: &WriteTarget<'_>) -> Result<Vec<ArrayRef>, LoadError> {
        let rows = batch.num_rows();
        let from: ArrayRef = match self {
            Self::Interval(micros) => Arc::new(TimestampMicrosecondArray::from_value(*micros, rows)),
            Self::Column(index) => match batch.columns().get(*index).zip(target.schema.fields().get(*index)) {
                Some((column, field)) => crate::write_target::as_written((column, field)),
                None => return Err(LoadError::internal("no column holds the change time")),
            },
        };
        let to = new_null_array(from.data_type(), rows);
        Ok(vec![from, to, Arc::new(BooleanArray::from(vec![true; rows]))])
    }
}

/// Times of a column as days or microseconds.
pub(crate) fn times(column: &ArrayRef) -> Result<Vec<Option<i64>>, LoadError> {
    match column.data_type() {
        DataType::Date32 => Ok(column.as_primitive::<Date32Type>().iter().map(|day| day.map(i64::from)).collect()),
        DataType::Timestamp(..) => Ok(column.as_primitive::<TimestampMicrosecondType>().iter().collect()),
        other => Err(LoadError::internal(format!("a column of type {other} holds times"))),
    }
}

/// The reverse of [`times`].
pub(crate) fn of_times(times: Vec<Option<i64>>, data_type: &DataType) -> Result<ArrayRef, LoadError> {
    match data_type {
        DataType::Date32 => {
            let days = times.into_iter().map(|day| day.and_then(|day| i32::try_from(day).ok()));
            Ok(Arc::new(days.collect::<Date32Array>()))
        }
        DataType::Timestamp(_, zone) => {
            let micros: TimestampMicrosecondArray = times.into_iter().collect();
            Ok(Arc::new(micros.with_timezone_opt(zone.clone())))
        }
        other => Err(LoadError::internal(format!("a column of type {other} holds times"))),
    }
}
