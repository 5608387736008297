//! JSON: an array of objects, or one object per line.

use std::io::Write;

use super::each_batch;
use crate::columns::Kind;
use crate::{QueryError, QueryResult};

/// How the objects stand together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum JsonShape {
    /// One JSON array; each object on a line of its own.
    #[default]
    Array,
    /// NDJSON: one object per line and nothing else.
    Lines,
}

impl QueryResult {
    /// Writes the rows as JSON objects; returns their number.
    ///
    /// Keys are in the result's order. Numbers, decimals among them, are JSON numbers with their exact digits: a reader
    /// that keeps them (Python's `json` with `parse_float=Decimal`) gets every digit. `NaN` and the infinities, which
    /// JSON lacks, are strings; so are dates and times (ISO 8601) and binary (hexadecimal).
    ///
    /// # Errors
    /// What the query meets while it runs; [`QueryError::Write`] when `out` fails. An array is then left open.
    pub fn write_json(mut self, out: &mut dyn Write, shape: JsonShape) -> Result<u64, QueryError> {
        let keys: Vec<String> = self.column_names().map(|name| format!("{}:", quoted(name))).collect();
        let (open, between, close) = match shape {
            JsonShape::Array => ("[", ",\n ", "]\n"),
            JsonShape::Lines => ("", "\n", ""),
        };
        let mut buffer = String::from(open);
        let mut value = String::new();
        let mut first = true;
        let rows = each_batch(&mut self, |columns, height| {
            for row in 0..height {
                if !std::mem::take(&mut first) {
                    buffer.push_str(between);
                }
                buffer.push('{');
                for (n, (column, key)) in columns.iter().zip(&keys).enumerate() {
                    if n > 0 {
                        buffer.push(',');
                    }
                    buffer.push_str(key);
                    value.clear();
                    match column.append(row, &mut value) {
                        Kind::Null => buffer.push_str("null"),
                        Kind::Text => buffer.push_str(&quoted(&value)),
                        Kind::Boolean | Kind::Number => buffer.push_str(&value),
                    }
                }
                buffer.push('}');
                if buffer.len() > FLUSH_BYTES {
                    out.write_all(buffer.as_bytes())?;
                    buffer.clear();
                }
            }
            Ok(())
        })?;
        if shape == JsonShape::Lines && rows > 0 {
            buffer.push('\n');
        }
        buffer.push_str(close);
        out.write_all(buffer.as_bytes())?;
        out.flush()?;
        Ok(rows)
    }
}

const FLUSH_BYTES: usize = 64 * 1024;

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
