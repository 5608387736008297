use std::time::{Duration, SystemTime};

use chrono::Utc;
use clap::Args;
use naru_core::route::human_bytes;
use naru_lake::{Keep, Maintained, TableName};
use serde::Serialize;

use crate::cli::Global;
use crate::error::CommandError;
use crate::lake_names::LakeNames;
use crate::workspace::Workspace;
use crate::{output, runtime};

/// Expire old snapshots, and delete files that no table refers to
///
/// Safe while jobs run. Branches and tags keep their snapshots; the newest snapshot always stays.
#[derive(Debug, Args)]
pub(crate) struct Maintain {
    /// Tables (`deposit.account`) or jobs; all tables if none is given.
    #[arg(value_name = "TABLE")]
    tables: Vec<String>,
    /// Snapshots younger than this stay.
    #[arg(long, env = "NARU_KEEP_DAYS", default_value_t = 7, value_name = "DAYS")]
    keep_days: u32,
    /// So many of the newest snapshots stay, however old.
    #[arg(long, env = "NARU_KEEP_SNAPSHOTS", default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    keep_snapshots: u32,
    /// Files younger than this stay, whether or not a table refers to them: longer than any run takes.
    #[arg(long, env = "NARU_GRACE_HOURS", default_value_t = 72, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(1..))]
    grace_hours: u32,
    /// Change nothing; say what would be done.
    #[arg(long, env = "NARU_DRY_RUN")]
    dry_run: bool,
}

#[derive(Debug, Serialize)]
struct TableReport {
    table: String,
    expired_snapshots: usize,
    deleted_files: usize,
    deleted_bytes: u64,
}

impl Maintain {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let workspace = Workspace::open(global)?;
        let phase_lake = workspace.lake()?;
        let lake = phase_lake.lake();
        let names = LakeNames::of(&workspace)?;
        let find = |name: &String| {
            let (_, table) = names.find(&workspace, lake, name)?;
            Ok(TableName { database: table.database().into(), table: table.name().into() })
        };
        let named = self.tables.iter().map(find).collect::<Result<Vec<TableName>, CommandError>>()?;
        let neighbours = names.listed(&phase_lake, &named)?;
        let chosen = if named.is_empty() { names.own(&phase_lake, &neighbours) } else { named };
        let keep = self.keep();
        let (mut reports, mut exits) = (Vec::new(), Vec::new());
        for name in &chosen {
            let table = names.logical(name);
            let maintained = lake.maintain(phase_lake.files(), name, &neighbours, keep, self.dry_run);
            match runtime::block_on(maintained) {
                Ok(maintained) => reports.push(report(table, maintained)),
                Err(error) => {
                    let error = CommandError::from(error).about(&table);
                    error.print(global);
                    exits.push(error.exit());
                }
            }
        }
        if global.json {
            output::json(&serde_json::json!({ "dry_run": self.dry_run, "tables": reports }))?;
        } else {
            reports.iter().for_each(|report| output::line(self.sentence(report)));
        }
        if exits.is_empty() { Ok(()) } else { Err(CommandError::of_several("tables", chosen.len(), &exits)) }
    }

    fn keep(&self) -> Keep {
        let days = chrono::Duration::days(self.keep_days.into());
        let grace = Duration::from_secs(u64::from(self.grace_hours) * 3600);
        Keep {
            snapshots_since_ms: (Utc::now() - days).timestamp_millis(),
            snapshots: self.keep_snapshots as usize,
            files_since: SystemTime::now().checked_sub(grace).unwrap_or(SystemTime::UNIX_EPOCH),
        }
    }

    fn sentence(&self, report: &TableReport) -> String {
        let TableReport { table, expired_snapshots, deleted_files, deleted_bytes } = report;
        let (expired, deleted) = if self.dry_run {
            ("snapshots would expire", "files would be deleted")
        } else {
            ("snapshots expired", "files deleted")
        };
        format!("{table}: {expired_snapshots} {expired}, {deleted_files} {deleted} ({})", human_bytes(*deleted_bytes))
    }
}

fn report(table: String, maintained: Maintained) -> TableReport {
    let Maintained { expired_snapshots, deleted_files, deleted_bytes } = maintained;
    TableReport { table, expired_snapshots, deleted_files, deleted_bytes }
}
