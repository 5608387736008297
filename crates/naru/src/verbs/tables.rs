use clap::Args;
use naru_core::route::human_bytes;
use serde::Serialize;

use crate::cli::Global;
use crate::error::CommandError;
use crate::workspace::Workspace;
use crate::{lake_names, output, runtime};

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
        let rows = runtime::block_on(async {
            let mut rows = Vec::new();
            for (database, name) in lake.tables().await? {
                let Some(table) = lake.table(&database, &name).await? else { continue };
                let totals = table.totals();
                rows.push(TableRow {
                    table: lake_names::logical(&workspace, &database, &name),
                    rows: totals.records,
                    files: totals.data_files,
                    size_bytes: totals.size_bytes,
                    snapshots: table.snapshots().len(),
                    partition: table.spec()?.partition.iter().map(ToString::to_string).collect(),
                    location: table.metadata().location().to_owned(),
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
            vec![r.table.clone(), r.rows.to_string(), r.files.to_string(), size, r.snapshots.to_string(), r.partition.join(", ")]
        });
        output::table(&["table", "rows", "files", "size", "snapshots", "partition"], &[1, 2, 3, 4], cells);
        Ok(())
    }
}
