//! Results as a table for people, CSV and JSON; each takes the rows batch by batch.

mod csv;
mod json;
mod table;

pub use json::JsonShape;
pub use table::TableStyle;

use crate::columns::ColumnReader;
use crate::{QueryError, QueryResult};

/// Gives every batch's readers and number of rows to `write`; returns the number of rows.
fn each_batch(
    result: &mut QueryResult,
    mut write: impl FnMut(&[ColumnReader], usize) -> Result<(), QueryError>,
) -> Result<u64, QueryError> {
    let mut rows = 0;
    while let Some(batch) = result.next_batch()? {
        write(&batch.columns, batch.rows)?;
        rows += batch.rows as u64;
    }
    Ok(rows)
}
