//! `naru run`, of one job.

use naru_core::event::RunEvent;
use serde::Serialize;
use serde_json::Value;

use super::{SyncedProject, TimeLimit, Told, global};
use crate::error::CommandError;
use crate::interval_args::IntervalArgs;
use crate::verbs::run::Run;

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunAnswer {
    /// As `naru run` exits: 0, 1, 2 or 75.
    pub exit: u8,
    /// What it said of an error; none: there was none.
    pub message: Option<String>,
    /// What `naru run --json` prints; null where no run began.
    pub report: Value,
}

impl RunAnswer {
    /// The Glue run that was left working: nothing has failed, and the same call later finds what it came to.
    pub fn glue_run(&self) -> Option<&str> {
        let runs = self.report.get("runs").unwrap_or(&self.report);
        runs.as_array()?.iter().find_map(|run| run["glue_run"].as_str())
    }
}

impl From<Told> for RunAnswer {
    fn from(told: Told) -> Self {
        Self { exit: told.exit, message: Some(told.message), report: Value::Null }
    }
}

impl SyncedProject {
    /// Runs a job, and tells how far it is in the log. `leave_glue_run`: a run of a Glue job is started and not waited for.
    pub fn run(&self, asked: &RunEvent, limit: &TimeLimit, leave_glue_run: bool) -> RunAnswer {
        self.try_run(asked, limit, leave_glue_run).unwrap_or_else(|error| {
            error.print(&global());
            Told::from(error).into()
        })
    }

    fn try_run(&self, asked: &RunEvent, limit: &TimeLimit, leave_glue_run: bool) -> Result<RunAnswer, CommandError> {
        let interval = interval_args(asked)?;
        if let Some(phase) = asked.phase.as_deref().filter(|phase| *phase != self.workspace.phase.as_str()) {
            let message = format!("this function is of phase {}, and was asked for {phase}", self.workspace.phase);
            return Err(CommandError::usage(message).hint("each phase has a function of its own"));
        }
        let run = Run::of_job(asked.job.clone(), interval, leave_glue_run);
        let ran = run.run_in(&global(), &self.workspace, &limit.0)?;
        let report =
            if ran.is_span { serde_json::to_value(ran.of_span()) } else { serde_json::to_value(&ran.ended.reports) };
        let report =
            report.map_err(|error| CommandError::failed(format!("cannot write the report as JSON: {error}")))?;
        if let Some(error) = &ran.error {
            error.print(&global());
        }
        let told = ran.error.map(Told::from);
        let (exit, message) = told.map_or((0, None), |told| (told.exit, Some(told.message)));
        Ok(RunAnswer { exit, message, report })
    }
}

/// As the command line has them, which takes either a date or both ends of a span.
fn interval_args(asked: &RunEvent) -> Result<IntervalArgs, CommandError> {
    let RunEvent { date, interval_start, interval_end, .. } = asked.clone();
    match (&date, &interval_start, &interval_end) {
        (Some(_), None, None) | (None, Some(_), Some(_)) | (None, None, None) => {
            Ok(IntervalArgs { date, interval_start, interval_end })
        }
        _ => Err(CommandError::usage("the event names its interval in two ways, or by half of one")
            .hint("give date, or interval_start and interval_end")),
    }
}
