//! Plans a query and runs it on the streaming engine, batch by batch.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use polars::prelude::{DataFrame, Engine, LazyFrame, PlanCallback, SchemaRef};
use polars::sql::SQLContext;

use crate::redact::Names;
use crate::time_functions::TimeFunctions;
use crate::{QueryError, QueryTable, deep_stack, guard, parse, rewrite, scan};

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
    names: Names,
}

/// Plans `sql` over `tables` and starts it.
///
/// # Errors
/// Every kind of [`QueryError`]; those that depend on values come when the rows are written.
pub fn run(sql: &str, tables: &[QueryTable], options: &QueryOptions) -> Result<QueryResult, QueryError> {
    // Polars warns on standard error of its own plans for casts; that is nothing to a reader of results.
    polars_error::set_warning_function(|_, _| {});
    let names = Names::of(tables);
    let (frame, schema) = deep_stack::run(|| plan(sql, tables, &names))?;
    let batches = start(frame, options)?;
    Ok(QueryResult { schema, batches, names })
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
            Ok(Message::End(Err(error))) => Err(self.names.explain(&error)),
            // The engine's thread ended without a word: it panicked. That is not an end of the rows.
            Err(_) => Err(QueryError::panicked()),
        }
    }
}

enum Message {
    Batch(DataFrame),
    End(polars::prelude::PolarsResult<()>),
}

fn plan(sql: &str, tables: &[QueryTable], names: &Names) -> Result<(LazyFrame, SchemaRef), QueryError> {
    let mut query = parse::parse_query(sql)?;
    let referenced = parse::tables_of(&query)?;
    guard::check(&query)?;
    rewrite::rewrite(&mut query)?;
    let mut context = SQLContext::new().with_function_registry(std::sync::Arc::new(TimeFunctions));
    for reference in referenced {
        let Some(table) = tables.iter().find(|table| table.name == reference) else {
            return Err(names.unknown_table(reference));
        };
        context.register(&reference.to_string(), scan::scan(table, names)?);
    }
    let mut frame = context.execute(&query.to_string()).map_err(|error| names.explain(&error))?;
    let schema = frame.collect_schema().map_err(|error| names.explain(&error))?;
    Ok((frame, schema))
}

/// Starts the engine on its own thread. The channel holds one batch, so the engine waits for a slow writer.
fn start(frame: LazyFrame, options: &QueryOptions) -> Result<Receiver<Message>, QueryError> {
    let (sender, receiver) = sync_channel(1);
    let batch_rows = options.batch_rows;
    thread::Builder::new()
        .name("query-run".into())
        .stack_size(deep_stack::STACK_BYTES)
        .spawn(move || execute(frame, batch_rows, &sender))?;
    Ok(receiver)
}

fn execute(frame: LazyFrame, batch_rows: Option<NonZeroUsize>, sender: &SyncSender<Message>) {
    let batches = sender.clone();
    // True stops the query: nobody reads on.
    let callback = PlanCallback::new(move |batch| Ok(batches.send(Message::Batch(batch)).is_err()));
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        frame.sink_batches(callback, true, batch_rows)?.collect_with_engine(Engine::Streaming).map(|_| ())
    }));
    // After a panic nothing is sent: the receiver takes the closed channel for what it is.
    if let Ok(outcome) = outcome {
        let _ = sender.send(Message::End(outcome));
    }
}
