use clap::Args;
use naru_core::diff::TableDiff;
use naru_lake::LakeErrorKind;
use serde::Serialize;

use crate::cli::Global;
use crate::error::CommandError;
use crate::planning::PlannedJob;
use crate::workspace::Workspace;
use crate::{jobs, output, runtime};

/// Create tables from their definitions
///
/// A table that exists and equals its definition is left alone; one that differs is told and left alone, unless it has
/// never been loaded: then it is made anew.
#[derive(Debug, Args)]
pub(crate) struct Apply {
    /// Jobs: names, DAG files' names, or paths to them; none: all jobs of the project.
    jobs: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Applied {
    table: String,
    /// `created`, `unchanged` or `differs`.
    status: &'static str,
    differences: Vec<String>,
}

impl Apply {
    pub(crate) fn new() -> Self {
        Self { jobs: Vec::new() }
    }

    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let workspace = Workspace::open(global)?;
        let jobs = jobs::select(&workspace, &self.jobs)?;
        // All names and definitions are checked before the first table is made.
        let planned = jobs.into_iter().map(|job| PlannedJob::new(&workspace, job)).collect::<Result<Vec<_>, _>>()?;
        let embedded = workspace.lake()?;
        let lake = embedded.lake();
        let mut applied = Vec::new();
        for job in &planned {
            let target = job.target(&embedded);
            let table = format!("{}.{}", job.job.database, job.job.table);
            let (status, differences) = runtime::block_on(async {
                let existing = match lake.table(&target.database, &target.table).await? {
                    Some(existing) => Some(existing),
                    None => {
                        match lake.create_table(&target.database, &target.table, &target.location, &target.spec).await {
                            // Another process was faster.
                            Err(error) if error.kind() == LakeErrorKind::AlreadyExists => {
                                Some(lake.expect_table(&target.database, &target.table).await?)
                            }
                            created => created.map(|_| None)?,
                        }
                    }
                };
                match existing {
                    None => Ok::<_, CommandError>(("created", Vec::new())),
                    Some(existing) => {
                        let differences = TableDiff::between(&existing.spec()?, &target.spec);
                        if !differences.is_empty() && existing.metadata().snapshots().len() == 0 {
                            lake.redefine_empty_table(&existing, &target.spec).await?;
                            return Ok(("created", Vec::new()));
                        }
                        let status = if differences.is_empty() { "unchanged" } else { "differs" };
                        Ok((status, differences.iter().map(ToString::to_string).collect()))
                    }
                }
            })?;
            applied.push(Applied { table, status, differences });
        }
        report(global, &applied)
    }
}

fn report(global: &Global, applied: &[Applied]) -> Result<(), CommandError> {
    if global.json {
        output::json(&applied)?;
    } else {
        for table in applied {
            output::line(format!("{}: {}", table.table, table.status));
            for difference in &table.differences {
                output::line(format!("  ~ {difference}"));
            }
        }
    }
    let differing = applied.iter().filter(|a| a.status == "differs").count();
    if differing == 0 {
        Ok(())
    } else {
        Err(CommandError::failed(format!("{differing} table(s) differ from their definitions and were left alone"))
            .hint("bring the definitions back in step with the tables; this version does not evolve tables"))
    }
}
