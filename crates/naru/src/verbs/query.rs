use std::io::{ErrorKind, Write};

use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;
use naru_lake::{AsOf, Lake, LakeError};
use naru_query::{
    JsonShape, QueryColumn, QueryError, QueryFile, QueryOptions, QueryResult, QueryTable, TableRef, TableStyle,
};

use crate::cli::Global;
use crate::error::CommandError;
use crate::lake_names::LakeNames;
#[cfg(feature = "aws")]
use crate::phase_lake::PhaseLake;
use crate::runtime;
use crate::workspace::Workspace;

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
    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let workspace = Workspace::open(global)?;
        let as_of = self.as_of(&workspace)?;
        let phase_lake = workspace.lake()?;
        #[cfg(feature = "aws")]
        if let PhaseLake::Aws(aws) = &phase_lake {
            let result = crate::athena_query::run(global, &workspace, aws, &self.sql, as_of)?;
            return self.print(global, result);
        }
        let names = LakeNames::of(&workspace)?;
        let references = naru_query::referenced_tables(&self.sql)?;
        let open = |reference| open_table(&workspace, &names, phase_lake.lake(), reference, as_of);
        let tables = references.into_iter().map(open).collect::<Result<Vec<_>, _>>()?;
        hush_workers();
        self.print(global, naru_query::run(&self.sql, &tables, &QueryOptions::default())?)
    }

    fn print(&self, global: &Global, result: QueryResult) -> Result<(), CommandError> {
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        let written = self.write(global, result, &mut out).and_then(|_| Ok(out.flush()?));
        match written {
            // The reader has seen enough.
            Err(QueryError::Write(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => Ok(written?),
        }
    }

    fn write(&self, global: &Global, result: QueryResult, out: &mut dyn Write) -> Result<u64, QueryError> {
        if self.csv {
            result.write_csv(out)
        } else if global.json {
            result.write_json(out, JsonShape::Array)
        } else {
            result.write_table(out, &TableStyle { max_rows: self.max_rows, ..TableStyle::default() })
        }
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

/// Polars' panics are caught and told as errors; what its threads print besides is of no use to anybody.
fn hush_workers() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name().is_none_or(|name| name == "main") {
            tell(panic);
        }
    }));
}

fn open_table(
    workspace: &Workspace,
    names: &LakeNames,
    lake: &Lake,
    reference: TableRef,
    as_of: AsOf,
) -> Result<QueryTable, CommandError> {
    let (_, table) = names.find(workspace, lake, &reference.to_string())?;
    let scan = runtime::block_on(table.scan(as_of))?;
    let path = |location: &String| Ok(naru_local::location_to_path(location)?.to_string_lossy().into_owned());
    let files = scan.files.iter().map(|file| {
        let deletes = file.deletes.iter().map(path).collect::<Result<_, LakeError>>()?;
        Ok(QueryFile { path: path(&file.path)?, deletes })
    });
    let files = files.collect::<Result<_, LakeError>>()?;
    let columns = scan.columns()?.into_iter().map(|(field_id, column)| QueryColumn {
        field_id: field_id.unsigned_abs(),
        name: column.name,
        column_type: column.column_type,
        required: column.required,
    });
    Ok(QueryTable { name: reference, columns: columns.collect(), files, rows: scan.rows })
}
