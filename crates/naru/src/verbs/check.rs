use clap::Args;
use naru_core::check::{self, CheckedJob};
use naru_core::physical::PhysicalNames;
use naru_core::{Fault, JobName, Phase, Project};

use crate::cli::Global;
use crate::error::CommandError;
use crate::output;
use crate::parallel::in_parallel;
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
        let named = in_parallel(&workspace.dag_files()?, |(path, text)| name(&workspace.project, path, text));
        let (jobs, faults): (Vec<CheckedJob>, Vec<Vec<Fault>>) = named.into_iter().unzip();
        let mut faults = faults.concat();
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

/// A DAG file's job, and the faults of the names that follow from it in any phase.
fn name(project: &Project, path: &str, text: &str) -> (CheckedJob, Vec<Fault>) {
    let name = JobName::parse(path).map_err(Vec::<Fault>::from);
    let in_phase = |job, phase: &Phase| PhysicalNames::derive(project, *phase, job).err().unwrap_or_default();
    let derived = name.iter().flat_map(|job| Phase::ALL.iter().flat_map(move |phase| in_phase(job, phase)));
    let faults = derived.map(|fault| Fault { file: path.into(), ..fault }).collect();
    (CheckedJob { path: path.into(), text: text.into(), name }, faults)
}
