//! A range of a source as JSON, which travels to the executors:
//! `{"start": null | {"byte_offset": n, "line": n, "row": n, "field_columns": [n, …]}, "end": null | n}`.

use naru_decode::{RangeStart, SourceRange};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use serde_json::{Value, json};

pub(crate) fn to_json(range: &SourceRange) -> String {
    let start = range.start.as_ref().map(|start| {
        json!({
            "byte_offset": start.byte_offset, "line": start.line, "row": start.row, "field_columns": start.field_columns,
        })
    });
    json!({ "start": start, "end": range.end }).to_string()
}

pub(crate) fn from_json(text: &str) -> PyResult<SourceRange> {
    let range = serde_json::from_str(text).ok().and_then(|value: Value| range(&value));
    range.ok_or_else(|| PyValueError::new_err("a range is what Kernel.ranges gave"))
}

fn range(value: &Value) -> Option<SourceRange> {
    let end = match value.get("end")? {
        Value::Null => None,
        end => Some(end.as_u64()?),
    };
    let start = match value.get("start")? {
        Value::Null => None,
        start => {
            let number = |name: &str| start.get(name)?.as_u64();
            let columns = start.get("field_columns")?.as_array()?.iter();
            Some(RangeStart {
                byte_offset: number("byte_offset")?,
                line: number("line")?,
                row: number("row")?,
                field_columns: columns.map(|n| u32::try_from(n.as_u64()?).ok()).collect::<Option<_>>()?,
            })
        }
    };
    Some(SourceRange { start, end })
}
