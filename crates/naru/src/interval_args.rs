//! Which interval a command is about: `--date`, or `--interval-start` and `--interval-end`.

use chrono::Utc;
use clap::Args;
use naru_core::interval::IntervalError;
use naru_core::{Cadence, Interval, JobName};

use crate::error::CommandError;
use crate::workspace::Workspace;

/// The interval that a command is about.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct IntervalArgs {
    /// The interval: its text (`2026-11-22`, `2026-11-22T05`, `2026-W47`, `2026-11`, `2026-Q4`, `2026`, a run key), or a
    /// date inside it. By default the last one that is over.
    #[arg(long, env = "NARU_DATE", conflicts_with_all = ["interval_start", "interval_end"])]
    pub(crate) date: Option<String>,
    /// Where a span of intervals begins: an interval (`2026-11-22`, `2026-W47`, …) for its first instant, or a timestamp,
    /// in the project's time zone unless it has an offset; Airflow's `data_interval_start`.
    #[arg(long, env = "NARU_INTERVAL_START", requires = "interval_end", value_name = "BOUND")]
    pub(crate) interval_start: Option<String>,
    /// Where the span ends, written in the same ways: the first instant that it does not hold, so that `2026-11-22` leaves
    /// that day out; Airflow's `data_interval_end`.
    #[arg(long, env = "NARU_INTERVAL_END", requires = "interval_start", value_name = "BOUND")]
    pub(crate) interval_end: Option<String>,
}

impl IntervalArgs {
    /// Whether nothing was said about the interval.
    pub(crate) fn is_default(&self) -> bool {
        self.date.is_none() && !self.is_span()
    }

    /// Whether a span is given, of one interval or many.
    pub(crate) fn is_span(&self) -> bool {
        self.interval_start.is_some()
    }

    /// The intervals of a job: one for a date, one or more for a span.
    pub(crate) fn of(&self, workspace: &Workspace, job: &JobName) -> Result<Vec<Interval>, CommandError> {
        self.of_cadence(workspace, &job.to_string(), job.cadence)
    }

    /// The intervals of what runs in a cadence, be it a job of this project or not.
    pub(crate) fn of_cadence(
        &self,
        workspace: &Workspace,
        job: &str,
        cadence: Cadence,
    ) -> Result<Vec<Interval>, CommandError> {
        let zone = workspace.project.time_zone;
        let usage = |error: IntervalError| CommandError::usage(error.to_string()).hint(error.hint());
        match (&self.date, &self.interval_start, &self.interval_end) {
            (Some(key), ..) if cadence == Cadence::X => Ok(vec![Interval::of_run_key(key, zone).map_err(usage)?]),
            (Some(date), ..) => Ok(vec![Interval::parse(cadence, date, zone).map_err(usage)?]),
            (None, Some(start), Some(end)) => {
                let start = Interval::bound(start, zone).map_err(usage)?;
                let end = Interval::bound(end, zone).map_err(usage)?;
                Interval::between(cadence, start, end, zone).map_err(usage)
            }
            _ if cadence == Cadence::X => {
                Err(CommandError::usage(format!("job {job} runs on demand and has no calendar"))
                    .hint("name the run: `--date 2026-11-22`, or `--date 2026-11-22-first-try`"))
            }
            _ => {
                let running = Interval::containing(cadence, Utc::now(), zone).map_err(usage)?;
                Ok(vec![running.previous(cadence, zone).map_err(usage)?])
            }
        }
    }

    /// The one interval of a job.
    pub(crate) fn one(&self, workspace: &Workspace, job: &JobName) -> Result<Interval, CommandError> {
        let mut intervals = self.of(workspace, job)?;
        match (intervals.pop(), intervals.len()) {
            (Some(interval), 0) => Ok(interval),
            (_, more) => Err(CommandError::usage(format!("the span holds {} intervals of job {job}", more + 1))
                .hint("this command is about one; `naru run` and `naru plan` take several")),
        }
    }
}
