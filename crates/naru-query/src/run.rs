//! A query from its text to its rows.

use std::num::NonZeroUsize;
use std::sync::mpsc::Receiver;

use naru_sql::deep_stack;

use crate::columns::{ColumnReader, is_number, readers};
use crate::engine::{self, Message};
use crate::printed::PrintedPages;
use crate::redact::Names;
use crate::{QueryError, QueryTable, plan};

/// How a query runs.
#[derive(Debug, Clone, Default)]
pub struct QueryOptions {
    /// Rows per batch; none: as the engine makes them (about 100,000).
    pub batch_rows: Option<NonZeroUsize>,
}

/// A running query: its columns are known, its rows are still to be written.
///
/// Rows flow as the writer takes them; dropping the result stops the query.
pub struct QueryResult {
    pub(crate) columns: Vec<ResultColumn>,
    pub(crate) batches: Batches,
}

/// A column of a result.
pub(crate) struct ResultColumn {
    pub(crate) name: String,
    /// Stands at the right of a cell.
    pub(crate) is_number: bool,
}

/// Where a result's rows come from.
pub(crate) enum Batches {
    /// Polars.
    Engine(Receiver<Message>),
    /// Another engine, which has printed them.
    Printed(PrintedPages),
}

/// Some rows of a result.
pub(crate) struct Batch {
    pub(crate) columns: Vec<ColumnReader>,
    pub(crate) rows: usize,
}

/// Plans `sql` over `tables` and starts it.
///
/// # Errors
/// Every kind of [`QueryError`]; those that depend on values come when the rows are written.
pub fn run(sql: &str, tables: &[QueryTable], options: &QueryOptions) -> Result<QueryResult, QueryError> {
    // They concern Polars' own functions, behind the SQL, and would go to standard error.
    polars::error::set_warning_function(|_, _| {});
    let names = Names::of(tables);
    let plan = deep_stack::run(|| plan::plan(sql, tables, &names))?;
    let batches = engine::start(plan.work, options.batch_rows, names)?;
    let columns = plan.schema.iter();
    let columns = columns.map(|(name, dtype)| ResultColumn { name: name.to_string(), is_number: is_number(dtype) });
    Ok(QueryResult { columns: columns.collect(), batches: Batches::Engine(batches) })
}

impl QueryResult {
    /// Names of the result's columns, in order.
    pub fn column_names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// The next batch of rows; none at the end.
    pub(crate) fn next_batch(&mut self) -> Result<Option<Batch>, QueryError> {
        let received = match &mut self.batches {
            Batches::Engine(batches) => batches.recv(),
            Batches::Printed(pages) => return pages.next(),
        };
        match received {
            Ok(Message::Batch(batch)) => {
                let columns = readers(&batch).map_err(|error| QueryError::Other(error.to_string()))?;
                Ok(Some(Batch { columns, rows: batch.height() }))
            }
            Ok(Message::End(Ok(()))) => Ok(None),
            Ok(Message::End(Err(error))) => Err(error),
            Err(_) => Err(QueryError::panicked()),
        }
    }
}
