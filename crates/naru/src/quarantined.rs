//! What a job's quarantine holds, for the verbs that tell it or act on it.

use naru_core::plan::RunIdentity;
use naru_core::{Cadence, Interval, JobName};
use naru_load::{QuarantineSummary, summarize};

use crate::error::CommandError;
use crate::interval_args::IntervalArgs;
use crate::phase_lake::PhaseLake;
use crate::workspace::Workspace;
use crate::{planning, runtime};

/// Sums up a job's quarantine: the intervals asked for, or all.
///
/// # Errors
/// Intervals that the job does not have; the lake's.
pub(crate) fn summary_of(
    workspace: &Workspace,
    lake: &PhaseLake,
    job: &JobName,
    asked: &IntervalArgs,
) -> Result<QuarantineSummary, CommandError> {
    let wanted: Option<Vec<String>> = if asked.is_default() {
        None
    } else {
        Some(asked.of(workspace, job)?.into_iter().map(|interval| interval.text).collect())
    };
    let names = planning::names(workspace, job)?;
    let database = names.glue_database.to_string();
    let (quarantine, target) = (names.quarantine_table.to_string(), names.glue_table.to_string());
    let run = RunIdentity {
        source: job.source.to_string(),
        database: job.database.to_string(),
        table: job.table.to_string(),
        interval: String::new(),
    };
    let is_wanted = |interval: &str| wanted.as_ref().is_none_or(|wanted| wanted.iter().any(|text| text == interval));
    let summing = summarize(lake.lake(), (&database, &quarantine), (&database, &target), &run, is_wanted);
    Ok(runtime::block_on(summing)?)
}

/// The interval of a job that a quarantined row's text names.
///
/// # Errors
/// A text of another cadence: the job's was changed since.
pub(crate) fn interval_of(workspace: &Workspace, job: &JobName, text: &str) -> Result<Interval, CommandError> {
    let zone = workspace.project.time_zone;
    let parsed = match job.cadence {
        Cadence::X => Interval::of_run_key(text, zone),
        cadence => Interval::parse(cadence, text, zone),
    };
    parsed.map_err(|error| {
        CommandError::failed(format!("interval {text} of the quarantine is none of job {job}: {error}"))
            .hint("the job's cadence was changed since; run the interval under the new one")
    })
}
