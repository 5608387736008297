//! SQL → frames to run.

use std::sync::Arc;

use polars::prelude::{LazyFrame, SchemaRef};
use polars::sql::SQLContext;

use crate::deletions::Deletions;
use crate::redact::Names;
use crate::registered::RegisteredFunctions;
use crate::slices::{self, FileSlice};
use crate::{QueryError, QueryTable, guard, lowering, rewrite, scan};

/// A query, ready to run.
pub(crate) struct Plan {
    /// The result's columns.
    pub(crate) schema: SchemaRef,
    pub(crate) work: Work,
}

/// What to run.
pub(crate) enum Work {
    /// One frame.
    Whole(Box<LazyFrame>),
    /// The same query over one slice of a table after the other (see [`crate::slices`]).
    Sliced { sql: String, table: Box<QueryTable>, deletions: Deletions, slices: Vec<FileSlice>, names: Names },
}

/// Plans `sql` over `tables`.
pub(crate) fn plan(sql: &str, tables: &[QueryTable], names: &Names) -> Result<Plan, QueryError> {
    let mut query = naru_sql::parse_query(sql)?;
    let referenced = naru_sql::tables_of(&query)?;
    guard::check(&query)?;
    rewrite::rewrite(&mut query)?;
    let mut used = Vec::new();
    for reference in referenced {
        let table = tables.iter().find(|table| table.name == reference);
        used.push(table.ok_or_else(|| names.unknown_table(reference))?);
    }
    let deletions = Deletions::read(&used)?;
    let context = context();
    for table in &used {
        context.register(&table.name.to_string(), scan::scan(table, &deletions, names)?);
    }
    let rewritten = query.to_string();
    let slices = match &used[..] {
        [table] if slices::is_row_by_row(&query) => slices::of(table),
        _ => None,
    };
    let mut frame = lowering::plan(&mut query, context, names)?;
    let schema = frame.collect_schema().map_err(|error| names.explain(&error))?;
    check_columns(&schema)?;
    let work = match (slices, &used[..]) {
        (Some(slices), [table]) => {
            let (table, names) = (Box::new((*table).clone()), names.clone());
            Work::Sliced { sql: rewritten, table, deletions, slices, names }
        }
        _ => Work::Whole(Box::new(frame)),
    };
    Ok(Plan { schema, work })
}

/// The query over one slice of its table.
pub(crate) fn plan_slice(
    sql: &str,
    table: &QueryTable,
    deletions: &Deletions,
    slice: &FileSlice,
    names: &Names,
) -> Result<LazyFrame, QueryError> {
    let mut context = context();
    context.register(&table.name.to_string(), scan::scan_slice(table, deletions, slice, names)?);
    context.execute(sql).map_err(|error| names.explain(&error))
}

fn context() -> SQLContext {
    SQLContext::new().with_function_registry(Arc::new(RegisteredFunctions))
}

/// A list has no text form that reads back.
fn check_columns(schema: &SchemaRef) -> Result<(), QueryError> {
    match schema.iter().find(|(_, dtype)| dtype.is_nested()) {
        None => Ok(()),
        Some((name, _)) => Err(QueryError::unsupported(
            format!("the list or row in column \"{name}\" of the result"),
            "make text of a list with string_agg or array_to_string",
        )),
    }
}
