use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Mutex;

use clap::Args;
use naru_core::route::Bill;
use naru_core::run::Again;
use naru_core::{Cadence, Engine, Interval};
use naru_load::{ExecuteOptions, LoadError, Outcome, execute};

use crate::backfill::{BackfillReport, Ended, Left};
use crate::cli::Global;
use crate::error::CommandError;
use crate::interval_args::IntervalArgs;
use crate::marks::SharedMarks;
use crate::planning::{PlanArgs, PlannedJob};
use crate::progress::Board;
use crate::run_error::RunFailure;
use crate::run_queue::{JobRuns, Next, RunQueue};
use crate::run_report::{QuarantineReport, RunReport, tell};
use crate::saved_plan::SavedPlan;
use crate::signals::StopSignal;
use crate::spark::SparkRun;
use crate::workspace::Workspace;
use crate::{backfill, jobs, output, runtime};

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
    options: RunOptions,
    /// Execute a saved plan (`naru plan --out FILE`) instead: exactly, or not at all if anything has changed since.
    #[arg(long = "plan", env = "NARU_PLAN", value_name = "FILE", conflicts_with_all = [
        "jobs", "force", "date", "interval_start", "interval_end", "engine",
    ])]
    plan_file: Option<PathBuf>,
}

/// How runs are run; the same for `naru run` and `naru rerun`.
#[derive(Debug, Clone, Args)]
pub(crate) struct RunOptions {
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
    /// On SIGTERM and Ctrl-C stop the run of the Glue job, too; by default it goes on, and the same command waits for it
    /// again.
    #[arg(long, env = "NARU_STOP_GLUE_RUN")]
    stop_glue_run: bool,
    /// Do not wait for the run of the Glue job: end with exit code 75 once it is started. The same command later finds what it
    /// came to, or waits for it.
    #[arg(long, env = "NARU_LEAVE_GLUE_RUN", conflicts_with = "stop_glue_run")]
    leave_glue_run: bool,
    /// Runs at the same time; threads and memory are shared out among them.
    #[arg(long, visible_alias = "parallel", env = "NARU_PARALLEL_JOBS", value_name = "N")]
    parallel_jobs: Option<usize>,
}

/// What the runs of a command came to.
pub(crate) struct Ran {
    pub(crate) ended: Ended,
    planned: usize,
    pub(crate) is_span: bool,
    /// The command's error, if it has one.
    pub(crate) error: Option<CommandError>,
}

impl Ran {
    /// The report over a span.
    pub(crate) fn of_span(&self) -> BackfillReport<'_> {
        self.ended.report(self.planned, self.error.as_ref())
    }
}

impl Run {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let workspace = Workspace::open(global)?;
        let ran = self.run_in(global, &workspace, StopSignal::listen())?;
        match (global.json, ran.is_span) {
            (true, true) => output::json(&ran.of_span())?,
            (true, false) => output::json(&ran.ended.reports)?,
            (false, true) => backfill::tell_sums(global, &ran.ended),
            (false, false) => {}
        }
        ran.error.map_or(Ok(()), Err)
    }

    /// Runs all that is asked for; what a run fails by stands in what is given back.
    ///
    /// # Errors
    /// Those before the first run.
    pub(crate) fn run_in(
        &self,
        global: &Global,
        workspace: &Workspace,
        stop: &StopSignal,
    ) -> Result<Ran, CommandError> {
        let queue = match &self.plan_file {
            Some(file) => {
                let saved = SavedPlan::read(file)?;
                let intervals = vec![saved.interval().clone()];
                vec![JobRuns { job: saved.job(workspace)?, intervals, after: Vec::new() }]
            }
            None => self.queue(workspace)?,
        };
        let (planned, is_span) = (queue.iter().map(|job| job.intervals.len()).sum(), self.interval.is_span());
        let ended = self.options.run_all(global, workspace, queue, stop);
        let error = ended.error(planned, is_span, stop);
        Ok(Ran { ended, planned, is_span, error })
    }

    /// The jobs that the command line names, each with its intervals.
    fn queue(&self, workspace: &Workspace) -> Result<Vec<JobRuns>, CommandError> {
        let mut queue = Vec::new();
        let mut jobs = jobs::select(workspace, &self.jobs)?;
        if self.jobs.is_empty() && self.interval.date.is_none() {
            // What runs on demand is not asked for by running everything that is due, and has no place in a span.
            jobs.retain(|job| job.cadence != Cadence::X);
        }
        for job in jobs {
            let intervals = self.interval.of(workspace, &job).map_err(|e| e.about(&job.to_string()))?;
            queue.push(JobRuns { job: PlannedJob::new(workspace, job)?, intervals, after: Vec::new() });
        }
        Ok(queue)
    }
}

impl Run {
    /// A run of one job, with what its project says of the rest.
    #[cfg(feature = "aws")]
    pub(crate) fn of_job(job: String, interval: IntervalArgs, leave_glue_run: bool) -> Self {
        let options = RunOptions {
            plan: PlanArgs::default(),
            force: false,
            skip_missing: false,
            stop_glue_run: false,
            leave_glue_run,
            parallel_jobs: None,
        };
        Self { jobs: vec![job], interval, options, plan_file: None }
    }
}

impl RunOptions {
    /// Runs all jobs, several at a time; reports in the order of completion, errors told as they come.
    pub(crate) fn run_all(
        &self,
        global: &Global,
        workspace: &Workspace,
        queue: Vec<JobRuns>,
        stop: &StopSignal,
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
        let queue = RunQueue::new(queue);
        let marks = SharedMarks::default();
        let ended = Mutex::new(Ended::default());
        let work = || {
            while let Some(next) = queue.next() {
                let (place, JobRuns { job, intervals, .. }) = match next {
                    Next::Run(place, job) => (Some(place), job),
                    Next::Leave(job) => (None, job),
                };
                let runs_up_to_micros = intervals.last().map(|last| last.start.timestamp_micros());
                let options = ExecuteOptions { runs_up_to_micros, ..options };
                let mut left = intervals.as_slice();
                while let [interval, behind @ ..] = left
                    && place.is_some()
                    && !stop.is_requested()
                {
                    let (report, error) = self.run_one(workspace, &job, interval, options, &board, &marks);
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
                if let Some(place) = place {
                    queue.ended(place, left.is_empty());
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
        marks: &SharedMarks,
    ) -> (RunReport, Option<CommandError>) {
        let started = std::time::Instant::now();
        let mut report = RunReport::new(job, interval);
        let result = self.load(workspace, job, interval, options, board, &mut report);
        report.seconds = started.elapsed().as_secs_f64();
        match result {
            Ok(Some(outcome)) => {
                report.succeeded(&outcome);
                // What is loaded stays loaded: the same command again only marks it.
                let unmarked = marks.mark(workspace, &report.job, interval).err();
                if let Some(error) = &unmarked {
                    report.exit = error.exit() as u8;
                    report.error = Some(error.heading().to_owned());
                }
                (report, unmarked)
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
        let phase_lake = workspace.lake()?;
        let args = self.plan.shared(&options);
        let (plan, route) = job.plan_to_run(workspace, &phase_lake, interval, &args)?;
        report.engine = Some(route.engine.as_str());
        report.estimate = Some(route.estimated());
        report.bill = args.bill(workspace, &route);
        report.reason = Some(route.reason);
        report.sources = plan.sources.len();
        report.source_bytes = route.landed_bytes;
        let executed = if plan.engine == Engine::Sp {
            let (lake, args, plan) = (&phase_lake, &self.plan, &plan);
            let ExecuteOptions { threads, force, .. } = options;
            let (stop_glue_run, leave_glue_run) = (self.stop_glue_run, self.leave_glue_run);
            let (glue_run, glue_cost) = (RefCell::default(), RefCell::default());
            let spark = SparkRun {
                workspace,
                lake,
                job,
                interval,
                plan,
                args,
                force,
                again: Again::IfChanged,
                threads,
                stop_glue_run,
                leave_glue_run,
                board,
                glue_run,
                glue_cost,
            };
            let executed = spark.run();
            report.glue_run = spark.glue_run.take();
            if let Some(cost) = spark.glue_cost.take() {
                report.bill = Bill::Glue(cost);
            }
            executed
        } else {
            let progress = board.run(&report.table, route.landed_bytes);
            let key = workspace.treatment_key();
            let lake = phase_lake.lake().stopping_at(board.stop().to_lake());
            let executing = execute(&plan, &lake, phase_lake.landing(), &key, options, &progress);
            runtime::block_on(executing).map_err(RunFailure::from)
        };
        let quarantined = match &executed {
            Ok(outcome) => outcome.quarantined.as_ref(),
            Err(failure) => failure.quarantined(),
        };
        report.quarantine = quarantined.map(|quarantined| QuarantineReport::new(job, quarantined));
        match executed {
            Err(RunFailure::Load(LoadError::NothingLanded { recorded: 0, .. })) if self.skip_missing => Ok(None),
            executed => executed.map(Some).map_err(|failure| failure.told(workspace, job, interval)),
        }
    }
}
