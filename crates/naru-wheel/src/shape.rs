//! What a block's rows look like to Spark: as rows of the table, and where they are to be merged, with what is known of each.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Int32Array, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, FieldRef, Schema, SchemaRef, TimeUnit};
use naru_core::table_spec::{IS_CURRENT, LOAD_INTERVAL, VALID_FROM, VALID_TO};
use naru_core::{LoadPlan, Mode};
use naru_decode::Decoded;
use naru_merge::{MergeError, RunRows, StagedBatch, fields_of_run};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

/// Makes batches of blocks.
pub(crate) struct Shape {
    rows: RunRows,
    is_merged: bool,
    schema: SchemaRef,
}

impl Shape {
    /// `decoded` is the kernel's schema.
    pub(crate) fn new(plan: &LoadPlan, decoded: &SchemaRef) -> PyResult<Self> {
        let is_merged = matches!(plan.mode, Mode::Merge | Mode::Scd2);
        let is_of_table =
            |field: &&FieldRef| plan.target.spec.columns.iter().any(|column| column.name == *field.name());
        let mut fields: Vec<Field> = decoded.fields().iter().filter(is_of_table).map(|f| f.as_ref().clone()).collect();
        if plan.mode == Mode::Scd2 {
            let micros = DataType::Timestamp(TimeUnit::Microsecond, None);
            let of = plan.merge.valid_from.as_ref().and_then(|name| fields.iter().find(|field| field.name() == name));
            let times = of.map_or(micros, |field| field.data_type().clone());
            fields.push(Field::new(VALID_FROM, times.clone(), false));
            fields.push(Field::new(VALID_TO, times, true));
            fields.push(Field::new(IS_CURRENT, DataType::Boolean, false));
        }
        fields.push(Field::new(LOAD_INTERVAL, DataType::Timestamp(TimeUnit::Microsecond, None), false));
        let rows = RunRows::new(plan, &Arc::new(Schema::new(fields.clone()))).map_err(failed)?;
        if is_merged {
            fields.extend(fields_of_run());
        }
        Ok(Self { rows, is_merged, schema: Arc::new(Schema::new(fields)) })
    }

    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The rows of a block, whose first record is `first`.
    pub(crate) fn of(&self, (source, first): (usize, u64), decoded: &Decoded) -> PyResult<RecordBatch> {
        let (rows, deletes) = self.rows.of(&decoded.batch).map_err(failed)?;
        if !self.is_merged {
            return Ok(rows);
        }
        let mut rejected: Vec<u64> = decoded.rejects.iter().map(|reject| reject.row).collect();
        rejected.dedup();
        let count = rows.num_rows();
        let staged = StagedBatch::of_block(source, (first, rejected), rows, deletes);
        let record = |row| i64::try_from(staged.record(row)).unwrap_or(i64::MAX);
        let known: [ArrayRef; 3] = [
            Arc::new(Int32Array::from_value(i32::try_from(source).unwrap_or(i32::MAX), count)),
            Arc::new((0..count).map(|row| Some(record(row))).collect::<Int64Array>()),
            Arc::new((0..count).map(|row| Some(staged.deletes(row))).collect::<BooleanArray>()),
        ];
        let columns = staged.rows.columns().iter().cloned().chain(known).collect();
        RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(|error| failed(error.into()))
    }
}

fn failed(error: MergeError) -> PyErr {
    PyRuntimeError::new_err(error.to_string())
}
