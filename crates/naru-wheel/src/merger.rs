//! A plan's merge, as Python calls it for the rows of some keys.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_pyarrow::{FromPyArrow, ToPyArrow};
use naru_core::LoadPlan;
use naru_merge::merge_bucket;
use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;

use crate::plan::Plan;

create_exception!(naru_decode, MergeError, PyException, "Rows cannot be merged.");

/// Batches that come out, and how many rows became what.
type PyMerged<'py> = (Vec<Bound<'py, PyAny>>, HashMap<&'static str, u64>);

/// Merges rows of a plan into those of its table.
#[pyclass(frozen, module = "naru_decode")]
pub(crate) struct Merger {
    plan: Arc<LoadPlan>,
}

#[pymethods]
impl Merger {
    #[new]
    fn new(plan: &Plan) -> Self {
        Self { plan: Arc::clone(plan.plan()) }
    }

    /// Merges all rows of some keys: `pyarrow.RecordBatch`es in the form of naru-merge's `bucket.rs`, in any order. Gives
    /// such of the rows that are written and of those that go, and the counts `inserted`, `updated`, `deleted`, `unchanged`,
    /// `older`, `unseen` and `deleting`. Raises `MergeError` where nothing says which row of a key counts.
    fn merge<'py>(&self, py: Python<'py>, batches: Vec<Bound<'py, PyAny>>) -> PyResult<PyMerged<'py>> {
        let batches = batches.iter().map(|batch| RecordBatch::from_pyarrow_bound(batch));
        let batches = batches.collect::<PyResult<Vec<_>>>()?;
        let merged = merge_bucket(&self.plan, &batches).map_err(|error| raised(&error))?;
        let (counts, deletions) = (merged.counts, merged.deletions);
        let counts = HashMap::from([
            ("inserted", counts.inserted),
            ("updated", counts.updated),
            ("deleted", counts.deleted),
            ("unchanged", counts.unchanged),
            ("older", counts.older),
            ("unseen", deletions.unseen),
            ("deleting", deletions.deleting),
        ]);
        let batches = merged.batches.iter().map(|batch| batch.to_pyarrow(py)).collect::<PyResult<_>>()?;
        Ok((batches, counts))
    }
}

/// The error as Python's, with the rows that it is about and its hint.
fn raised(error: &naru_merge::MergeError) -> PyErr {
    let places: String = error.places().iter().map(|place| format!("\n  {place}")).collect();
    let hint = error.hint().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
    MergeError::new_err(format!("{error}{places}{hint}"))
}
