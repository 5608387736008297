use clap::Args;
use naru_core::check::{self, CheckedJob};
use naru_core::physical::PhysicalNames;
use naru_core::{Fault, JobName, Phase};

use crate::cli::Global;
use crate::error::CommandError;
use crate::output;
use crate::workspace::Workspace;

/// Find in CI what would fail in production
///
/// Checks all names, definitions, DAG files without definitions and the reverse, two jobs for one table, names too long
/// for AWS, in every phase. Reads only files; every fault is told at once.
#[derive(Debug, Args)]
pub(crate) struct Check {}

impl Check {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let workspace = Workspace::open(global)?;
        let definitions = workspace.definitions()?;
        let mut faults = Vec::new();
        let mut jobs = Vec::new();
        for (path, text) in workspace.dag_files()? {
            let name = JobName::parse(&path).map_err(Vec::<Fault>::from);
            if let Ok(name) = &name {
                for phase in Phase::ALL.iter().copied() {
                    if let Err(found) = PhysicalNames::derive(&workspace.project, phase, name) {
                        faults.extend(found.into_iter().map(|f| Fault { file: path.clone(), ..f }));
                    }
                }
            }
            jobs.push(CheckedJob { path, text, name });
        }
        faults.extend(check::project(&workspace.project.table_defs, &jobs, &definitions));
        faults.sort();
        faults.dedup();
        if global.json {
            output::json(&serde_json::json!({
                "jobs": jobs.len(),
                "definitions": definitions.len(),
                "faults": faults,
            }))?;
        }
        if !faults.is_empty() {
            return Err(CommandError::faults("the project", &faults));
        }
        if !global.json {
            output::line(format!("{} jobs and {} definitions: no faults", jobs.len(), definitions.len()));
        }
        Ok(())
    }
}
