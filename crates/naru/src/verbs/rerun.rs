use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal, Write};

use chrono::Utc;
use clap::Args;
use naru_core::interval::IntervalError;
use naru_core::needs::{LeftOut, Need, RerunPlan, rerun};
use naru_core::{Cadence, Interval, JobName};
use serde::Serialize;

use crate::cli::Global;
use crate::error::CommandError;
use crate::planning::PlannedJob;
use crate::project_jobs::ProjectJobs;
use crate::run_queue::JobRuns;
use crate::signals::StopSignal;
use crate::verbs::run::RunOptions;
use crate::workspace::Workspace;
use crate::{backfill, jobs, output};

/// Run a span of a job again, and all that stands on it
///
/// Shows first what it will touch, then runs it: the job's intervals from the oldest on, then, with `--downstream`, the
/// intervals of all jobs that need them, each job behind those that it needs. What stands on a run that fails is not run, and
/// told. Intervals whose files are the same are passed over (`--force` loads them again), so that the same command again
/// goes on where it stopped.
#[derive(Debug, Args)]
pub(crate) struct Rerun {
    /// Job: a name, a DAG file's name, or a path to it.
    job: String,
    /// The first interval: its text, or a date inside it.
    #[arg(long, env = "NARU_FROM", value_name = "DATE")]
    from: String,
    /// The last interval, which is run again, too.
    #[arg(long, env = "NARU_TO", value_name = "DATE")]
    to: String,
    /// Run the jobs again, too, that need this one, and those that need them.
    #[arg(long, env = "NARU_DOWNSTREAM")]
    downstream: bool,
    /// Show what it would touch, and change nothing.
    #[arg(long = "plan", env = "NARU_PLAN_ONLY")]
    plan_only: bool,
    /// Do not ask before running.
    #[arg(long, short, env = "NARU_YES")]
    yes: bool,
    #[command(flatten)]
    options: RunOptions,
}

/// What a rerun touches, as `--plan --json` prints it.
#[derive(Debug, Serialize)]
struct Touched<'a> {
    /// In the order in which they are run.
    jobs: Vec<TouchedJob<'a>>,
    intervals: usize,
    left_out: &'a [LeftOut],
}

#[derive(Debug, Serialize)]
struct TouchedJob<'a> {
    job: String,
    table: String,
    /// Jobs of the rerun that are run before.
    after: Vec<String>,
    intervals: Vec<&'a str>,
}

impl Rerun {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let workspace = Workspace::open(global)?;
        let named = jobs::select(&workspace, std::slice::from_ref(&self.job))?;
        let job = named.into_iter().next().ok_or_else(|| CommandError::usage("no job is named"))?;
        let intervals = self.intervals(&workspace, &job)?;
        let project = ProjectJobs::read(&workspace)?;
        let plan = self.plan(&workspace, &project, &job, intervals)?;
        let touched = touched(&plan);
        if self.plan_only && global.json {
            return output::json(&touched);
        }
        if !global.json {
            show(&touched);
        }
        if self.plan_only {
            return Ok(());
        }
        self.confirm(touched.intervals)?;
        let planned = touched.intervals;
        let queue = plan.jobs.iter().map(|one| {
            let job = PlannedJob::new(&workspace, one.job.clone())?;
            Ok(JobRuns { job, intervals: one.intervals.clone(), after: one.after.clone() })
        });
        let queue = queue.collect::<Result<Vec<JobRuns>, CommandError>>()?;
        let stop = StopSignal::listen();
        let ended = self.options.run_all(global, &workspace, queue, stop);
        let error = ended.error(planned, true, stop);
        if global.json {
            output::json(&ended.report(planned, error.as_ref()))?;
        } else {
            backfill::tell_sums(global, &ended);
        }
        error.map_or(Ok(()), Err)
    }

    fn intervals(&self, workspace: &Workspace, job: &JobName) -> Result<Vec<Interval>, CommandError> {
        let zone = workspace.project.time_zone;
        let usage = |error: IntervalError| CommandError::usage(error.to_string()).hint(error.hint());
        if job.cadence == Cadence::X {
            return Err(CommandError::usage(format!("job {job} runs on demand and has no calendar"))
                .hint("run it again by its run key: `naru run JOB --date KEY --force`"));
        }
        let first = Interval::parse(job.cadence, &self.from, zone).map_err(usage)?;
        let last = Interval::parse(job.cadence, &self.to, zone).map_err(usage)?;
        if last.start < first.start {
            return Err(CommandError::usage(format!("{} is before {}", last.text, first.text))
                .hint("--from is the first interval, --to the last one, both are run again"));
        }
        Interval::between(job.cadence, first.start, last.end, zone).map_err(usage)
    }

    fn plan<'a>(
        &self,
        workspace: &Workspace,
        project: &'a ProjectJobs,
        job: &JobName,
        intervals: Vec<Interval>,
    ) -> Result<RerunPlan<'a>, CommandError> {
        let known = project.get(job).ok_or_else(|| CommandError::usage(format!("the project has no job {job}")))?;
        let needs: BTreeMap<&JobName, &[Need]> = if self.downstream {
            project.0.iter().map(|whole| (&whole.job, whole.needs.as_slice())).collect()
        } else {
            BTreeMap::new()
        };
        let planned = rerun(&needs, &known.job, intervals, Utc::now(), workspace.project.time_zone);
        planned.map_err(|error| CommandError::usage(error.to_string()).hint(error.hint()))
    }

    /// Asks on a terminal; elsewhere `--yes` has to say it.
    fn confirm(&self, intervals: usize) -> Result<(), CommandError> {
        if self.yes {
            return Ok(());
        }
        let refused = || CommandError::usage("nothing was run");
        if !std::io::stdin().is_terminal() {
            return Err(refused().hint("say `--yes` to run it, or `--plan` to see it only"));
        }
        let mut stderr = std::io::stderr().lock();
        let _ = write!(stderr, "Run these {intervals} intervals? Only \"yes\" is taken for it: ");
        let _ = stderr.flush();
        let mut answer = String::new();
        let read = std::io::stdin().lock().read_line(&mut answer);
        if read.is_ok() && answer.trim() == "yes" { Ok(()) } else { Err(refused()) }
    }
}

fn touched<'a>(plan: &'a RerunPlan<'_>) -> Touched<'a> {
    let name = |place: &usize| plan.jobs.get(*place).map(|above| above.job.to_string());
    let jobs: Vec<TouchedJob<'_>> = plan
        .jobs
        .iter()
        .map(|one| TouchedJob {
            job: one.job.to_string(),
            table: one.job.qualified_table(),
            after: one.after.iter().filter_map(name).collect(),
            intervals: one.intervals.iter().map(|interval| interval.text.as_str()).collect(),
        })
        .collect();
    Touched { intervals: jobs.iter().map(|job| job.intervals.len()).sum(), jobs, left_out: &plan.left_out }
}

fn show(touched: &Touched<'_>) {
    let rows = touched.jobs.iter().map(|one| {
        let (first, last) = (one.intervals.first().copied(), one.intervals.last().copied());
        vec![
            one.table.clone(),
            first.unwrap_or_default().into(),
            last.unwrap_or_default().into(),
            one.intervals.len().to_string(),
            one.job.clone(),
        ]
    });
    output::table(&["table", "first", "last", "intervals", "job"], &[3], rows);
    for left in touched.left_out {
        output::line(format!("not run: {} {}", left.job, left.reason));
    }
}
