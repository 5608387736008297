use std::path::PathBuf;

use clap::Args;

use crate::cli::Global;
use crate::error::CommandError;
use crate::project_jobs::ProjectJobs;
use crate::sync::{SyncPlan, carry_out, is_left_by_the_dead, target};
use crate::workspace::Workspace;
use crate::{log, output};

/// Put a project where its phase runs it
///
/// That is: definitions, the Spark program, Glue jobs, the manifest, DAG files. Whatever is used is put before what uses it,
/// and only what differs. A sync that fails leaves what ran before running, and the same command again goes on. What the project has no more stays, unless `--prune` removes it. On AWS these are the
/// phase's buckets and Glue jobs; a phase on this machine has `dags_folder` of `[airflow]`.
#[derive(Debug, Args)]
pub(crate) struct Sync {
    /// Show what it would do, and change nothing.
    #[arg(long = "plan", env = "NARU_PLAN_ONLY")]
    plan_only: bool,
    /// Remove what the project has no more: DAG files, then Glue jobs, then definitions.
    #[arg(long, env = "NARU_PRUNE")]
    prune: bool,
    /// The kernel's wheel of this version for Glue; needed once a version and phase.
    #[arg(long, env = "NARU_WHEEL", value_name = "FILE")]
    wheel: Option<PathBuf>,
    /// Put another program in the place of this version's; runs that start meanwhile may get parts of both.
    #[arg(long, env = "NARU_REPLACE_PROGRAM")]
    replace_program: bool,
}

impl Sync {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let workspace = Workspace::open(global)?;
        let jobs = ProjectJobs::read(&workspace)?;
        let (contents, target) = target(&workspace, &jobs, self.wheel.as_deref())?;
        let plan_now = || SyncPlan::of(&contents, target.as_ref(), self.prune, self.replace_program);
        let plan = plan_now()?;
        if !global.json {
            plan.print(target.as_ref());
        }
        let tell = |step: &str| log::step(global, step, serde_json::json!({ "step": step }));
        let has_ended = self.plan_only || (plan.is_empty() && !is_left_by_the_dead(target.as_ref())?);
        let (plan, record) =
            if has_ended { (plan, None) } else { carry_out(&workspace, &contents, target.as_ref(), &plan_now, &tell)? };
        if global.json {
            return output::json(&serde_json::json!({
                "phase": workspace.phase,
                "plan_only": self.plan_only,
                "commit": contents.manifest.commit,
                "manifest_digest": contents.manifest.digest,
                "changes": plan,
                "record": record,
            }));
        }
        match &record {
            Some(record) => output::line(format!("synced; the record is {record}")),
            None if self.plan_only => output::line("nothing was changed"),
            None => output::line("nothing to do"),
        }
        Ok(())
    }
}
