//! A query of a phase whose lake is on AWS: Athena runs it, in the workgroup of the highest level that it reads.

use std::collections::BTreeMap;

use naru_aws::athena::ValueKind;
use naru_aws::{Athena, AwsLake};
use naru_core::Level;
use naru_core::physical::WorkgroupName;
use naru_core::project::PROJECT_FILE;
use naru_core::query_cost::QueryCost;
use naru_lake::AsOf;
use naru_query::{PrintedColumn, PrintedKind, QueryError, QueryResult, TableRef};
use naru_sql::athena::{CatalogName, ReadAsOf};

use crate::cli::Global;
use crate::error::CommandError;
use crate::lake_names::quarantine_name;
use crate::signals::StopSignal;
use crate::workspace::Workspace;
use crate::{log, planning, runtime};

/// Runs a query to its end; its rows are read as they are written. Tells bytes and cost.
pub(crate) fn run(
    global: &Global,
    workspace: &Workspace,
    aws: &AwsLake,
    sql: &str,
    as_of: AsOf,
) -> Result<QueryResult, CommandError> {
    let tables = tables(workspace)?;
    let mut levels = Vec::new();
    for table in naru_query::referenced_tables(sql)? {
        let (level, _) = tables.get(&table).ok_or_else(|| {
            CommandError::failed(format!("there is no table {table} in phase {}", workspace.phase)).hint(
                "a query reads the tables of the project's jobs, whose names say their level; `naru tables` lists them",
            )
        })?;
        levels.push(*level);
    }
    let workgroup = WorkgroupName::of_query(&workspace.project, workspace.phase, levels);
    let (_, workgroup) = workgroup.map_err(|fault| CommandError::faults(PROJECT_FILE, &[fault]))?;
    let read = match as_of {
        AsOf::Current => ReadAsOf::Current,
        AsOf::Snapshot(id) => ReadAsOf::Snapshot(id),
        AsOf::Timestamp(milliseconds) => ReadAsOf::Instant(milliseconds),
    };
    let catalog_name = |table: &TableRef| tables.get(table).map(|(_, name)| name.clone());
    let text = naru_sql::athena::text(sql, catalog_name, read).map_err(QueryError::from)?;
    let athena = Athena::new(aws.keys().session().clone());
    let stop = StopSignal::listen().to_lake();
    let finished =
        runtime::block_on(async { athena.start(workgroup.as_str(), &text).await?.wait(&stop, |_| {}).await })?;
    let cost = QueryCost::of_scan(finished.scanned_bytes, workspace.project.athena);
    let fields = serde_json::json!({
        "workgroup": workgroup, "query": finished.id, "scanned_bytes": cost.scanned_bytes,
        "billed_bytes": cost.billed_bytes, "usd": cost.usd, "milliseconds": finished.milliseconds,
    });
    log::step(global, &format!("workgroup {workgroup}: {cost}"), fields);
    let mut rows = runtime::block_on(finished.results())?;
    let columns = rows.columns().iter().map(|column| PrintedColumn {
        name: column.name.clone(),
        kind: match column.kind {
            ValueKind::Boolean => PrintedKind::Boolean,
            ValueKind::Number => PrintedKind::Number,
            ValueKind::Text => PrintedKind::Text,
        },
    });
    let columns = columns.collect();
    Ok(QueryResult::printed(columns, move || {
        runtime::block_on(rows.next_page()).map_err(|error| QueryError::Engine(Box::new(error)))
    }))
}

/// The tables of the project's jobs and of their rejected rows, as users write them: level of the raw data, name in Glue.
fn tables(workspace: &Workspace) -> Result<BTreeMap<TableRef, (Level, CatalogName)>, CommandError> {
    let mut tables = BTreeMap::new();
    for job in workspace.jobs()? {
        let Ok(names) = planning::names(workspace, &job) else { continue };
        for (logical, table) in
            [(job.qualified_table(), &names.glue_table), (quarantine_name(&job), &names.quarantine_table)]
        {
            if let Some((database, name)) = logical.split_once('.') {
                let catalog = CatalogName { database: names.glue_database.to_string(), table: table.to_string() };
                tables.insert(TableRef::new(database, name), (job.level, catalog));
            }
        }
    }
    Ok(tables)
}
