use clap::Args;
use naru_core::route::human_bytes;
use naru_lake::LakeTable;
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
    files: u64,
    size_bytes: u64,
    snapshots: usize,
    partition: Vec<String>,
    location: String,
}

impl Tables {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let workspace = Workspace::open(global)?;
        let embedded = workspace.lake()?;
        let lake = embedded.lake();
        let names = LakeNames::of(&workspace)?;
        let rows = runtime::block_on(async {
            let mut rows = Vec::new();
            for name in lake.tables().await? {
                let Some(table) = lake.table(&name.database, &name.table).await? else { continue };
                let total = |key: &str| total(&table, key);
                rows.push(TableRow {
                    table: names.logical(&name),
                    rows: total("total-records"),
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
                r.rows.to_string(),
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
