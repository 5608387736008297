//! Python's file objects as the kernel's input, and the kernel's errors as Python's.

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

/// The error as Python's, with its hint.
pub(crate) fn raised(error: &naru_decode::SourceError) -> PyErr {
    let hint = error.hint().map(|hint| format!("; hint: {hint}")).unwrap_or_default();
    SourceError::new_err(format!("{error}{hint}"))
}
