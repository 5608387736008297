//! A query from its text to its rows.

use std::num::NonZeroUsize;
use std::sync::mpsc::Receiver;

use polars::prelude::{DataFrame, SchemaRef};

use crate::engine::{self, Message};
use crate::redact::Names;
use crate::{QueryError, QueryTable, deep_stack, plan};

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
    schema: SchemaRef,
    batches: Receiver<Message>,
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
    Ok(QueryResult { schema: plan.schema, batches })
}

impl QueryResult {
    /// Names of the result's columns, in order.
    pub fn column_names(&self) -> impl Iterator<Item = &str> {
        self.schema.iter_names().map(|name| name.as_str())
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// The next batch of rows; none at the end.
    pub(crate) fn next_batch(&mut self) -> Result<Option<DataFrame>, QueryError> {
        match self.batches.recv() {
            Ok(Message::Batch(batch)) => Ok(Some(batch)),
            Ok(Message::End(Ok(()))) => Ok(None),
            Ok(Message::End(Err(error))) => Err(error),
            Err(_) => Err(QueryError::panicked()),
        }
    }
}
