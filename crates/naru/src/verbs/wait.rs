use std::time::{Duration, Instant};

use chrono_tz::Tz;
use clap::Args;
use naru_core::marks::{Mark, MarkErrorKind, MarkStore};
use naru_core::needs::{Slice, Window};
use naru_core::{Cadence, Interval};
use serde::Serialize;

use crate::cli::Global;
use crate::error::{CommandError, Exit};
use crate::interval_args::IntervalArgs;
use crate::marked_job::MarkedJob;
use crate::signals::StopSignal;
use crate::workspace::Workspace;
use crate::{log, marks, output};

/// How often it is looked whether to stop, while nothing else is to be done.
const TICK: Duration = Duration::from_millis(100);

/// Wait until intervals of a job are marked as done
///
/// Ends with exit code 0 as soon as all of them are, and with 75 when the time is up. With `--slice month` it waits for
/// all intervals of the month that the date or span lies in, whatever the job's schedule.
#[derive(Debug, Args)]
pub(crate) struct Wait {
    /// Job: a name of naru's, or any other name of letters, digits, dots, hyphens and underscores.
    job: String,
    #[command(flatten)]
    interval: IntervalArgs,
    /// Wait for all intervals within the slice around them: hour, day, week, month, quarter, year.
    #[arg(long, env = "NARU_SLICE")]
    slice: Option<Slice>,
    /// How often a job runs whose name does not say it: h, d, w, m, q, y, x.
    #[arg(long, env = "NARU_CADENCE")]
    cadence: Option<Cadence>,
    /// How long to wait, in seconds; 0 looks once.
    #[arg(long, env = "NARU_TIMEOUT", value_name = "SECONDS")]
    timeout: u64,
    /// Time between two looks, in seconds.
    #[arg(long, env = "NARU_EVERY", value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,
}

/// What is waited for.
enum Wanted {
    /// Each of these intervals.
    All(Vec<Interval>),
    /// Any run on demand in a window.
    Any(Window),
}

/// How a wait has ended, as `--json` prints it.
#[derive(Debug, Serialize)]
struct Waited<'a> {
    job: &'a str,
    is_done: bool,
    waited_seconds: u64,
    /// Texts of the intervals that are waited for; empty for any run on demand.
    intervals: Vec<&'a str>,
    /// Texts of those that are not marked.
    missing: Vec<&'a str>,
    marks: Vec<Mark>,
}

impl Wait {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let workspace = Workspace::open(global)?;
        let job = MarkedJob::parse(&self.job, self.cadence)?;
        let wanted = self.wanted(&workspace, &job)?;
        let store = marks::open(&workspace)?;
        let (stop, started) = (StopSignal::listen(), Instant::now());
        let timeout = Duration::from_secs(self.timeout);
        let mut told = usize::MAX;
        loop {
            let is_last = started.elapsed() >= timeout || stop.is_requested();
            match look(store.as_ref(), &job.name, &wanted) {
                Ok(waited) if waited.is_done || is_last => {
                    return self.end(global, Waited { waited_seconds: started.elapsed().as_secs(), ..waited });
                }
                Ok(waited) if waited.missing.len() != told => {
                    told = waited.missing.len();
                    let fields = serde_json::json!({ "job": job.name, "missing": waited.missing });
                    log::step(global, &format!("{}: waiting for {}", job.name, missing(&waited)), fields);
                }
                Ok(_) => {}
                // A store that is out of reach for a while is waited for, too.
                Err(error) if error.kind() == MarkErrorKind::Unavailable && !is_last => {
                    let fields = serde_json::json!({ "job": job.name });
                    log::step(global, &format!("{}: {error}; looking again", job.name), fields);
                }
                Err(error) => return Err(error.into()),
            }
            let until = Instant::now() + Duration::from_secs(self.every).min(timeout.saturating_sub(started.elapsed()));
            while Instant::now() < until && !stop.is_requested() {
                std::thread::sleep(TICK.min(until.saturating_duration_since(Instant::now())));
            }
        }
    }

    fn wanted(&self, workspace: &Workspace, job: &MarkedJob) -> Result<Wanted, CommandError> {
        let zone = workspace.project.time_zone;
        let usage =
            |error: naru_core::interval::IntervalError| CommandError::usage(error.to_string()).hint(error.hint());
        let bound = |text: &String| Interval::bound(text, zone).map_err(usage);
        let span = match (&self.interval.date, &self.interval.interval_start, &self.interval.interval_end) {
            (Some(date), ..) if self.slice.is_some() => Some((bound(date)?, None)),
            (None, Some(start), Some(end)) => Some((bound(start)?, Some(bound(end)?))),
            _ => None,
        };
        let Some((start, end)) = span else {
            if self.slice.is_some() {
                return Err(CommandError::usage("a slice of which time?")
                    .hint("give `--date`, or `--interval-start` and `--interval-end`"));
            }
            return Ok(Wanted::All(self.interval.of_cadence(workspace, &job.name, job.cadence)?));
        };
        let end = end.unwrap_or(start);
        let Some(slice) = self.slice else { return self.all_or_any(job, Window { start, end }, zone) };
        if Slice::of_cadence(job.cadence).is_some_and(|own| slice < own) {
            let message = format!("{} runs {}: no {slice} holds a run of it", job.name, job.cadence.title());
            return Err(CommandError::usage(message).hint("give a longer slice"));
        }
        let span = Interval { text: String::new(), start, end };
        self.all_or_any(job, slice.around(&span, zone).map_err(usage)?, zone)
    }

    /// All intervals that lie in a window, also in part; of what runs on demand any run in it.
    fn all_or_any(&self, job: &MarkedJob, window: Window, zone: Tz) -> Result<Wanted, CommandError> {
        if job.cadence == Cadence::X {
            return Ok(Wanted::Any(window));
        }
        let intervals = window.intervals(job.cadence, zone);
        let intervals = intervals.map_err(|error| CommandError::usage(error.to_string()).hint(error.hint()))?;
        if intervals.is_empty() {
            return Err(CommandError::usage("the span holds no time").hint("--interval-end is after --interval-start"));
        }
        Ok(Wanted::All(intervals))
    }

    fn end(&self, global: &Global, waited: Waited<'_>) -> Result<(), CommandError> {
        if global.json {
            output::json(&waited)?;
        }
        if waited.is_done {
            if !global.json {
                output::line(format!("{}: done", waited.job));
            }
            return Ok(());
        }
        let heading =
            format!("{} is not done: waited {} s for {}", waited.job, waited.waited_seconds, missing(&waited));
        Err(CommandError::failed(heading)
            .with_exit(Exit::TryAgainLater)
            .hint("run the same command again, or with a longer --timeout"))
    }
}

fn look<'a>(
    store: &dyn MarkStore,
    job: &'a str,
    wanted: &'a Wanted,
) -> Result<Waited<'a>, naru_core::marks::MarkError> {
    let mut waited = Waited {
        job,
        is_done: false,
        waited_seconds: 0,
        intervals: Vec::new(),
        missing: Vec::new(),
        marks: Vec::new(),
    };
    match wanted {
        Wanted::Any(window) => {
            waited.marks = store.within(job, window)?;
            waited.is_done = !waited.marks.is_empty();
        }
        Wanted::All(intervals) => {
            for interval in intervals {
                waited.intervals.push(&interval.text);
                match store.find(job, interval)?.filter(|mark| mark.covers(interval)) {
                    Some(mark) => waited.marks.push(mark),
                    None => waited.missing.push(&interval.text),
                }
            }
            waited.is_done = waited.missing.is_empty();
        }
    }
    Ok(waited)
}

fn missing(waited: &Waited<'_>) -> String {
    match waited.missing.as_slice() {
        [] => "any run".into(),
        [one] => (*one).into(),
        [first, .., last] => format!("{} intervals, {first} to {last}", waited.missing.len()),
    }
}
