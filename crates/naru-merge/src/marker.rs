//! The column that marks rows which delete their key, also where the table does not have it.

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{Array, BooleanArray, RecordBatch};
use arrow_schema::DataType;
use naru_core::LoadPlan;
use naru_core::merge::DeletedMarker;
use naru_core::plan::PlanColumn;

use crate::MergeError;

/// What the marker column is decoded as where the table has no such column.
const MARKER: &str = "@deleted";

/// The column that marks deleted rows.
pub(crate) struct Marker {
    /// Among the decoded columns.
    pub(crate) index: usize,
    /// The table has no such column.
    pub(crate) is_passed_over: bool,
    values: Vec<String>,
}

/// The plan's columns as they are decoded: with the marker, also where the table does not have it.
pub fn decoded_columns(plan: &LoadPlan) -> Vec<PlanColumn> {
    let mut columns = plan.columns.clone();
    if let Some(marker) = &plan.merge.deleted
        && let Some(column) = columns.iter_mut().find(|column| column.source == marker.column)
        && column.target.is_none()
    {
        column.target = Some(MARKER.into());
    }
    columns
}

impl Marker {
    pub(crate) fn new(plan: &LoadPlan, marker: &DeletedMarker) -> Result<Self, MergeError> {
        let columns = decoded_columns(plan);
        let decoded = columns.iter().filter(|column| column.stored_type().is_some());
        let index = decoded.clone().position(|column| column.source == marker.column);
        let index = index.ok_or_else(|| MergeError::internal("no column marks deleted rows"))?;
        let is_passed_over = decoded.skip(index).take(1).any(|column| column.target.as_deref() == Some(MARKER));
        Ok(Self { index, is_passed_over, values: marker.values.clone() })
    }

    /// Which rows hold one of the marker's values.
    pub(crate) fn deletes(&self, batch: &RecordBatch) -> Result<BooleanArray, MergeError> {
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
            other => return Err(MergeError::internal(format!("a column of type {other} marks deleted rows"))),
        };
        Ok(marked.into())
    }
}
