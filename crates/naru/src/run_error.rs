//! The error of a run, in the words of its job.

use chrono::DateTime;
use naru_core::Interval;
use naru_load::{LoadError, Quarantined};

use crate::error::CommandError;
use crate::lake_names::quarantine_name;
use crate::planning::PlannedJob;
use crate::workspace::Workspace;

/// Why a run failed, in this process or on Spark.
pub(crate) enum RunFailure {
    Load(LoadError),
    /// Told by another program, which may have quarantined rows.
    Elsewhere {
        error: CommandError,
        quarantined: Option<Box<Quarantined>>,
    },
}

impl RunFailure {
    /// Where rows are that did not fit.
    pub(crate) fn quarantined(&self) -> Option<&Quarantined> {
        match self {
            Self::Load(error) => error.quarantined(),
            Self::Elsewhere { quarantined, .. } => quarantined.as_deref(),
        }
    }

    pub(crate) fn told(self, workspace: &Workspace, job: &PlannedJob, interval: &Interval) -> CommandError {
        match self {
            Self::Load(error) => told(workspace, job, interval, error),
            Self::Elsewhere { error, quarantined } => {
                with_place(job, interval, error, quarantined.map(|held| held.rows))
            }
        }
    }
}

impl From<LoadError> for RunFailure {
    fn from(error: LoadError) -> Self {
        Self::Load(error)
    }
}

impl From<CommandError> for RunFailure {
    fn from(error: CommandError) -> Self {
        Self::Elsewhere { error, quarantined: None }
    }
}

/// An error of a run; of one that quarantined rows, with the place where they are.
pub(crate) fn told(workspace: &Workspace, job: &PlannedJob, interval: &Interval, error: LoadError) -> CommandError {
    let error = with_text_of_newest(workspace, job, error);
    let rows = error.quarantined().map(|quarantined| quarantined.rows);
    with_place(job, interval, CommandError::from(error), rows)
}

fn with_place(job: &PlannedJob, interval: &Interval, error: CommandError, rows: Option<u64>) -> CommandError {
    match rows {
        None => error,
        Some(rows) => error.detail(format!(
            "{rows} row(s) are in {}; `naru quarantine {} --date {}` sums them up",
            quarantine_name(&job.job),
            job.job,
            interval.text
        )),
    }
}

/// An interval that no run's record tells of any more has the text that its start has in the project's time zone.
fn with_text_of_newest(workspace: &Workspace, job: &PlannedJob, error: LoadError) -> LoadError {
    match error {
        LoadError::OlderThanLoaded { interval, newest: None, newest_micros } => {
            let start = DateTime::from_timestamp_micros(newest_micros);
            let zone = workspace.project.time_zone;
            let newest = start.and_then(|start| Interval::containing(job.job.cadence, start, zone).ok());
            LoadError::OlderThanLoaded { interval, newest: newest.map(|newest| newest.text), newest_micros }
        }
        error => error,
    }
}
