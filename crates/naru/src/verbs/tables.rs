use clap::Args;
use naru_core::route::human_bytes;
use naru_lake::{LakeTable, RowCounts};
use serde::Serialize;

use crate::cli::Global;
use crate::error::CommandError;
use crate::lake_names::LakeNames;
use crate::workspace::Workspace;
use crate::{output, runtime};

/// List the lake's tables
#[derive(Debug, Args)]
pub(crate) struct Tables {}

#[derive(Debug, Serialize)]
struct TableRow {
    table: String,
    rows: u64,
    /// False where delete files make the number of rows an estimate.
    rows_are_exact: bool,
    files: u64,
    size_bytes: u64,
    snapshots: usize,
    partition: Vec<String>,
    location: String,
}

impl Tables {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let workspace = Workspace::open(global)?;
        let phase_lake = workspace.lake()?;
        let lake = phase_lake.lake();
        let names = LakeNames::of(&workspace)?;
        let tables = names.tables(&phase_lake)?;
        let rows = runtime::block_on(async {
            let mut rows = Vec::new();
            for name in tables {
                let Some(table) = lake.table(&name.database, &name.table).await? else { continue };
                let total = |key: &str| total(&table, key);
                let counts = table.metadata().current_snapshot().map(|snapshot| RowCounts::of(snapshot));
                rows.push(TableRow {
                    table: names.logical(&name),
                    rows: counts.and_then(|counts| counts.total).unwrap_or(0),
                    rows_are_exact: counts.is_none_or(|counts| counts.total_is_exact),
                    files: total("total-data-files"),
                    size_bytes: total("total-files-size"),
                    snapshots: table.snapshots().len(),
                    partition: table.spec()?.partition.iter().map(ToString::to_string).collect(),
                    location: table.location().to_owned(),
                });
            }
            Ok::<_, CommandError>(rows)
        })?;
        if global.json {
            return output::json(&rows);
        }
        if rows.is_empty() {
            output::line("the lake has no tables yet: `naru apply` makes them, `naru run` loads them");
            return Ok(());
        }
        let cells = rows.iter().map(|r| {
            let size = human_bytes(r.size_bytes);
            vec![
                r.table.clone(),
                output::row_count(r.rows, r.rows_are_exact),
                r.files.to_string(),
                size,
                r.snapshots.to_string(),
                r.partition.join(", "),
            ]
        });
        output::table(&["table", "rows", "files", "size", "snapshots", "partition"], &[1, 2, 3, 4], cells);
        Ok(())
    }
}

/// A running total of the current snapshot's summary; 0 for a table without snapshots.
fn total(table: &LakeTable, key: &str) -> u64 {
    let snapshot = table.metadata().current_snapshot();
    snapshot.and_then(|s| s.summary().additional_properties.get(key)?.parse().ok()).unwrap_or(0)
}
