use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat};
use clap::Args;
use naru_core::control::VerifiedTotals;
use naru_lake::{RowCounts, RunRecord};
use serde::Serialize;

use crate::cli::Global;
use crate::error::CommandError;
use crate::lake_names::LakeNames;
use crate::output;
use crate::workspace::Workspace;

/// List a table's snapshots with their runs
#[derive(Debug, Args)]
pub(crate) struct History {
    /// Table (`deposit.account`) or job.
    table: String,
}

#[derive(Debug, Serialize)]
struct SnapshotRow {
    snapshot_id: i64,
    committed_at: String,
    operation: String,
    current: bool,
    interval: Option<String>,
    job: Option<String>,
    engine: Option<String>,
    sources: Option<usize>,
    /// Control totals that were verified, file by file.
    control: Option<Vec<FileControl>>,
    added_rows: Option<u64>,
    deleted_rows: Option<u64>,
    total_rows: Option<u64>,
    /// False where delete files make the total an estimate.
    total_is_exact: bool,
    /// Treated columns and their treatments.
    treatments: Option<BTreeMap<String, String>>,
    /// Id of the key that they were treated with.
    treatment_key: Option<String>,
}

#[derive(Debug, Serialize)]
struct FileControl {
    location: String,
    #[serde(flatten)]
    totals: VerifiedTotals,
}

impl History {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let workspace = Workspace::open(global)?;
        let phase_lake = workspace.lake()?;
        let (name, table) = LakeNames::of(&workspace)?.find(&workspace, phase_lake.lake(), &self.table)?;
        let current = table.snapshot_id();
        let rows: Vec<SnapshotRow> = table
            .snapshots()
            .into_iter()
            .map(|info| {
                let snapshot = &info.snapshot;
                let counts = RowCounts::of(snapshot);
                let run = info.run.as_ref();
                SnapshotRow {
                    snapshot_id: snapshot.snapshot_id(),
                    committed_at: instant(snapshot.timestamp_ms()),
                    operation: snapshot.summary().operation.as_str().to_owned(),
                    current: Some(snapshot.snapshot_id()) == current,
                    interval: run.map(|r| r.identity.interval.clone()),
                    job: run.map(|r| r.job.clone()),
                    engine: run.map(|r| r.engine.as_str().to_owned()),
                    sources: run.map(|r| r.sources.len()),
                    control: run.and_then(file_controls),
                    added_rows: counts.added,
                    deleted_rows: counts.deleted,
                    total_rows: counts.total,
                    total_is_exact: counts.total_is_exact,
                    treatments: run.map(|r| r.treatments.columns.clone()),
                    treatment_key: run.and_then(|r| r.treatments.key_id.clone()),
                }
            })
            .collect();
        if global.json {
            return output::json(&serde_json::json!({ "table": name, "snapshots": rows }));
        }
        if rows.is_empty() {
            output::line(format!("{name} has no snapshots yet"));
            return Ok(());
        }
        print(&rows);
        Ok(())
    }
}

fn file_controls(run: &RunRecord) -> Option<Vec<FileControl>> {
    let files = run.sources.iter().zip(run.control.as_ref()?);
    Some(files.map(|(s, totals)| FileControl { location: s.location.clone(), totals: totals.clone() }).collect())
}

/// RFC 3339 with milliseconds, UTC.
fn instant(milliseconds: i64) -> String {
    DateTime::from_timestamp_millis(milliseconds)
        .map(|t| t.to_rfc3339_opts(SecondsFormat::Millis, true))
        .unwrap_or_default()
}

fn print(rows: &[SnapshotRow]) {
    let text = |value: Option<u64>| value.map(|v| v.to_string()).unwrap_or_default();
    let cells = rows.iter().rev().map(|r| {
        vec![
            format!("{}{}", r.snapshot_id, if r.current { " *" } else { "" }),
            r.committed_at.clone(),
            r.operation.clone(),
            r.interval.clone().unwrap_or_default(),
            r.sources.map(|s| s.to_string()).unwrap_or_default(),
            text(r.added_rows),
            text(r.deleted_rows),
            r.total_rows.map(|rows| output::row_count(rows, r.total_is_exact)).unwrap_or_default(),
        ]
    });
    let headings = ["snapshot", "committed at", "operation", "interval", "sources", "added", "deleted", "total rows"];
    output::table(&headings, &[4, 5, 6, 7], cells);
}
