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

/// A job that is the project's, and the only one for its table: a mistyped mode must not replace another's table.
fn of_project(workspace: &Workspace, jobs: &[JobName], job: JobName) -> Result<JobName, CommandError> {
    let dags = &workspace.project.dags;
    let same_table = |known: &&JobName| known.qualified_table() == job.qualified_table() && **known != job;
    let other = jobs.iter().find(same_table);
    match (jobs.contains(&job), other) {
        (true, None) => Ok(job),
        (true, Some(other)) => {
            Err(CommandError::failed(format!("{} has two jobs: {job} and {other}", job.qualified_table()))
                .hint(format!("one table has one job: delete one of the files in {dags}/")))
        }
        (false, Some(other)) => Err(CommandError::usage(format!("the project has no job {job}"))
            .hint(format!("its job for {} is {other}", job.qualified_table()))),
        (false, None) => Err(CommandError::usage(format!("the project has no job {job}"))
            .hint(format!("a job is a file of its name: {dags}/{job}.py"))),
    }
}

/// Parses several jobs, or takes all of the project's.
///
/// # Errors
/// The first job that does not parse; no jobs at all.
pub(crate) fn select(workspace: &Workspace, texts: &[String]) -> Result<Vec<JobName>, CommandError> {
    let jobs = workspace.jobs()?;
    if !texts.is_empty() {
        return texts.iter().map(|text| of_project(workspace, &jobs, parse(text)?)).collect();
    }
    if jobs.is_empty() {
        return Err(CommandError::usage("the project has no jobs").hint(format!(
            "a job is a DAG file in {}/ whose name follows naming-convention.md",
            workspace.project.dags
        )));
    }
    Ok(jobs)
}
