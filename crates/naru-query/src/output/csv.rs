//! CSV as RFC 4180 describes it, in UTF-8, with a header; lines end with a line feed.

use std::io::Write;

use super::each_batch;
use crate::columns::Kind;
use crate::{QueryError, QueryResult};

impl QueryResult {
    /// Writes the rows as CSV (RFC 4180, header, UTF-8, lines end with LF); returns their number.
    ///
    /// A null is an empty field, an empty string `""`. Values are as the [module of columns](crate) prints them:
    /// decimals exact, times ISO 8601, binary hexadecimal.
    ///
    /// # Errors
    /// What the query meets while it runs; [`QueryError::Write`] when `out` fails.
    pub fn write_csv(mut self, out: &mut dyn Write) -> Result<u64, QueryError> {
        let mut line = String::new();
        for (n, name) in self.column_names().enumerate() {
            separate(&mut line, n);
            append_quoted(&mut line, name);
        }
        line.push('\n');
        out.write_all(line.as_bytes())?;
        let mut buffer = String::new();
        let mut value = String::new();
        let rows = each_batch(&mut self, |columns, height| {
            for row in 0..height {
                for (n, column) in columns.iter().enumerate() {
                    separate(&mut buffer, n);
                    value.clear();
                    match column.append(row, &mut value) {
                        Kind::Null => {}
                        Kind::Text => append_quoted(&mut buffer, &value),
                        Kind::Boolean | Kind::Number => buffer.push_str(&value),
                    }
                }
                buffer.push('\n');
                if buffer.len() > FLUSH_BYTES {
                    out.write_all(buffer.as_bytes())?;
                    buffer.clear();
                }
            }
            Ok(())
        })?;
        out.write_all(buffer.as_bytes())?;
        out.flush()?;
        Ok(rows)
    }
}

const FLUSH_BYTES: usize = 64 * 1024;

fn separate(line: &mut String, column: usize) {
    if column > 0 {
        line.push(',');
    }
}

/// A field; in quotes where it is empty (a null is empty without quotes) or holds a comma, a quote or a line's end.
fn append_quoted(line: &mut String, field: &str) {
    if !field.is_empty() && !field.contains([',', '"', '\n', '\r']) {
        line.push_str(field);
        return;
    }
    line.push('"');
    for (n, part) in field.split('"').enumerate() {
        if n > 0 {
            line.push_str("\"\"");
        }
        line.push_str(part);
    }
    line.push('"');
}
