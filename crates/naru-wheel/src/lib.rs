//! The kernel as a Python module, `naru_decode`: what the Spark program (`spark/`) decodes and decides with.
//!
//! ```text
//!  plan's JSON ─▶ Plan ─ decide, verdict, records, digests   (naru-core: what a run has to do, and what it records)
//!                  ├──▶ Kernel ─ ranges, rows, rejects       (naru-decode: bytes → Arrow batches)
//!                  └──▶ Merger ─ merge                       (naru-merge: rows of some keys → what changes)
//! ```
//!
//! Nothing is decided here. What goes in and out is JSON, numbers, Python's file objects and pyarrow's record batches. The
//! treatment key is read here, from the executor's environment or a file that it names, and is never seen by Python.

mod batches;
mod control;
mod kernel;
mod key;
mod merger;
mod plan;
mod shape;
mod source;
mod task;

use pyo3::prelude::*;

/// naru's decode kernel.
#[pymodule]
fn naru_decode(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<plan::Plan>()?;
    module.add_class::<kernel::Kernel>()?;
    module.add_class::<merger::Merger>()?;
    module.add_class::<batches::Rows>()?;
    module.add_class::<batches::Rejects>()?;
    module.add("SourceError", module.py().get_type::<source::SourceError>())?;
    module.add("MergeError", module.py().get_type::<merger::MergeError>())?;
    module.add("KeyError", module.py().get_type::<key::TreatmentKeyError>())
}
