use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Mutex;

use chrono::DateTime;
use clap::Args;
use naru_core::route::human_bytes;
use naru_core::{Cadence, Interval};
use naru_load::{ExecuteOptions, LoadError, MergeCounts, Outcome, OutcomeKind, Quarantined, execute};
use naru_local::DirectoryLanding;
use serde::Serialize;

use crate::backfill::{Ended, Left};
use crate::cli::Global;
use crate::error::{CommandError, SHOWN_REJECTS, reject_line};
use crate::interval_args::IntervalArgs;
use crate::lake_names::quarantine_name;
use crate::planning::{PlanArgs, PlannedJob};
use crate::progress::Board;
use crate::saved_plan::SavedPlan;
use crate::signals::StopSignal;
use crate::workspace::Workspace;
use crate::{backfill, jobs, log, output, runtime};

/// Load intervals of jobs into their tables
///
/// Runs are exactly-once: the same interval again does nothing while its files are the same, and replaces what it had
/// loaded when they have changed. When a run fails, the table is as it was before.
///
/// A span (`--interval-start`, `--interval-end`) is loaded interval by interval, the oldest first, and stops at one that
/// fails; the same command again passes over what is done. SIGTERM and Ctrl-C stop cleanly, with exit code 75.
#[derive(Debug, Clone, Args)]
pub(crate) struct Run {
    /// Jobs: names, DAG files' names, or paths to them; none: all jobs of the project.
    jobs: Vec<String>,
    #[command(flatten)]
    pub(crate) interval: IntervalArgs,
    #[command(flatten)]
    plan: PlanArgs,
    /// Load again what is loaded, take fewer files for fact, let a replace go back in time, load beside rows that were
    /// treated otherwise.
    #[arg(long, env = "NARU_FORCE")]
    force: bool,
    /// Pass over intervals for which nothing has landed and nothing was loaded, where such an interval ends with exit code
    /// 75 otherwise.
    #[arg(long, env = "NARU_SKIP_MISSING")]
    skip_missing: bool,
    /// Execute a saved plan (`naru plan --out FILE`) instead: exactly, or not at all if anything has changed since.
    #[arg(long = "plan", env = "NARU_PLAN", value_name = "FILE", conflicts_with_all = [
        "jobs", "force", "date", "interval_start", "interval_end", "engine",
    ])]
    plan_file: Option<PathBuf>,
    /// Runs at the same time; threads and memory are shared out among them.
    #[arg(long, env = "NARU_PARALLEL_JOBS", value_name = "N")]
    parallel_jobs: Option<usize>,
}

/// What one run came to, as `--json` prints it.
#[derive(Debug, Serialize)]
pub(crate) struct RunReport {
    job: String,
    pub(crate) table: String,
    interval: String,
    /// `loaded`, `reloaded`, `unchanged`, `missing` (with `--skip-missing`) or `failed`.
    pub(crate) status: &'static str,
    /// 0, 1 or 75, as the command would exit for this run alone.
    exit: u8,
    error: Option<String>,
    engine: Option<&'static str>,
    reason: Option<String>,
    snapshot_id: Option<i64>,
    rows: u64,
    rejected: u64,
    /// Places and reasons of the first of them.
    rejects: Vec<String>,
    /// Where they are; none: all rows fit, or nothing was read.
    quarantine: Option<QuarantineReport>,
    sources: usize,
    source_bytes: u64,
    files: usize,
    file_bytes: u64,
    /// What was changed of the table's structure, in the same commit.
    evolved: Vec<String>,
    /// `verified`: the rows are those that control totals declare; none: nothing was declared.
    control: Option<&'static str>,
    /// Of a merge: what became of the rows.
    merge: Option<MergeReport>,
    /// Where keys were inserted on command that a later interval may have deleted: the last interval to be run again.
    run_again_up_to: Option<String>,
    seconds: f64,
}

/// What became of a merge's rows, as `--json` prints it.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct MergeReport {
    inserted: u64,
    updated: u64,
    deleted: u64,
    unchanged: u64,
    older: u64,
    rewritten_files: u64,
    position_deletes: u64,
}

impl MergeReport {
    fn of(counts: MergeCounts) -> Self {
        let MergeCounts { inserted, updated, deleted, unchanged, older, rewritten_files, position_deletes } = counts;
        Self { inserted, updated, deleted, unchanged, older, rewritten_files, position_deletes }
    }

    /// The end of a run's line: what is zero is left out.
    fn in_words(&self) -> String {
        let counts = [
            (self.inserted, "new"),
            (self.updated, "changed"),
            (self.deleted, "deleted"),
            (self.unchanged, "unchanged"),
            (self.older, "older than the table's"),
        ];
        let told: Vec<String> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
        if told.is_empty() { String::new() } else { format!(": {}", told.join(", ")) }
    }
}

/// Where a run's rejected rows are.
#[derive(Debug, Serialize)]
pub(crate) struct QuarantineReport {
    /// As SQL says it.
    table: String,
    rows: u64,
    snapshot_id: i64,
}

/// One job's intervals, in order: two runs of one table never go side by side.
struct JobRuns {
    job: PlannedJob,
    intervals: Vec<Interval>,
}

impl Run {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let workspace = Workspace::open(global)?;
        let queue = match &self.plan_file {
            Some(file) => {
                let saved = SavedPlan::read(file)?;
                let intervals = vec![saved.interval().clone()];
                VecDeque::from([JobRuns { job: saved.job(&workspace)?, intervals }])
            }
            None => self.queue(&workspace)?,
        };
        let planned: usize = queue.iter().map(|job| job.intervals.len()).sum();
        let stop = StopSignal::listen();
        let ended = self.run_all(global, &workspace, queue, stop);
        let error = ended.error(planned, self.interval.is_span(), stop);
        match (global.json, self.interval.is_span()) {
            (true, true) => output::json(&ended.report(planned, error.as_ref()))?,
            (true, false) => output::json(&ended.reports)?,
            (false, true) => backfill::tell_sums(global, &ended),
            (false, false) => {}
        }
        error.map_or(Ok(()), Err)
    }

    /// The jobs that the command line names, each with its intervals.
    fn queue(&self, workspace: &Workspace) -> Result<VecDeque<JobRuns>, CommandError> {
        let mut queue = VecDeque::new();
        let mut jobs = jobs::select(workspace, &self.jobs)?;
        if self.jobs.is_empty() && self.interval.date.is_none() {
            // What runs on demand is not asked for by running everything that is due, and has no place in a span.
            jobs.retain(|job| job.cadence != Cadence::X);
        }
        for job in jobs {
            let intervals = self.interval.of(workspace, &job).map_err(|e| e.about(&job.to_string()))?;
            queue.push_back(JobRuns { job: PlannedJob::new(workspace, job)?, intervals });
        }
        Ok(queue)
    }

    /// Runs all jobs, several at a time; reports in the order of completion, errors told as they come.
    fn run_all(
        &self,
        global: &Global,
        workspace: &Workspace,
        queue: VecDeque<JobRuns>,
        stop: &'static StopSignal,
    ) -> Ended {
        let runs: usize = queue.iter().map(|j| j.intervals.len()).sum();
        let at_once =
            self.parallel_jobs.unwrap_or(workspace.project.run.parallel_jobs as usize).clamp(1, queue.len().max(1));
        let options = ExecuteOptions {
            threads: (self.plan.threads(workspace) / at_once).max(1),
            memory_bytes: self.plan.memory_bytes(workspace) / at_once as u64,
            commit_attempts: workspace.project.run.commit_attempts,
            force: self.force,
            runs_up_to_micros: None,
        };
        let board = Board::new(global, runs, stop);
        let queue = Mutex::new(queue);
        let ended = Mutex::new(Ended::default());
        let work = || {
            loop {
                let next = queue.lock().unwrap_or_else(|p| p.into_inner()).pop_front();
                let Some(JobRuns { job, intervals }) = next else { return };
                let runs_up_to_micros = intervals.last().map(|last| last.start.timestamp_micros());
                let options = ExecuteOptions { runs_up_to_micros, ..options };
                let mut left = intervals.as_slice();
                while let [interval, behind @ ..] = left
                    && !stop.is_requested()
                {
                    let (report, error) = self.run_one(workspace, &job, interval, options, &board);
                    board.suspended(|| tell(global, &report, error.as_ref(), runs));
                    let failed = error.is_some();
                    board.ran();
                    let mut ended = ended.lock().unwrap_or_else(|p| p.into_inner());
                    ended.reports.push(report);
                    ended.errors.extend(error);
                    // Later intervals of a job stand on earlier ones.
                    if failed {
                        break;
                    }
                    left = behind;
                }
                let left = Left::of(job.job.to_string(), job.job.qualified_table(), left);
                ended.lock().unwrap_or_else(|p| p.into_inner()).left.extend(left);
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..at_once {
                scope.spawn(work);
            }
            work();
        });
        ended.into_inner().unwrap_or_else(|p| p.into_inner())
    }

    fn run_one(
        &self,
        workspace: &Workspace,
        job: &PlannedJob,
        interval: &Interval,
        options: ExecuteOptions,
        board: &Board,
    ) -> (RunReport, Option<CommandError>) {
        let started = std::time::Instant::now();
        let mut report = RunReport::new(job, interval);
        let result = self.load(workspace, job, interval, options, board, &mut report);
        report.seconds = started.elapsed().as_secs_f64();
        match result {
            Ok(Some(outcome)) => {
                report.succeeded(&outcome);
                (report, None)
            }
            Ok(None) => {
                report.status = "missing";
                (report, None)
            }
            Err(error) => {
                report.exit = error.exit() as u8;
                report.error = Some(error.heading().to_owned());
                (report, Some(error))
            }
        }
    }

    fn load(
        &self,
        workspace: &Workspace,
        job: &PlannedJob,
        interval: &Interval,
        options: ExecuteOptions,
        board: &Board,
        report: &mut RunReport,
    ) -> Result<Option<Outcome>, CommandError> {
        let lake = workspace.lake()?;
        let (plan, route) = job.plan_to_run(workspace, &lake, interval, &self.plan)?;
        report.engine = Some(route.engine.as_str());
        report.reason = Some(route.reason);
        report.sources = plan.sources.len();
        report.source_bytes = route.landed_bytes;
        let progress = board.run(&report.table, route.landed_bytes);
        let key = workspace.treatment_key();
        let lake = lake.lake().stopping_at(board.stop().to_lake());
        let executed = runtime::block_on(execute(&plan, &lake, &DirectoryLanding, &key, options, &progress));
        let quarantined = match &executed {
            Ok(outcome) => outcome.quarantined.as_ref(),
            Err(error) => error.quarantined(),
        };
        report.quarantine = quarantined.map(|quarantined| QuarantineReport::new(job, quarantined));
        match executed {
            Err(LoadError::NothingLanded { recorded: 0, .. }) if self.skip_missing => Ok(None),
            executed => executed.map(Some).map_err(|error| told(workspace, job, interval, error)),
        }
    }
}

impl QuarantineReport {
    fn new(job: &PlannedJob, quarantined: &Quarantined) -> Self {
        let Quarantined { rows, snapshot_id, .. } = quarantined;
        Self { table: quarantine_name(&job.job), rows: *rows, snapshot_id: *snapshot_id }
    }
}

/// An error of a run; of one that quarantined rows, with the place where they are.
pub(crate) fn told(workspace: &Workspace, job: &PlannedJob, interval: &Interval, error: LoadError) -> CommandError {
    let error = with_text_of_newest(workspace, job, error);
    let rows = error.quarantined().map(|quarantined| quarantined.rows);
    let error = CommandError::from(error);
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

impl RunReport {
    fn new(job: &PlannedJob, interval: &Interval) -> Self {
        Self {
            job: job.job.to_string(),
            table: format!("{}.{}", job.job.database, job.job.table),
            interval: interval.text.clone(),
            status: "failed",
            exit: 0,
            error: None,
            engine: None,
            reason: None,
            snapshot_id: None,
            rows: 0,
            rejected: 0,
            rejects: Vec::new(),
            quarantine: None,
            sources: 0,
            source_bytes: 0,
            files: 0,
            file_bytes: 0,
            evolved: Vec::new(),
            control: None,
            merge: None,
            run_again_up_to: None,
            seconds: 0.0,
        }
    }

    fn succeeded(&mut self, outcome: &Outcome) {
        self.status = match outcome.kind {
            OutcomeKind::Loaded => "loaded",
            OutcomeKind::Reloaded => "reloaded",
            OutcomeKind::Unchanged => "unchanged",
        };
        self.snapshot_id = Some(outcome.snapshot_id);
        self.rows = outcome.rows;
        self.rejected = outcome.rejected;
        self.rejects = outcome.rejects.iter().map(reject_line).collect();
        self.files = outcome.files;
        self.file_bytes = outcome.size_bytes;
        self.merge = outcome.merge.map(MergeReport::of);
        self.run_again_up_to = outcome.revived.as_ref().map(|revived| revived.up_to.clone());
        self.evolved = outcome.evolved.iter().map(ToString::to_string).collect();
        self.control = outcome.control_verified.then_some("verified");
    }
}

/// One line for a run that succeeded; the whole error for one of several that failed.
fn tell(global: &Global, report: &RunReport, error: Option<&CommandError>, runs: usize) {
    let RunReport { table, interval, rows, sources, .. } = report;
    if let Some(error) = error {
        if runs > 1 {
            error.clone().about(&format!("{table} {interval}")).print(global);
        }
        return;
    }
    let message = match report.status {
        "unchanged" => {
            format!("{table} {interval}: unchanged, {rows} rows of the same {sources} file(s) are loaded already")
        }
        "missing" => format!("{table} {interval}: missing, passed over; no file has landed"),
        status => format!(
            "{table} {interval}: {status} {rows} rows from {sources} file(s), {} to {}, in {:.2} s{}{}",
            human_bytes(report.source_bytes),
            human_bytes(report.file_bytes),
            report.seconds,
            report.merge.map(|merge| merge.in_words()).unwrap_or_default(),
            if report.control.is_some() { ", control totals verified" } else { "" }
        ),
    };
    let evolved = report.evolved.iter().map(|change| format!("\n  table evolved: {change}")).collect::<String>();
    log::step(global, &format!("{message}{evolved}"), serde_json::json!(report));
    if let Some(last) = &report.run_again_up_to {
        let message = format!(
            "warning: {table} {interval}: keys that the table did not have were loaded, which later intervals may have \
             deleted; run those up to {last} again, in order, with `--force`"
        );
        log::step(global, &message, serde_json::json!({ "run_again_up_to": last }));
    }
    if report.status != "unchanged" && report.rejected > 0 {
        let places = report.rejects.iter().take(SHOWN_REJECTS).map(|place| format!("\n  {place}")).collect::<String>();
        let place = report.quarantine.as_ref().map(|q| format!(", they are in {}", q.table)).unwrap_or_default();
        let left_out = report.rejected;
        let message =
            format!("warning: {table} {interval}: {left_out} row(s) that do not fit were left out{place}{places}");
        log::step(global, &message, serde_json::json!({ "rejected": report.rejected, "rejects": report.rejects }));
    }
}
