use std::cell::RefCell;

use clap::Args;
use naru_core::{Engine, Interval};
use naru_load::{
    ExecuteOptions, OutcomeKind, Quarantined, ReplayWork, Replayed, Residue, StoredReplay, execute_again, replay_work,
};
use serde::Serialize;

use crate::cli::Global;
use crate::error::{CommandError, Exit};
use crate::interval_args::IntervalArgs;
use crate::planning::{PlanArgs, PlannedJob};
use crate::progress::Board;
use crate::run_error::told;
use crate::signals::StopSignal;
use crate::spark::SparkRun;
use crate::workspace::Workspace;
use crate::{jobs, log, output, quarantined, runtime};

/// Load the rows that did not fit, after the definition or the source was mended
///
/// Rows that were left out under `@reject_limit` are decoded again from the quarantine, by the definition as it is now, and
/// join their interval's rows: each once, also when the command is killed and run again. An interval whose run failed, or
/// whose files have changed since, is run again from its files, by the engine that a run of it has.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// Job: a name, a DAG file's name, or a path to it.
    job: String,
    /// By default all intervals that have quarantined rows.
    #[command(flatten)]
    interval: IntervalArgs,
    #[command(flatten)]
    plan: PlanArgs,
    /// On SIGTERM and Ctrl-C stop the run of the Glue job, too; by default it goes on, and the same command waits for it
    /// again.
    #[arg(long, env = "NARU_STOP_GLUE_RUN")]
    stop_glue_run: bool,
}

/// What a replay of one interval came to, as `--json` prints it.
#[derive(Debug, Serialize)]
struct ReplayReport {
    job: String,
    table: String,
    interval: String,
    /// `replayed`: stored rows were loaded; `run`: the interval was run again; `unchanged`: nothing was to be loaded;
    /// `superseded`: a later interval has replaced the table; `failed`.
    status: &'static str,
    /// 0, 1 or 75, as the command would exit for this interval alone.
    exit: u8,
    error: Option<String>,
    snapshot_id: Option<i64>,
    /// Rows that were loaded now.
    rows: u64,
    /// Rows that are still left out.
    left: u64,
    /// Why they do not fit: those that were decoded again.
    reasons: Vec<ReasonReport>,
}

#[derive(Debug, Serialize)]
struct ReasonReport {
    /// None: the record as a whole.
    column: Option<String>,
    reason: &'static str,
    rows: u64,
}

impl Replay {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let workspace = Workspace::open(global)?;
        let job = jobs::select(&workspace, std::slice::from_ref(&self.job))?;
        let Some(job) = job.into_iter().next() else { return Ok(()) };
        let summary = quarantined::summary_of(&workspace, &workspace.lake()?, &job, &self.interval)?;
        let texts: Vec<String> = summary.intervals.into_iter().map(|rejects| rejects.interval).collect();
        let job = PlannedJob::new(&workspace, job)?;
        let board = Board::new(global, texts.len(), StopSignal::listen());
        let (mut reports, mut errors) = (Vec::new(), Vec::new());
        for text in &texts {
            let interval = quarantined::interval_of(&workspace, &job.job, text)?;
            let mut report = ReplayReport::new(&job, &interval);
            match self.replay(&workspace, &job, &interval, &board, &mut report) {
                Ok(()) => board.suspended(|| tell(global, &report)),
                Err(error) => {
                    report.exit = error.exit() as u8;
                    report.error = Some(error.heading().to_owned());
                    if texts.len() > 1 {
                        let about = format!("{} {text}", report.table);
                        board.suspended(|| error.clone().about(&about).print(global));
                    }
                    errors.push(error);
                }
            }
            reports.push(report);
        }
        if global.json {
            output::json(&reports)?;
        } else if reports.is_empty() {
            output::line(format!("{} has no quarantined rows", job.job.qualified_table()));
        }
        match errors.as_slice() {
            [] => Ok(()),
            _ if reports.len() == 1 => Err(errors.into_iter().next().unwrap_or_else(|| CommandError::failed("failed"))),
            _ => {
                let exits: Vec<Exit> = errors.iter().map(CommandError::exit).collect();
                Err(CommandError::of_several("replays", reports.len(), &exits))
            }
        }
    }

    fn replay(
        &self,
        workspace: &Workspace,
        job: &PlannedJob,
        interval: &Interval,
        board: &Board,
        report: &mut ReplayReport,
    ) -> Result<(), CommandError> {
        let phase_lake = workspace.lake()?;
        let (plan, route) = job.plan(workspace, &phase_lake, interval, &self.plan)?;
        let options = ExecuteOptions {
            threads: self.plan.threads(workspace),
            memory_bytes: self.plan.memory_bytes(workspace),
            commit_attempts: workspace.project.run.commit_attempts,
            force: false,
            runs_up_to_micros: None,
        };
        let key = workspace.treatment_key();
        let lake = phase_lake.lake().stopping_at(board.stop().to_lake());
        let told = |error| told(workspace, job, interval, error);
        let replayed = match runtime::block_on(replay_work(&plan, &lake)).map_err(told)? {
            ReplayWork::Nothing => Replayed::Nothing,
            ReplayWork::Superseded => Replayed::Superseded,
            ReplayWork::Run(again) if plan.engine == Engine::Sp => {
                let spark = SparkRun {
                    workspace,
                    lake: &phase_lake,
                    job,
                    interval,
                    plan: &plan,
                    args: &self.plan,
                    force: options.force,
                    again,
                    threads: options.threads,
                    stop_glue_run: self.stop_glue_run,
                    leave_glue_run: false,
                    board,
                    glue_run: RefCell::default(),
                    glue_cost: RefCell::default(),
                };
                Replayed::Run(spark.run().map_err(|failure| failure.told(workspace, job, interval))?)
            }
            ReplayWork::Run(again) => {
                let progress = board.run(&report.table, route.landed_bytes);
                let running = execute_again(&plan, &lake, phase_lake.landing(), &key, options, &progress, again);
                Replayed::Run(runtime::block_on(running).map_err(told)?)
            }
            ReplayWork::Stored(rows) => {
                let progress = board.run(&report.table, route.landed_bytes);
                let replaying = rows.replay(phase_lake.landing(), &key, options, &progress);
                Replayed::Stored(runtime::block_on(replaying).map_err(told)?)
            }
        };
        report.succeeded(replayed);
        Ok(())
    }
}

impl ReplayReport {
    fn new(job: &PlannedJob, interval: &Interval) -> Self {
        Self {
            job: job.job.to_string(),
            table: job.job.qualified_table(),
            interval: interval.text.clone(),
            status: "failed",
            exit: 0,
            error: None,
            snapshot_id: None,
            rows: 0,
            left: 0,
            reasons: Vec::new(),
        }
    }

    fn succeeded(&mut self, replayed: Replayed) {
        match replayed {
            Replayed::Nothing => self.status = "unchanged",
            Replayed::Superseded => self.status = "superseded",
            Replayed::Run(outcome) => {
                let is_loaded = outcome.kind != OutcomeKind::Unchanged;
                self.status = if is_loaded { "run" } else { "unchanged" };
                self.snapshot_id = Some(outcome.snapshot_id);
                self.rows = if is_loaded { outcome.rows } else { 0 };
                self.left = outcome.quarantined.map_or(0, |Quarantined { rows, .. }| rows);
            }
            Replayed::Stored(StoredReplay { snapshot_id, rows, left, residue, .. }) => {
                self.status = if rows > 0 { "replayed" } else { "unchanged" };
                self.snapshot_id = Some(snapshot_id);
                self.rows = rows;
                self.left = left;
                self.reasons = residue.into_iter().map(ReasonReport::from).collect();
            }
        }
    }
}

impl From<Residue> for ReasonReport {
    fn from(Residue { column, reason, rows }: Residue) -> Self {
        Self { column, reason: reason.code(), rows }
    }
}

fn tell(global: &Global, report: &ReplayReport) {
    let ReplayReport { table, interval, rows, left, .. } = report;
    let mut message = match report.status {
        "run" => format!("{table} {interval}: run again, {rows} rows loaded, {left} left out"),
        "replayed" => format!("{table} {interval}: replayed {rows} rows, {left} left out"),
        "superseded" => format!("{table} {interval}: nothing to replay, a later interval has replaced the table"),
        _ => format!("{table} {interval}: nothing to replay, {left} rows left out"),
    };
    for ReasonReport { column, reason, rows } in &report.reasons {
        let column = column.as_deref().map(|column| format!("column {column}: ")).unwrap_or_default();
        message.push_str(&format!("\n  {column}{reason}: {rows}"));
    }
    log::step(global, &message, serde_json::json!(report));
}
