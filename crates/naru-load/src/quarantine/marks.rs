//! Marks the stored rows that a replay is about to load.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use futures::executor::block_on;
use naru_core::quarantine::column;
use naru_core::table_spec::LOAD_INTERVAL;
use naru_lake::DataFile;

use super::misfits::Misfits;
use super::reader::{RowReader, text};
use super::row_groups::RowGroups;
use super::row_text::{from_json, to_json};
use super::selection::{Selection, StoredColumns};
use crate::LoadError;
use crate::write_target::WriteTarget;

/// Bytes that a row group may hold in memory.
const MEMORY_BYTES: usize = 16 << 20;

/// All rows of an interval again, marked.
pub(crate) struct Marked {
    pub(crate) files: Vec<DataFile>,
    /// All rows.
    pub(crate) rows: u64,
    /// Rows that did not have the mark yet; if there are none, the files hold what the table holds.
    pub(crate) newly: u64,
}

/// Writes the interval's rows again: those that were selected and fit carry `id` besides the marks that they had. Marks are
/// never taken off: another replay may be about to commit them to the target.
pub(crate) fn mark(
    mut rows: RowReader<'_>,
    mut selection: Selection<'_>,
    misfits: &Misfits<'_>,
    id: &str,
    target: &WriteTarget<'_>,
) -> Result<Marked, LoadError> {
    let groups = RowGroups::new(target, MEMORY_BYTES);
    let (mut all, mut newly, mut number) = (0, 0, 0);
    let mut pass = || -> Result<(), LoadError> {
        while let Some(batch) = block_on(rows.next())? {
            let columns = StoredColumns::of(&batch)?;
            let mut replays = Vec::with_capacity(batch.num_rows());
            for row in 0..batch.num_rows() {
                let marks = text(columns.replays, row);
                let mut fits: Vec<String> = from_json(column::REPLAYS, marks)?;
                if selection.layout_of(&columns, row)?.is_some() {
                    number += 1;
                    if !misfits.holds(number) && !fits.iter().any(|mark| mark == id) {
                        fits.push(id.into());
                        newly += 1;
                    }
                }
                replays.push(to_json(&fits)?);
            }
            all += batch.num_rows() as u64;
            groups.write(&with_replays(&batch, replays)?)?;
        }
        Ok(())
    };
    match pass() {
        Ok(()) => Ok(Marked { files: groups.finish()?, rows: all, newly }),
        Err(error) => {
            groups.abandon();
            Err(error)
        }
    }
}

/// The batch with other marks, without `load_interval`, which its writer adds.
fn with_replays(batch: &RecordBatch, replays: Vec<String>) -> Result<RecordBatch, LoadError> {
    let replays: ArrayRef = Arc::new(StringArray::from(replays));
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns()).filter(|(field, _)| field.name() != LOAD_INTERVAL);
    let column = |(field, values): (&arrow_schema::FieldRef, &ArrayRef)| {
        let values = if field.name() == column::REPLAYS { &replays } else { values };
        (field.name().clone(), Arc::clone(values), field.is_nullable())
    };
    Ok(RecordBatch::try_from_iter_with_nullable(columns.map(column))?)
}
