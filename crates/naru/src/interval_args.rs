//! Which interval a command is about: `--date`, or `--interval-start` and `--interval-end`.

use chrono::{DateTime, Utc};
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
    /// First instant of the interval, RFC 3339, as Airflow's `data_interval_start`.
    #[arg(long, env = "NARU_INTERVAL_START", requires = "interval_end", value_name = "INSTANT", value_parser = instant)]
    pub(crate) interval_start: Option<DateTime<Utc>>,
    /// First instant after the interval, RFC 3339, as Airflow's `data_interval_end`.
    #[arg(long, env = "NARU_INTERVAL_END", requires = "interval_start", value_name = "INSTANT", value_parser = instant)]
    pub(crate) interval_end: Option<DateTime<Utc>>,
}

fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let parsed = text.parse::<DateTime<Utc>>();
    parsed.map_err(|_| "an instant has a date, a time and an offset, as in 2026-11-22T00:00:00+09:00".into())
}

impl IntervalArgs {
    /// Whether nothing was said about the interval.
    pub(crate) fn is_default(&self) -> bool {
        self.date.is_none() && self.interval_start.is_none()
    }

    /// The intervals of a job: one for a date, one or more for a span.
    pub(crate) fn of(&self, workspace: &Workspace, job: &JobName) -> Result<Vec<Interval>, CommandError> {
        let zone = workspace.project.time_zone;
        let usage = |error: IntervalError| CommandError::usage(error.to_string()).hint(error.hint());
        match (&self.date, self.interval_start, self.interval_end) {
            (Some(key), ..) if job.cadence == Cadence::X => Ok(vec![Interval::of_run_key(key, zone).map_err(usage)?]),
            (Some(date), ..) => Ok(vec![Interval::parse(job.cadence, date, zone).map_err(usage)?]),
            (None, Some(start), Some(end)) => Interval::between(job.cadence, start, end, zone).map_err(usage),
            _ if job.cadence == Cadence::X => {
                Err(CommandError::usage(format!("job {job} runs on demand and has no calendar"))
                    .hint("name the run: `--date 2026-11-22`, or `--date 2026-11-22-first-try`"))
            }
            _ => {
                let running = Interval::containing(job.cadence, Utc::now(), zone).map_err(usage)?;
                Ok(vec![running.previous(job.cadence, zone).map_err(usage)?])
            }
        }
    }

    /// The one interval of a job.
    pub(crate) fn one(&self, workspace: &Workspace, job: &JobName) -> Result<Interval, CommandError> {
        let mut intervals = self.of(workspace, job)?;
        match (intervals.pop(), intervals.len()) {
            (Some(interval), 0) => Ok(interval),
            (_, more) => Err(CommandError::usage(format!("the span holds {} intervals of job {job}", more + 1))
                .hint("this command is about one; `naru run` takes several")),
        }
    }
}
