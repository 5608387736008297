use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;
use naru_core::table_spec::ColumnSpec;
use naru_lake::AsOf;
use naru_query::{QueryColumn, QueryTable, TableRef};

use crate::cli::Global;
use crate::error::CommandError;
use crate::workspace::Workspace;
use crate::{lake_names, output, runtime};

/// Ask the tables in SQL
///
/// Tables are written `database.table`, in every phase alike: `select count(*) from deposit.account`.
#[derive(Debug, Clone, Args)]
pub(crate) struct Query {
    /// A SELECT.
    sql: String,
    /// Print CSV instead of a table.
    #[arg(long, env = "NARU_CSV", conflicts_with = "json")]
    csv: bool,
    /// Read the tables as they were: a snapshot's id, or an instant (RFC 3339, or a date: the end of that day).
    #[arg(long, env = "NARU_AS_OF", value_name = "SNAPSHOT|TIME")]
    as_of: Option<String>,
    /// Rows that a table shows at most.
    #[arg(long, env = "NARU_MAX_ROWS", default_value_t = 50, value_name = "N")]
    max_rows: usize,
}

impl Query {
    pub(crate) fn new(sql: &str) -> Self {
        Self { sql: sql.to_owned(), csv: false, as_of: None, max_rows: 50 }
    }

    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let workspace = Workspace::open(global)?;
        let as_of = self.as_of(&workspace)?;
        let embedded = workspace.lake()?;
        let mut tables = Vec::new();
        for reference in naru_query::referenced_tables(&self.sql)? {
            tables.push(open_table(&workspace, embedded.lake(), reference, as_of)?);
        }
        let mut result = naru_query::run(&self.sql, &tables)?;
        let mut failed = None;
        output::write(|out| {
            let written = if self.csv {
                result.write_csv(out)
            } else if global.json {
                result.write_json(out)
            } else {
                result.write_table(out, self.max_rows)
            };
            match written {
                Ok(()) => Ok(()),
                Err(naru_query::WriteError::Io(error)) => Err(error),
                Err(naru_query::WriteError::Query(error)) => {
                    failed = Some(error);
                    Ok(())
                }
            }
        });
        failed.map_or(Ok(()), |error| Err(error.into()))
    }

    fn as_of(&self, workspace: &Workspace) -> Result<AsOf, CommandError> {
        let Some(text) = self.as_of.as_deref() else { return Ok(AsOf::Current) };
        if let Ok(id) = text.parse::<i64>() {
            return Ok(AsOf::Snapshot(id));
        }
        if let Ok(instant) = text.parse::<DateTime<Utc>>() {
            return Ok(AsOf::Timestamp(instant.timestamp_millis()));
        }
        let end_of_day = text.parse::<NaiveDate>().ok().and_then(|date| {
            let zone = workspace.project.time_zone;
            let day = naru_core::Interval::parse(naru_core::Cadence::D, &date.to_string(), zone).ok()?;
            Some(AsOf::Timestamp(day.end.timestamp_millis() - 1))
        });
        end_of_day.ok_or_else(|| {
            CommandError::usage(format!("--as-of \"{text}\" is no snapshot and no time"))
                .hint("write a snapshot's id from `naru history`, `2026-11-22T18:00:00+09:00`, or `2026-11-22`")
        })
    }
}

fn open_table(
    workspace: &Workspace,
    lake: &naru_lake::Lake,
    reference: TableRef,
    as_of: AsOf,
) -> Result<QueryTable, CommandError> {
    let (_, table) = lake_names::find(workspace, lake, &format!("{}.{}", reference.database, reference.table))?;
    let scan = runtime::block_on(lake.scan(&table, as_of))?;
    let column = |(field_id, column): (i32, ColumnSpec)| QueryColumn {
        field_id,
        name: column.name,
        column_type: column.column_type,
        required: column.required,
    };
    Ok(QueryTable {
        name: reference,
        columns: scan.columns()?.into_iter().map(column).collect(),
        files: scan.files.iter().map(|file| naru_local::local_path(&file.path)).collect::<Result<_, _>>()?,
        rows: Some(scan.rows),
    })
}
