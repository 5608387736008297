//! Jobs on the command line: a name, a DAG file's name, or a path to it.

use naru_core::{Fault, JobName};

use crate::error::{CommandError, Exit};
use crate::workspace::Workspace;

/// Parses one job.
///
/// # Errors
/// All faults of the name, as a usage error.
pub(crate) fn parse(text: &str) -> Result<JobName, CommandError> {
    JobName::parse(text).map_err(|errors| {
        let faults: Vec<Fault> = errors.into();
        CommandError::faults("job name", &faults).with_exit(Exit::Usage)
    })
}

/// Parses several jobs, or takes all of the project's.
///
/// # Errors
/// The first job that does not parse; no jobs at all.
pub(crate) fn select(workspace: &Workspace, texts: &[String]) -> Result<Vec<JobName>, CommandError> {
    if !texts.is_empty() {
        return texts.iter().map(|text| parse(text)).collect();
    }
    let jobs = workspace.jobs()?;
    if jobs.is_empty() {
        return Err(CommandError::usage("the project has no jobs").hint(format!(
            "a job is a DAG file in {}/ whose name follows naming-convention.md",
            workspace.project.dags
        )));
    }
    Ok(jobs)
}
