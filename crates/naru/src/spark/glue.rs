//! A load of a lake on AWS by the job's Glue job.
//!
//! ```text
//!  may it be altered? ─▶ is the program there? ─▶ the Glue job ─▶ plan.json ─▶ Starter ─▶ watch ─▶ the table's run record
//! ```
//!
//! What a run has loaded is read from the table, never from Glue: a run that Glue calls a success counts when its record
//! is in the table.

use std::cell::RefCell;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use naru_aws::{AwsGlueJobs, AwsLake, RunFiles, SystemClock};
use naru_core::glue_job::{
    GlueJobDifference, GlueJobError, GlueJobErrorKind, GlueJobSpec, GlueRun, GlueRunState, RunCost, RunMeaning,
    SparkProgram, StartRequest, Started, Starter, StopWish, by_run, ensure_by_run, look_for_differences, run_link,
    watch,
};
use naru_core::run::Again;
use naru_load::{LoadError, Outcome, OutcomeKind, quarantined, recorded_outcome, treatment_key_id};

use super::SparkRun;
use crate::error::{CommandError, Exit};
use crate::planning::PlannedJob;
use crate::progress::Waiting;
use crate::run_error::RunFailure;
use crate::runtime;
use crate::workspace::Workspace;

/// How long a claim of a start may say nothing before its holder counts as dead.
const GRACE: Duration = Duration::from_secs(60);
/// Time between two looks at what others start.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A job's Glue job, and where its program and its runs' files are.
pub(crate) struct JobOnGlue {
    jobs: AwsGlueJobs,
    files: RunFiles,
    program: SparkProgram,
    spec: GlueJobSpec,
    region: String,
}

impl JobOnGlue {
    pub(crate) fn of(workspace: &Workspace, job: &PlannedJob, lake: &AwsLake) -> Self {
        let session = lake.keys().session();
        let program = SparkProgram::of_version(env!("CARGO_PKG_VERSION"));
        Self {
            jobs: AwsGlueJobs::new(session.clone()),
            files: RunFiles::new(lake.keys().clone(), job.names.code.name.as_str()),
            spec: GlueJobSpec::derive(&workspace.project, &job.job, &job.names, &program),
            region: session.region().to_owned(),
            program,
        }
    }

    /// The job's name in Glue.
    pub(crate) fn name(&self) -> &str {
        &self.spec.name
    }

    /// How the Glue job differs from what its name says.
    ///
    /// # Errors
    /// Glue's.
    pub(crate) fn differences(&self) -> Result<Vec<GlueJobDifference>, GlueJobError> {
        look_for_differences(&self.jobs, &self.spec)
    }

    /// Fails where the program is not in the code bucket.
    fn require_program(&self) -> Result<(), CommandError> {
        let mut missing = Vec::new();
        for key in self.program.keys() {
            if !self.files.exists(key)? {
                missing.push(self.files.location(key));
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        let error = CommandError::failed(format!("the Spark program of Glue job {} is not there", self.spec.name));
        let error = missing.into_iter().fold(error, |error, location| error.detail(format!("there is no {location}")));
        Err(error.hint("nothing was started; docs/glue-jobs.md says what these files are and how they come there"))
    }
}

impl SparkRun<'_> {
    /// Refuses what Glue's runs cannot treat: they read the key by themselves, from a secret that the settings name.
    pub(super) fn require_key_secret(&self) -> Result<(), CommandError> {
        let columns = self.plan.keyed_columns();
        if columns.is_empty() || self.workspace.project.glue.treatment_key_secret.is_some() {
            return Ok(());
        }
        let columns = columns.join(", ");
        let message =
            format!("{columns} are treated with a key, and naru.toml names no secret that Glue's runs have it from");
        Err(CommandError::failed(message).hint(
            "nothing was started; write [glue] treatment_key_secret (docs/treatments.md says more), or run it in this \
             process with `--engine pl`",
        ))
    }

    pub(super) fn run_on_glue(&self, lake: &AwsLake, kind: OutcomeKind) -> Result<Outcome, RunFailure> {
        let glue = JobOnGlue::of(self.workspace, self.job, lake);
        let waiting = self.board.waiting(&self.name());
        self.prepare(&glue, &waiting)?;
        let request = StartRequest {
            // The runs' own must be the same one.
            treatment_key_id: treatment_key_id(self.plan, &self.workspace.treatment_key())?,
            ..StartRequest::of(&self.workspace.project, &self.job.names, self.plan, self.force, self.again)
        };
        let json = serde_json::to_vec(self.plan)
            .map_err(|error| CommandError::failed(format!("cannot write the load plan as JSON: {error}")))?;
        glue.files.write_plan(&request.key.plan_key(), json).map_err(CommandError::from)?;
        // One that has succeeded before says nothing of rows that are to be loaded again.
        let is_fresh = self.force || self.again == Again::Reload;
        let mut started = self.start(&glue, &request, is_fresh, &waiting)?;
        if let Started::TakenOver(run) = &started {
            match self.recorded(kind)? {
                Some(outcome) => return Ok(outcome),
                None => {
                    tracing::warn!(run = run.id, "a finished Glue run has left no record in its table; it is run again")
                }
            }
            started = self.start(&glue, &request, true, &waiting)?;
        }
        let run = self.wait(&glue, started.run_id(), &waiting)?;
        self.glue_cost.replace(Some(self.cost(&glue, &run)));
        self.settle(&glue, &run, kind)
    }

    /// Makes the Glue job what its name says, where this phase's runs may.
    fn prepare(&self, glue: &JobOnGlue, waiting: &Waiting<'_>) -> Result<(), CommandError> {
        let phase = self.workspace.phase;
        by_run(phase, glue.name(), &glue.differences()?)?;
        glue.require_program()?;
        for difference in ensure_by_run(&glue.jobs, phase, &glue.spec)? {
            let fields = serde_json::json!({ "glue_job": glue.name(), "difference": difference });
            waiting.keep(&format!("Glue job {}: {difference}", glue.name()), fields);
        }
        Ok(())
    }

    fn start(
        &self,
        glue: &JobOnGlue,
        request: &StartRequest,
        fresh: bool,
        waiting: &Waiting<'_>,
    ) -> Result<Started, CommandError> {
        let stop = self.board.stop();
        let starter = Starter {
            jobs: &glue.jobs,
            claims: &glue.files,
            clock: &SystemClock::default(),
            holder: holder(),
            grace: GRACE,
            interval: LOOK_EVERY,
        };
        let started = starter.start(request, fresh, &|| stop.is_requested())?;
        let link = run_link(&glue.region, glue.name(), started.run_id());
        let fields = serde_json::json!({ "glue_job": glue.name(), "glue_run": started.run_id(), "log": link });
        waiting.keep(&format!("{started}; its log: {link}"), fields);
        Ok(started)
    }

    /// Waits for the end of a run, and tells how far it is.
    fn wait(&self, glue: &JobOnGlue, run_id: &str, waiting: &Waiting<'_>) -> Result<GlueRun, CommandError> {
        let (stop, last) = (self.board.stop(), RefCell::new(None::<GlueRunState>));
        let wish = if self.stop_glue_run { StopWish::StopRun } else { StopWish::LeaveRun };
        let mut tell = |run: &GlueRun| {
            let cost = self.cost(glue, run);
            let line = format!("Glue run {run_id}: {}, {cost}", run.state.as_str());
            waiting.show(&line);
            if last.replace(Some(run.state.clone())).as_ref() != Some(&run.state) {
                let fields = serde_json::json!({ "glue_run": run_id, "state": run.state, "cost": cost });
                waiting.tell(&line, fields);
            }
        };
        let (jobs, clock) = (&glue.jobs, SystemClock::default());
        let ended = watch((jobs, &clock), glue.name(), run_id, &mut tell, &|| {
            (self.leave_glue_run || stop.is_requested()).then_some(wish)
        });
        if let Err(error) = &ended
            && error.kind() == GlueJobErrorKind::Stopped
        {
            self.glue_run.replace(Some(run_id.to_owned()));
            waiting.keep(&error.to_string(), serde_json::json!({ "glue_run": run_id }));
        }
        Ok(ended?)
    }

    fn cost(&self, glue: &JobOnGlue, run: &GlueRun) -> RunCost {
        let project = &self.workspace.project;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let started = run.started_seconds.and_then(|seconds| u64::try_from(seconds).ok()).unwrap_or(now);
        let minimum = project.route.spark.minimum_billed_seconds;
        let price = project.prices.get(&glue.region).map(|prices| &prices.dpu_hour);
        RunCost::of(run, now.saturating_sub(started), price, minimum)
    }

    /// What a run that has ended means.
    fn settle(&self, glue: &JobOnGlue, run: &GlueRun, kind: OutcomeKind) -> Result<Outcome, RunFailure> {
        let (heading, exit, hint) = match RunMeaning::of(run) {
            RunMeaning::Done => match self.recorded(kind)? {
                Some(outcome) => return Ok(outcome),
                None => {
                    let heading = format!("Glue run {} succeeded, and the table does not record its rows", run.id);
                    (heading, Exit::Failed, "see its log; was the table changed by somebody else meanwhile?")
                }
            },
            RunMeaning::Failed(reason) => (
                format!("Glue run {} failed: {reason}", run.id),
                Exit::Failed,
                "the table is as it was; see the run's log",
            ),
            RunMeaning::TryAgain(reason) => (
                format!("Glue run {} ended without a result: {reason}", run.id),
                Exit::TryAgainLater,
                "the table is as it was; run the same command again",
            ),
            RunMeaning::Live => {
                (format!("Glue run {} goes on", run.id), Exit::TryAgainLater, "the same command waits for it")
            }
        };
        let error = CommandError::failed(heading).with_exit(exit).hint(hint);
        let error = error
            .detail(format!("it took {}", self.cost(glue, run)))
            .detail(format!("log: {}", run_link(&glue.region, glue.name(), &run.id)));
        let quarantined = runtime::block_on(quarantined(self.plan, self.lake.lake())).map_err(RunFailure::Load)?;
        Err(RunFailure::Elsewhere { error, quarantined: quarantined.map(Box::new) })
    }

    fn recorded(&self, kind: OutcomeKind) -> Result<Option<Outcome>, LoadError> {
        runtime::block_on(recorded_outcome(self.plan, self.lake.lake(), kind))
    }
}

/// Who starts a run: unlike any other start's word, and of use to a person.
fn holder() -> String {
    let host = std::env::var("HOSTNAME").unwrap_or_else(|_| "naru".into());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    format!("{host}:{}:{:?}:{now}", std::process::id(), std::thread::current().id())
}
