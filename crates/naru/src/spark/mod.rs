//! Loads on Spark: of an embedded lake by PySpark on this machine, of a lake on AWS by the job's Glue job.
//!
//! What a run has to do is decided here before either is started, so that a run with nothing to do costs nothing.

#[cfg(feature = "aws")]
mod glue;
mod local;

use std::cell::RefCell;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Args;
#[cfg(feature = "aws")]
use naru_core::glue_job::by_run;
use naru_core::glue_job::{GlueJobDifference, RunCost};
use naru_core::run::Again;
use naru_core::{Engine, Interval, LoadPlan};
use naru_load::{Ahead, Outcome, OutcomeKind, decide_ahead};
use naru_local::LocalSpark;
use serde::Serialize;

#[cfg(feature = "aws")]
use self::glue::JobOnGlue;
use crate::error::CommandError;
use crate::phase_lake::PhaseLake;
use crate::planning::{PlanArgs, PlannedJob};
use crate::progress::Board;
use crate::run_error::RunFailure;
use crate::workspace::Workspace;
use crate::{output, runtime};

/// Where Spark is on this machine.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct SparkArgs {
    /// Python that has PySpark, for large loads of an embedded lake.
    #[arg(long, env = "NARU_SPARK_PYTHON", value_name = "PATH")]
    spark_python: Option<PathBuf>,
    /// Iceberg's runtime and the SQLite driver for that Spark, separated as in PATH.
    #[arg(long, env = "NARU_SPARK_JARS", value_name = "PATHS")]
    spark_jars: Option<OsString>,
    /// Directory of the package `naru_spark`, where it is not installed.
    #[arg(long, env = "NARU_SPARK_PACKAGE", value_name = "DIR")]
    spark_package: Option<PathBuf>,
}

impl SparkArgs {
    fn local(&self, workspace: &Workspace) -> LocalSpark {
        let settings = &workspace.project.spark;
        let in_project = |path: &String| workspace.root.join(path);
        // A mere name is looked for in PATH.
        let is_name = Path::new(&settings.python).components().count() == 1;
        let python = if is_name { PathBuf::from(&settings.python) } else { in_project(&settings.python) };
        LocalSpark {
            python: self.spark_python.clone().unwrap_or(python),
            jars: match &self.spark_jars {
                Some(paths) => std::env::split_paths(paths).collect(),
                None => settings.jars.iter().map(in_project).collect(),
            },
            package: self.spark_package.clone().or_else(|| settings.package.as_ref().map(in_project)),
            conf: settings.conf.clone().into_iter().collect(),
        }
    }
}

/// What Spark lacks to run a plan of this lake, each with what to do; empty if it can, or need not.
pub(crate) fn missing(workspace: &Workspace, lake: &PhaseLake, args: &PlanArgs, engine: Engine) -> Vec<String> {
    match lake {
        PhaseLake::Embedded(_) if engine == Engine::Sp => {
            workspace.spark_missing.get_or_init(|| args.spark.local(workspace).missing()).clone()
        }
        _ => Vec::new(),
    }
}

/// How the Glue job of a plan on AWS differs from what its name says.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct GlueJobState {
    /// The job's name in Glue.
    name: String,
    /// What differs; empty if nothing does.
    differences: Vec<GlueJobDifference>,
    /// Whether runs of this phase may not do away with that.
    pub(crate) is_refused: bool,
}

impl GlueJobState {
    /// Looks, and changes nothing; none where a run uses no Glue job.
    ///
    /// # Errors
    /// Glue's.
    #[cfg_attr(not(feature = "aws"), expect(unused_variables, reason = "only a lake on AWS has Glue jobs"))]
    pub(crate) fn of(
        workspace: &Workspace,
        job: &PlannedJob,
        lake: &PhaseLake,
        engine: Engine,
    ) -> Result<Option<Self>, CommandError> {
        match lake {
            #[cfg(feature = "aws")]
            PhaseLake::Aws(aws) if engine == Engine::Sp => {
                let glue = JobOnGlue::of(workspace, job, aws);
                let (name, differences) = (glue.name().to_owned(), glue.differences()?);
                let is_refused = by_run(workspace.phase, &name, &differences).is_err();
                Ok(Some(Self { name, differences, is_refused }))
            }
            _ => Ok(None),
        }
    }

    /// As `naru plan` shows it.
    pub(crate) fn print(&self) {
        output::line(format!("glue job  {}", self.name));
        for difference in &self.differences {
            output::line(format!("  ~ {difference}"));
        }
        if self.differences.is_empty() {
            output::line("  is as its name says");
        }
    }
}

/// One load on Spark.
pub(crate) struct SparkRun<'a> {
    pub(crate) workspace: &'a Workspace,
    pub(crate) lake: &'a PhaseLake,
    pub(crate) job: &'a PlannedJob,
    pub(crate) interval: &'a Interval,
    pub(crate) plan: &'a LoadPlan,
    pub(crate) args: &'a PlanArgs,
    pub(crate) force: bool,
    /// Why what is loaded is done again.
    pub(crate) again: Again,
    /// Cores of this machine that it may use.
    pub(crate) threads: usize,
    /// Of a lake on AWS: whether a run of the Glue job is stopped, too, when this command is told to stop.
    #[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "only a lake on AWS has Glue jobs"))]
    pub(crate) stop_glue_run: bool,
    /// Of a lake on AWS: whether the command ends once the run is started.
    #[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "only a lake on AWS has Glue jobs"))]
    pub(crate) leave_glue_run: bool,
    pub(crate) board: &'a Board,
    /// The Glue run that was left working.
    pub(crate) glue_run: RefCell<Option<String>>,
    /// What the Glue run cost that it waited for, once that has ended.
    pub(crate) glue_cost: RefCell<Option<RunCost>>,
}

impl SparkRun<'_> {
    /// Runs it, unless there is nothing to do.
    ///
    /// # Errors
    /// Those of a run; Spark is not there.
    pub(crate) fn run(&self) -> Result<Outcome, RunFailure> {
        #[cfg(feature = "aws")]
        if let PhaseLake::Aws(_) = self.lake {
            self.require_key_secret()?;
        }
        let (kind, evolved) = match self.ahead()? {
            Ahead::Unchanged(outcome) => return Ok(*outcome),
            Ahead::Load { kind, evolved } => (kind, evolved),
        };
        let outcome = match self.lake {
            PhaseLake::Embedded(embedded) => self.run_here(embedded, kind)?,
            #[cfg(feature = "aws")]
            PhaseLake::Aws(aws) => self.run_on_glue(aws, kind)?,
        };
        // What another process has loaded meanwhile, that one has evolved the table for.
        let is_ours = outcome.kind != OutcomeKind::Unchanged;
        Ok(if is_ours { Outcome { evolved, ..outcome } } else { outcome })
    }

    /// What the run has to do, as its table is now.
    fn ahead(&self) -> Result<Ahead, RunFailure> {
        let key = self.workspace.treatment_key();
        Ok(runtime::block_on(decide_ahead(self.plan, self.lake.lake(), &key, self.force, self.again))?)
    }

    /// What a line of progress is about.
    fn name(&self) -> String {
        format!("{} {}", self.job.job.qualified_table(), self.interval.text)
    }
}
