use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Mutex;

use clap::Args;
use naru_core::route::human_bytes;
use naru_core::{Cadence, Interval};
use naru_load::{ExecuteOptions, Outcome, OutcomeKind, execute};
use naru_local::DirectoryLanding;
use serde::Serialize;

use crate::cli::Global;
use crate::error::{CommandError, Exit, SHOWN_REJECTS, reject_line};
use crate::interval_args::IntervalArgs;
use crate::planning::{PlanArgs, PlannedJob};
use crate::progress::Board;
use crate::saved_plan::SavedPlan;
use crate::workspace::Workspace;
use crate::{jobs, log, output, runtime};

/// Load intervals of jobs into their tables
///
/// Runs are exactly-once: the same interval again does nothing while its files are the same, and replaces what it had
/// loaded when they have changed. When a run fails, the table is as it was before.
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
    table: String,
    interval: String,
    /// `loaded`, `reloaded`, `unchanged` or `failed`.
    status: &'static str,
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
    sources: usize,
    source_bytes: u64,
    files: usize,
    file_bytes: u64,
    /// What was changed of the table's structure, in the same commit.
    evolved: Vec<String>,
    /// `verified`: the rows are those that control totals declare; none: nothing was declared.
    control: Option<&'static str>,
    seconds: f64,
}

/// One job's intervals, in order: two runs of one table never go side by side.
struct JobRuns {
    job: PlannedJob,
    intervals: Vec<Interval>,
}

impl Run {
    pub(crate) fn new(jobs: Vec<String>, date: &str) -> Self {
        Self {
            jobs,
            interval: IntervalArgs { date: Some(date.to_owned()), ..IntervalArgs::default() },
            plan: PlanArgs::default(),
            force: false,
            plan_file: None,
            parallel_jobs: None,
        }
    }

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
        let (reports, errors) = self.run_all(global, &workspace, queue);
        if global.json {
            output::json(&reports)?;
        }
        match errors.as_slice() {
            [] => Ok(()),
            _ if reports.len() == 1 => Err(errors.into_iter().next().unwrap_or_else(|| CommandError::failed("failed"))),
            _ => {
                let exits: Vec<Exit> = errors.iter().map(CommandError::exit).collect();
                Err(CommandError::of_several("runs", reports.len(), &exits))
            }
        }
    }

    /// The jobs that the command line names, each with its intervals.
    fn queue(&self, workspace: &Workspace) -> Result<VecDeque<JobRuns>, CommandError> {
        let mut queue = VecDeque::new();
        let mut jobs = jobs::select(workspace, &self.jobs)?;
        if self.jobs.is_empty() && self.interval.is_default() {
            // What runs on demand is not asked for by running everything that is due.
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
    ) -> (Vec<RunReport>, Vec<CommandError>) {
        let runs: usize = queue.iter().map(|j| j.intervals.len()).sum();
        let at_once =
            self.parallel_jobs.unwrap_or(workspace.project.run.parallel_jobs as usize).clamp(1, queue.len().max(1));
        let options = ExecuteOptions {
            threads: (self.plan.threads(workspace) / at_once).max(1),
            memory_bytes: self.plan.memory_bytes(workspace) / at_once as u64,
            commit_attempts: workspace.project.run.commit_attempts,
            force: self.force,
        };
        let board = Board::new(global);
        let queue = Mutex::new(queue);
        let done = Mutex::new((Vec::new(), Vec::new()));
        let work = || {
            loop {
                let next = queue.lock().unwrap_or_else(|p| p.into_inner()).pop_front();
                let Some(JobRuns { job, intervals }) = next else { return };
                for interval in &intervals {
                    let (report, error) = self.run_one(workspace, &job, interval, options, &board);
                    board.suspended(|| tell(global, &report, error.as_ref(), runs));
                    let failed = error.is_some();
                    let mut done = done.lock().unwrap_or_else(|p| p.into_inner());
                    done.0.push(report);
                    done.1.extend(error);
                    // Later intervals of a job stand on earlier ones.
                    if failed {
                        break;
                    }
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..at_once {
                scope.spawn(work);
            }
            work();
        });
        done.into_inner().unwrap_or_else(|p| p.into_inner())
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
            Ok(outcome) => {
                report.succeeded(&outcome);
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
    ) -> Result<Outcome, CommandError> {
        let lake = workspace.lake()?;
        let (plan, route) = job.plan_to_run(workspace, &lake, interval, &self.plan)?;
        report.engine = Some(route.engine.as_str());
        report.reason = Some(route.reason);
        report.sources = plan.sources.len();
        report.source_bytes = route.landed_bytes;
        let progress = board.run(&report.table, route.landed_bytes);
        let key = workspace.treatment_key();
        Ok(runtime::block_on(execute(&plan, lake.lake(), &DirectoryLanding, &key, options, &progress))?)
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
            sources: 0,
            source_bytes: 0,
            files: 0,
            file_bytes: 0,
            evolved: Vec::new(),
            control: None,
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
        status => format!(
            "{table} {interval}: {status} {rows} rows from {sources} file(s), {} to {}, in {:.2} s{}",
            human_bytes(report.source_bytes),
            human_bytes(report.file_bytes),
            report.seconds,
            if report.control.is_some() { ", control totals verified" } else { "" }
        ),
    };
    let evolved = report.evolved.iter().map(|change| format!("\n  table evolved: {change}")).collect::<String>();
    log::step(global, &format!("{message}{evolved}"), serde_json::json!(report));
    if report.status != "unchanged" && report.rejected > 0 {
        let places = report.rejects.iter().take(SHOWN_REJECTS).map(|place| format!("\n  {place}")).collect::<String>();
        let message =
            format!("warning: {table} {interval}: {} row(s) that do not fit were left out{places}", report.rejected);
        log::step(global, &message, serde_json::json!({ "rejected": report.rejected, "rejects": report.rejects }));
    }
}
