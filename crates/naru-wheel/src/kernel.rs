//! A plan's kernel, as Python holds it.

use std::sync::Arc;

use arrow_pyarrow::ToPyArrow;
use naru_core::LoadPlan;
use naru_core::control::Control;
use naru_core::plan::SourceCompression;
use naru_decode::{BlockReader, DEFAULT_BLOCK_BYTES, KernelError, QuarantinedRun, TreatmentKey, find_ranges};
use naru_merge::decoded_columns;
use pyo3::exceptions::{PyIndexError, PyValueError};
use pyo3::prelude::*;

use crate::batches::{Blocks, Rejects, Rows};
use crate::key::treatment_key;
use crate::plan::Plan;
use crate::shape::Shape;
use crate::source::{PythonFile, raised};
use crate::task;

/// What a plan's dialect and columns compile to, with the treatment key where a column needs it. Compiled once a process;
/// files are any objects with `read(size)`.
#[pyclass(frozen, module = "naru_decode")]
pub(crate) struct Kernel {
    plan: Arc<LoadPlan>,
    kernel: Arc<naru_decode::Kernel>,
    shape: Arc<Shape>,
    key_id: Option<String>,
}

#[pymethods]
impl Kernel {
    /// `sums`: columns to sum, those of `Plan.control_sums`. `key`: the treatment key's text, and where it is from; without it
    /// the environment's. Raises `KeyError` where the plan needs a treatment key and there is none.
    #[new]
    #[pyo3(signature = (plan, sums=Vec::new(), key=None))]
    fn new(plan: &Plan, sums: Vec<String>, key: Option<(Vec<u8>, String)>) -> PyResult<Self> {
        let plan = Arc::clone(plan.plan());
        let key = if plan.keyed_columns().is_empty() { None } else { Some(treatment_key(key)?) };
        let refused = |error: KernelError| PyValueError::new_err(error.to_string());
        // With the column that marks rows which delete their key, also where the table does not have it.
        let columns = decoded_columns(&plan);
        let kernel = naru_decode::Kernel::with_key(&plan.dialect, &columns, key.as_ref()).map_err(refused)?;
        let kernel = match plan.control.as_ref().and_then(Control::mark) {
            Some(mark) => kernel.with_trailer(mark),
            None => kernel,
        };
        let kernel = kernel.with_sums(&sums).map_err(refused)?;
        let key_id = key.as_ref().map(TreatmentKey::id).map(Into::into);
        let shape = Arc::new(Shape::new(&plan, &kernel.schema())?);
        Ok(Self { plan, kernel: Arc::new(kernel), shape, key_id })
    }

    /// Id of the treatment key; None where no column needs it.
    #[getter]
    fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// `pyarrow.Schema` of the rows: the table's columns, `load_interval` last; of a plan that merges also what is known of
    /// each row beside them, `@source`, `@record` and `@deletes`.
    #[getter]
    fn schema<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.shape.schema().to_pyarrow(py)
    }

    /// Cuts a source into ranges of about `range_bytes` that can be decoded apart: a list of JSON texts. Reads all of
    /// `file`, from its beginning. Raises `SourceError`.
    fn ranges(&self, file: Py<PyAny>, source: usize, range_bytes: u64) -> PyResult<Vec<String>> {
        let compression = self.compression(source)?;
        let found = find_ranges(Arc::clone(&self.kernel), PythonFile::new(file), compression, range_bytes);
        Ok(found.map_err(|error| raised(&error))?.iter().map(task::to_json).collect())
    }

    /// The rows of a range: an iterator of (`pyarrow.RecordBatch`, records, rejected records, places, sums). `places` are of
    /// the first rejects: (row, line, byte offset, column, reason); `sums`, for each of the kernel's: two parts, which add up
    /// by themselves, and the records whose value cannot be read. `file` stands at the range's start and ends with it.
    fn rows(&self, file: Py<PyAny>, source: usize, range: &str) -> PyResult<Rows> {
        Ok(Rows::new(self.blocks(file, source, range)?, source, Arc::clone(&self.shape), &self.plan))
    }

    /// The rejected rows of a range, as the quarantine table has them: an iterator of `pyarrow.RecordBatch`.
    /// `quarantined_at`: microseconds since 1970-01-01 UTC.
    fn rejects(&self, file: Py<PyAny>, source: usize, range: &str, quarantined_at: i64) -> PyResult<Rejects> {
        let location = self.plan.sources.get(source).map(|source| source.location.clone()).unwrap_or_default();
        let run = QuarantinedRun::new(&self.plan, quarantined_at);
        let interval_micros = self.plan.interval.start.timestamp_micros();
        Ok(Rejects::new(self.blocks(file, source, range)?, run, location, interval_micros))
    }
}

impl Kernel {
    fn compression(&self, source: usize) -> PyResult<SourceCompression> {
        let found = self.plan.sources.get(source).map(|source| source.compression);
        found.ok_or_else(|| PyIndexError::new_err("the plan has no such source"))
    }

    fn blocks(&self, file: Py<PyAny>, source: usize, range: &str) -> PyResult<Blocks> {
        let (compression, range) = (self.compression(source)?, task::from_json(range)?);
        let (kernel, file) = (Arc::clone(&self.kernel), PythonFile::new(file));
        let reader = match &range.start {
            None => BlockReader::new(kernel, file, compression, DEFAULT_BLOCK_BYTES),
            Some(start) => BlockReader::resume(kernel, file, start, DEFAULT_BLOCK_BYTES),
        };
        let reader = reader.map_err(|error| raised(&error))?;
        let reader = if range.end.is_some() { reader.without_source_end() } else { reader };
        Ok(Blocks::new(Arc::clone(&self.kernel), reader))
    }
}
