//! Shows a load's progress: a bar on a terminal, a plain line every few seconds otherwise.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use naru_core::route::human_bytes;
use naru_load::Progress;

use crate::cli::{Global, LogFormat};
use crate::log;
use crate::signals::StopSignal;

/// Time between plain lines.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Time between two looks of a live line, so that it can be seen to live.
const TICK_EVERY: Duration = Duration::from_millis(250);

/// The bars of all runs of a command.
pub(crate) struct Board {
    global: Global,
    bars: Option<MultiProgress>,
    /// Counts runs, where there are many.
    all: Option<ProgressBar>,
    stop: StopSignal,
}

impl Board {
    pub(crate) fn new(global: &Global, runs: usize, stop: &StopSignal) -> Self {
        let on_terminal = global.log == LogFormat::Text && !global.quiet && std::io::stderr().is_terminal();
        let bars = on_terminal.then(MultiProgress::new);
        let all = bars.as_ref().filter(|_| runs > 1).map(|bars| {
            let bar = bars.add(ProgressBar::new(runs as u64));
            if let Ok(style) = ProgressStyle::with_template("{pos} of {len} runs, {elapsed} elapsed, {eta} to go") {
                bar.set_style(style);
            }
            bar
        });
        Self { global: global.clone(), bars, all, stop: stop.clone() }
    }

    /// What asks the runs to stop.
    pub(crate) fn stop(&self) -> &StopSignal {
        &self.stop
    }

    /// One more run has ended.
    pub(crate) fn ran(&self) {
        if let Some(bar) = &self.all {
            bar.inc(1);
        }
    }

    /// A run of so many bytes begins.
    pub(crate) fn run(&self, job: &str, total_bytes: u64) -> RunProgress<'_> {
        let bar = self.bars.as_ref().map(|bars| {
            let bar = bars.insert(0, ProgressBar::new(total_bytes));
            let template = "{msg:30!} {wide_bar:.cyan/blue} {bytes:>10}/{total_bytes:10} {prefix:>14} {eta:>4}";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar.set_message(job.to_owned());
            bar
        });
        RunProgress {
            board: self,
            job: job.to_owned(),
            total_bytes,
            bar,
            bytes: AtomicU64::new(0),
            rows: AtomicU64::new(0),
            started: Instant::now(),
            last_line: Mutex::new(Instant::now()),
        }
    }

    /// A run that goes on elsewhere begins.
    pub(crate) fn waiting(&self, job: &str) -> Waiting<'_> {
        let bar = self.bars.as_ref().map(|bars| {
            let bar = bars.insert(0, ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} {msg} ({elapsed})") {
                bar.set_style(style);
            }
            bar.set_prefix(job.to_owned());
            bar.enable_steady_tick(TICK_EVERY);
            bar
        });
        Waiting { board: self, job: job.to_owned(), bar }
    }

    /// Prints something without tearing the bars.
    pub(crate) fn suspended<T>(&self, print: impl FnOnce() -> T) -> T {
        match &self.bars {
            Some(bars) => bars.suspend(print),
            None => print(),
        }
    }
}

/// A run that goes on elsewhere: what was told of it last is a live line on a terminal, else a plain line for each change.
pub(crate) struct Waiting<'a> {
    board: &'a Board,
    job: String,
    bar: Option<ProgressBar>,
}

impl Waiting<'_> {
    /// Tells a change.
    pub(crate) fn tell(&self, what: &str, fields: serde_json::Value) {
        match &self.bar {
            Some(bar) => bar.set_message(what.to_owned()),
            None => log::step(&self.board.global, &format!("{}: {what}", self.job), fields),
        }
    }

    /// Tells what only a live line shows.
    #[cfg(feature = "aws")]
    pub(crate) fn show(&self, what: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(what.to_owned());
        }
    }

    /// Tells what stays to be seen on a terminal, too.
    #[cfg(feature = "aws")]
    pub(crate) fn keep(&self, what: &str, fields: serde_json::Value) {
        self.board.suspended(|| log::step(&self.board.global, &format!("{}: {what}", self.job), fields));
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// The progress of one run.
pub(crate) struct RunProgress<'a> {
    board: &'a Board,
    job: String,
    total_bytes: u64,
    bar: Option<ProgressBar>,
    bytes: AtomicU64,
    rows: AtomicU64,
    started: Instant,
    last_line: Mutex<Instant>,
}

impl RunProgress<'_> {
    fn rows_per_second(&self) -> f64 {
        self.rows.load(Ordering::Relaxed) as f64 / self.started.elapsed().as_secs_f64().max(0.001)
    }

    fn line(&self) {
        let (bytes, rows) = (self.bytes.load(Ordering::Relaxed), self.rows.load(Ordering::Relaxed));
        let message = format!(
            "{}: {} of {}, {rows} rows, {:.0} rows/s",
            self.job,
            human_bytes(bytes),
            human_bytes(self.total_bytes),
            self.rows_per_second()
        );
        let fields =
            serde_json::json!({ "job": self.job, "bytes": bytes, "total_bytes": self.total_bytes, "rows": rows });
        log::step(&self.board.global, &message, fields);
    }
}

impl Progress for RunProgress<'_> {
    fn read(&self, bytes: u64) {
        let read = self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if let Some(bar) = &self.bar {
            bar.set_position(read);
        }
    }

    fn decoded(&self, rows: u64) {
        self.rows.fetch_add(rows, Ordering::Relaxed);
        if let Some(bar) = &self.bar {
            bar.set_prefix(format!("{:.0} rows/s", self.rows_per_second()));
        } else if let Ok(mut last) = self.last_line.try_lock()
            && last.elapsed() >= LINE_EVERY
        {
            *last = Instant::now();
            self.line();
        }
    }

    fn is_stopped(&self) -> bool {
        self.board.stop.is_requested()
    }
}

impl Drop for RunProgress<'_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        if let Some(bar) = &self.all {
            bar.finish_and_clear();
        }
    }
}
