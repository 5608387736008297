//! Python's file objects as the kernel's input, and the kernel's errors as Python's.

use std::error::Error;
use std::io::{self, Read};

use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

create_exception!(naru_decode, SourceError, PyException, "A source cannot be read as its plan says.");

/// What `read(size)` of a Python object gives.
pub(crate) struct PythonFile {
    file: Py<PyAny>,
}

impl PythonFile {
    pub(crate) fn new(file: Py<PyAny>) -> Self {
        Self { file }
    }
}

impl Read for PythonFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Python::attach(|py| {
            let bytes = self.file.bind(py).call_method1("read", (buffer.len(),))?;
            let bytes = bytes.cast::<PyBytes>().map_err(PyErr::from)?.as_bytes();
            let place = buffer.get_mut(..bytes.len());
            let place = place.ok_or_else(|| io::Error::other("read() gave more bytes than were asked for"))?;
            place.copy_from_slice(bytes);
            Ok(bytes.len())
        })
    }
}

/// The error as Python's, with its hint; what a file's own `read` raised is raised as it is.
pub(crate) fn raised(error: &naru_decode::SourceError) -> PyErr {
    if let Some(own) = of_file(error) {
        return own;
    }
    let hint = error.hint().map(|hint| format!("; hint: {hint}")).unwrap_or_default();
    SourceError::new_err(format!("{error}{hint}"))
}

/// What Python raised under an error of the kernel; none: it is the kernel's own.
fn of_file(error: &(dyn Error + 'static)) -> Option<PyErr> {
    let mut error = Some(error);
    while let Some(current) = error {
        let within = current.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(own) = within.and_then(|within| within.downcast_ref::<PyErr>()) {
            return Some(Python::attach(|py| own.clone_ref(py)));
        }
        error = current.source();
    }
    None
}
