//! Plans in files: `naru plan --out`, `naru apply FILE`, `naru run --plan FILE`.

use std::path::{Path, PathBuf};

use naru_core::evolution::EvolutionPolicy;
use naru_core::plan::PLAN_VERSION;
use naru_core::run::plan_digest;
use naru_core::saved_plan::{PlanDigests, Purpose};
use naru_core::{Interval, LoadPlan, Route};
use naru_lake::LakeTable;
use serde::{Deserialize, Serialize};

use crate::error::CommandError;
use crate::phase_lake::PhaseLake;
use crate::planning::{PlanArgs, PlannedJob};
use crate::workspace::Workspace;
use crate::{jobs, runtime};

/// What stands in a plan's file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    /// What was to change of the table, for readers.
    changes: Vec<String>,
    digests: PlanDigests,
    /// Digest of `plan`, so that an edit of the file is noticed.
    plan_digest: String,
    plan: LoadPlan,
}

/// A saved plan.
#[derive(Debug, Clone)]
pub(crate) struct SavedPlan {
    path: PathBuf,
    content: Box<Content>,
}

/// Whether a word of a command line names a plan's file rather than a job.
pub(crate) fn is_file_name(text: &str) -> bool {
    text.ends_with(".json")
}

impl SavedPlan {
    /// Writes a plan's file.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(crate) fn write(
        path: &Path,
        job: &PlannedJob,
        plan: &LoadPlan,
        table: Option<&LakeTable>,
        changes: Vec<String>,
    ) -> Result<(), CommandError> {
        let digests = digests(job, plan, table)?;
        let content = Content { changes, digests, plan_digest: plan_digest(plan), plan: plan.clone() };
        let text = serde_json::to_string_pretty(&content)
            .map_err(|error| CommandError::failed(format!("cannot write the plan as JSON: {error}")))?;
        std::fs::write(path, text + "\n").map_err(|error| CommandError::io("write", path, &error))
    }

    /// Reads a plan's file.
    ///
    /// # Errors
    /// A file that cannot be read, is no plan, is one of another version, or was edited.
    pub(crate) fn read(path: &Path) -> Result<Self, CommandError> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).map_err(|error| CommandError::io("read", path, &error))?;
        let again = "save the plan anew with `naru plan JOB --out FILE`";
        let version = serde_json::from_str::<serde_json::Value>(&text)
            .ok()
            .and_then(|json| json.get("plan")?.get("version")?.as_u64());
        if version.is_some_and(|version| version != u64::from(PLAN_VERSION)) {
            let message = format!("{shown} is a plan of another version than this program's, {PLAN_VERSION}");
            return Err(CommandError::failed(message).hint(again));
        }
        let content: Box<Content> = serde_json::from_str(&text).map_err(|error| {
            let place = format!("{shown}:{}:{}", error.line(), error.column());
            CommandError::failed(format!("{place}: this is no saved plan: {error}")).hint(again)
        })?;
        if plan_digest(&content.plan) != content.plan_digest {
            let message = format!("{shown}: digest mismatch: the plan was edited after it was saved");
            return Err(CommandError::failed(message).hint(again));
        }
        Ok(Self { path: path.to_owned(), content })
    }

    /// The job that the plan is of, as the project has it now.
    ///
    /// # Errors
    /// A plan of another phase; a job that is no more the project's; faults of its name or definition.
    pub(crate) fn job(&self, workspace: &Workspace) -> Result<PlannedJob, CommandError> {
        let LoadPlan { phase, job, .. } = &self.content.plan;
        if *phase != workspace.phase.as_str() {
            let message = format!("{} is a plan for phase {phase}, not {}", self.path.display(), workspace.phase);
            return Err(CommandError::usage(message).hint(format!("`--phase {phase}` chooses the plan's")));
        }
        let names = jobs::select(workspace, std::slice::from_ref(job))?;
        let name = names.into_iter().next().ok_or_else(|| CommandError::failed(format!("there is no job {job}")))?;
        Ok(PlannedJob { saved: Some(self.clone()), ..PlannedJob::new(workspace, name)? })
    }

    pub(crate) fn interval(&self) -> &Interval {
        &self.content.plan.interval
    }

    /// Plans anew, and compares all that matters for the purpose with what it was when the plan was saved.
    ///
    /// # Errors
    /// What has drifted since.
    pub(crate) fn verify(
        &self,
        workspace: &Workspace,
        lake: &PhaseLake,
        job: &PlannedJob,
        purpose: Purpose,
    ) -> Result<(LoadPlan, Route), CommandError> {
        let saved = &self.content.plan;
        let args = PlanArgs { engine: Some(saved.engine), ..PlanArgs::default() };
        let (now, route) = job.plan(workspace, lake, &saved.interval, &args)?;
        let table = runtime::block_on(lake.lake().table(&now.target.database, &now.target.table))?;
        let drifts = self.content.digests.drift(&digests(job, &now, table.as_ref())?, purpose);
        if drifts.is_empty() {
            return Ok((saved.clone(), route));
        }
        let message = format!("{}: digest mismatch: not all is as it was when the plan was saved", self.path.display());
        let short = |digest: &str| digest.chars().take(12).collect::<String>();
        let told = drifts.iter().fold(CommandError::failed(message), |error, drift| {
            error.detail(format!("{}: {} then, {} now", drift.what, short(&drift.saved), short(&drift.now)))
        });
        Err(told.hint("nothing was changed; look at what `naru plan` says now, and save it anew"))
    }

    /// What runs of the plan's phase might change when it was saved.
    pub(crate) fn policy(&self) -> EvolutionPolicy {
        self.content.plan.evolution
    }
}

impl PlannedJob {
    /// The plan that a run executes: the saved one, if nothing has drifted since, or one made now.
    pub(crate) fn plan_to_run(
        &self,
        workspace: &Workspace,
        lake: &PhaseLake,
        interval: &Interval,
        args: &PlanArgs,
    ) -> Result<(LoadPlan, Route), CommandError> {
        match &self.saved {
            Some(saved) => saved.verify(workspace, lake, self, Purpose::Run),
            None => self.plan(workspace, lake, interval, args),
        }
    }
}

fn digests(job: &PlannedJob, plan: &LoadPlan, table: Option<&LakeTable>) -> Result<PlanDigests, CommandError> {
    let structure = table.map(LakeTable::structure).transpose()?;
    let snapshot_id = table.and_then(LakeTable::snapshot_id);
    Ok(PlanDigests::of(plan, job.definition.digest(), structure.as_deref(), snapshot_id))
}
