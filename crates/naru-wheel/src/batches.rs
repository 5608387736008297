//! Iterators over what a range decodes to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::{ArrayRef, RecordBatch, TimestampMicrosecondArray};
use arrow_pyarrow::ToPyArrow;
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};
use naru_core::LoadPlan;
use naru_core::table_spec::LOAD_INTERVAL;
use naru_decode::{Block, BlockReader, ColumnSum, Decoded, Kernel, QuarantinedRun, Reject, Scratch, each_quarantined};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::shape::Shape;
use crate::source::{PythonFile, raised};

/// What Python gets of a block: its rows, how many records it held, how many were rejected, places of those, and sums.
type PyBlock<'py> = (Bound<'py, PyAny>, u64, u64, Vec<Place>, Vec<Sum>);

/// Rejects of a block whose places are told.
const TOLD_REJECTS: usize = 20;

/// Where a value did not fit: row, line, byte offset, column, reason.
type Place = (u64, u64, u64, Option<String>, &'static str);

/// A column's sum, in the parts of an exact one, and the records whose value cannot be read.
type Sum = (i128, u128, u64);

/// The blocks of a range, decoded one after the other.
pub(crate) struct Blocks {
    kernel: Arc<Kernel>,
    reader: BlockReader<Arc<Kernel>, PythonFile>,
    scratch: Scratch,
    recycled: Option<Vec<u8>>,
}

impl Blocks {
    pub(crate) fn new(kernel: Arc<Kernel>, reader: BlockReader<Arc<Kernel>, PythonFile>) -> Self {
        Self { kernel, reader, scratch: Scratch::default(), recycled: None }
    }

    fn next(&mut self) -> PyResult<Option<(Block, Decoded)>> {
        let block = self.reader.next_block(self.recycled.take()).map_err(|error| raised(&error))?;
        let Some(block) = block else { return Ok(None) };
        let decoded = self.kernel.decode(&block, &mut self.scratch).map_err(failed)?;
        Ok(Some((block, decoded)))
    }
}

/// The rows of a range; see `Kernel.rows`.
#[pyclass(frozen, module = "naru_decode")]
pub(crate) struct Rows {
    blocks: Mutex<Blocks>,
    source: usize,
    shape: Arc<Shape>,
    column_names: Vec<String>,
}

impl Rows {
    pub(crate) fn new(blocks: Blocks, source: usize, shape: Arc<Shape>, plan: &LoadPlan) -> Self {
        let names = plan.columns.iter().map(|column| column.target.as_ref().unwrap_or(&column.source).clone());
        Self { blocks: Mutex::new(blocks), source, shape, column_names: names.collect() }
    }

    fn place(&self, reject: &Reject) -> Place {
        let column = reject.column.and_then(|index| self.column_names.get(index as usize).cloned());
        (reject.row, reject.line, reject.byte_offset, column, reject.reason.code())
    }
}

#[pymethods]
impl Rows {
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<PyBlock<'py>>> {
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((block, decoded)) = blocks.next()? else { return Ok(None) };
        let batch = self.shape.of((self.source, block.first_row()), &decoded)?;
        blocks.recycled = Some(block.into_buffer());
        let rejected = decoded.records - batch.num_rows() as u64;
        let places = decoded.rejects.iter().take(TOLD_REJECTS).map(|reject| self.place(reject)).collect();
        let sum = |sum: &ColumnSum| {
            let (upper, lower) = sum.total.parts();
            (upper, lower, sum.unread)
        };
        let sums = decoded.sums.iter().map(sum).collect();
        Ok(Some((batch.to_pyarrow(py)?, decoded.records, rejected, places, sums)))
    }

    /// The source's trailer record, its fields and line; None before the end, and in a range that is not the source's last.
    #[getter]
    fn trailer(&self) -> Option<(Vec<String>, u64)> {
        let blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        blocks.reader.trailer().map(|trailer| (trailer.fields.clone(), trailer.line))
    }
}

/// The rejected rows of a range; see `Kernel.rejects`.
#[pyclass(frozen, module = "naru_decode")]
pub(crate) struct Rejects {
    state: Mutex<(Blocks, VecDeque<RecordBatch>)>,
    run: QuarantinedRun,
    location: String,
    interval_micros: i64,
}

impl Rejects {
    pub(crate) fn new(blocks: Blocks, run: QuarantinedRun, location: String, interval_micros: i64) -> Self {
        Self { state: Mutex::new((blocks, VecDeque::new())), run, location, interval_micros }
    }

    fn with_interval(&self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let field = Field::new(LOAD_INTERVAL, DataType::Timestamp(TimeUnit::Microsecond, None), false);
        let fields: Vec<_> = batch.schema().fields().iter().cloned().chain([Arc::new(field)]).collect();
        let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
        columns.push(Arc::new(TimestampMicrosecondArray::from_value(self.interval_micros, batch.num_rows())));
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
    }
}

#[pymethods]
impl Rejects {
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (blocks, ready) = &mut *state;
        loop {
            if let Some(batch) = ready.pop_front() {
                return Ok(Some(batch.to_pyarrow(py)?));
            }
            let Some((block, decoded)) = blocks.next()? else { return Ok(None) };
            let from = (blocks.kernel.as_ref(), &block, self.location.as_str());
            let take = |batch: RecordBatch| -> Result<(), ArrowError> {
                ready.push_back(self.with_interval(&batch)?);
                Ok(())
            };
            each_quarantined(&self.run, from, &decoded.rejects, take).map_err(failed)?;
            blocks.recycled = Some(block.into_buffer());
        }
    }
}

fn failed(error: ArrowError) -> PyErr {
    PyRuntimeError::new_err(error.to_string())
}
