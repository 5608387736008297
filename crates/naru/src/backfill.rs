//! What is told of a run of many intervals: which are done, which are left.

use naru_core::Interval;
use serde::Serialize;

use crate::cli::Global;
use crate::error::{CommandError, Exit};
use crate::log;
use crate::run_report::RunReport;
use crate::signals::StopSignal;

/// What `naru run` over a span came to, as `--json` prints it.
#[derive(Debug, Serialize)]
pub(crate) struct BackfillReport<'a> {
    /// 0, 1 or 75, as the command exits.
    exit: u8,
    /// Intervals that are done, also where nothing had to be done for them.
    done: usize,
    /// All intervals of all jobs.
    intervals: usize,
    /// One for each interval that was tried, those of a job in their order.
    runs: &'a [RunReport],
    /// What is to be done still, job by job, beginning with an interval that failed.
    left: &'a [Left],
}

/// Intervals of a job that were not loaded: one that failed, and those behind it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Left {
    job: String,
    table: String,
    /// Text of the first of them.
    first: String,
    /// Text of the last of them.
    last: String,
    /// How many there are.
    intervals: usize,
}

impl Left {
    /// What is left of a job; none if nothing is.
    pub(crate) fn of(job: String, table: String, intervals: &[Interval]) -> Option<Self> {
        let (first, last) = (intervals.first()?, intervals.last()?);
        Some(Self { job, table, first: first.text.clone(), last: last.text.clone(), intervals: intervals.len() })
    }

    fn line(&self) -> String {
        let Self { table, first, last, intervals, .. } = self;
        match intervals {
            1 => format!("{table}: {first} is left"),
            _ => format!("{table}: {first} to {last} are left ({intervals} intervals)"),
        }
    }
}

/// How a command of many runs went.
#[derive(Debug, Default)]
pub(crate) struct Ended {
    pub(crate) reports: Vec<RunReport>,
    pub(crate) errors: Vec<CommandError>,
    pub(crate) left: Vec<Left>,
}

impl Ended {
    /// The command's error, if it has one; `planned` is the number of all its runs.
    pub(crate) fn error(&self, planned: usize, is_span: bool, stop: &StopSignal) -> Option<CommandError> {
        let done = self.done();
        let exits: Vec<Exit> = self.errors.iter().map(CommandError::exit).collect();
        match self.errors.as_slice() {
            [] if self.left.is_empty() => None,
            [one] if planned == 1 && !stop.is_requested() => Some(one.clone()),
            _ if stop.is_requested() && exits.iter().all(|exit| *exit == Exit::TryAgainLater) => {
                let heading = format!("stopped by {}: {done} of {planned} runs are done", stop.name());
                let stopped = CommandError::failed(heading).with_exit(Exit::TryAgainLater);
                Some(
                    self.with_left(stopped)
                        .hint("nothing is half done; run the same command again: it goes on from here"),
                )
            }
            _ if is_span => {
                let exit = CommandError::of_several("intervals", planned, &exits).exit();
                let stopped = CommandError::failed(format!("{done} of {planned} intervals are done")).with_exit(exit);
                Some(self.with_left(stopped).hint(
                    "see above why; then run the same command again: it passes over what is done and goes on from here",
                ))
            }
            _ => Some(CommandError::of_several("runs", self.reports.len(), &exits)),
        }
    }

    /// The report over a span.
    pub(crate) fn report(&self, planned: usize, error: Option<&CommandError>) -> BackfillReport<'_> {
        let exit = error.map_or(0, |error| error.exit() as u8);
        BackfillReport { exit, done: self.done(), intervals: planned, runs: &self.reports, left: &self.left }
    }

    fn done(&self) -> usize {
        self.reports.len() - self.errors.len()
    }

    fn with_left(&self, error: CommandError) -> CommandError {
        self.left.iter().fold(error, |error, left| error.detail(left.line()))
    }
}

/// Tells of each job's intervals how many came to what.
pub(crate) fn tell_sums(global: &Global, ended: &Ended) {
    let mut tables: Vec<&str> = Vec::new();
    for report in &ended.reports {
        if !tables.contains(&report.table.as_str()) {
            tables.push(&report.table);
        }
    }
    for table in tables {
        let of_table = || ended.reports.iter().filter(|report| report.table == table);
        let counts = ["loaded", "reloaded", "unchanged", "missing", "failed"].map(|status| {
            let count = of_table().filter(|report| report.status == status).count();
            (count > 0).then(|| format!("{count} {status}"))
        });
        let counts: Vec<String> = counts.into_iter().flatten().collect();
        log::step(global, &format!("{table}: {}", counts.join(", ")), serde_json::json!({ "table": table }));
    }
}
