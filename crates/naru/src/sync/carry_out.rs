//! Carrying a sync out, and its record.

use chrono::Utc;
use naru_core::sync::{FileChange, FileStep, Part, SyncRecord, SyncStatus};

use super::contents::Contents;
use super::plan::SyncPlan;
use super::target::SyncTarget;
use crate::error::CommandError;
use crate::origin;
use crate::workspace::Workspace;

/// A sync under way.
pub(crate) struct Sync<'a> {
    pub(crate) contents: &'a Contents,
    pub(crate) target: &'a dyn SyncTarget,
    pub(crate) plan: &'a SyncPlan,
    /// Tells each step.
    pub(crate) tell: &'a dyn Fn(&str),
}

impl SyncPlan {
    /// Carries it out and gives the key of its record: written before the first change, and again at the end.
    ///
    /// # Errors
    /// The target's: the rest is not done, and what is there runs as before.
    pub(crate) fn carry_out(
        &self,
        workspace: &Workspace,
        contents: &Contents,
        target: &dyn SyncTarget,
        tell: &dyn Fn(&str),
    ) -> Result<String, CommandError> {
        let mut record = self.record(workspace, contents);
        let key = record.key();
        target.write_record(&key, &record)?;
        let ended = Sync { contents, target, plan: self, tell }.run();
        record.ended_at = Some(Utc::now());
        record.status = if ended.is_ok() { SyncStatus::Done } else { SyncStatus::Failed };
        record.error = ended.as_ref().err().map(|error| error.heading().to_owned());
        let written = target.write_record(&key, &record);
        // Why it failed is more than that this could not be written down.
        ended.and(written).map(|()| key)
    }

    fn record(&self, workspace: &Workspace, contents: &Contents) -> SyncRecord {
        let is_done = |step: &&FileStep| self.prune || step.change != FileChange::Remove;
        SyncRecord {
            by: origin::actor(),
            started_at: Utc::now(),
            ended_at: None,
            status: SyncStatus::Running,
            error: None,
            commit: contents.manifest.commit.clone(),
            naru_version: env!("CARGO_PKG_VERSION").into(),
            phase: workspace.phase,
            manifest_digest: contents.manifest.digest.clone(),
            files: self.files.iter().filter(is_done).cloned().collect(),
            jobs: self.jobs.iter().map(super::plan::JobStep::line).collect(),
            removed_jobs: if self.prune { self.gone_jobs.clone() } else { Vec::new() },
        }
    }
}

impl Sync<'_> {
    /// Definitions, program, jobs, manifest, DAG files; then what is gone: DAG files, jobs, definitions.
    fn run(&self) -> Result<(), CommandError> {
        self.put(&[Part::Definitions, Part::Program])?;
        for step in &self.plan.jobs {
            self.target.ensure_job(self.contents, &step.job)?;
            (self.tell)(&format!("Glue job {}", step.line()));
        }
        self.put(&[Part::Manifest, Part::Dags])?;
        if self.plan.prune {
            self.remove(Part::Dags)?;
            for job in &self.plan.gone_jobs {
                self.target.remove_job(job)?;
                (self.tell)(&format!("Glue job {job}: removed"));
            }
            self.remove(Part::Definitions)?;
        }
        Ok(())
    }

    fn put(&self, parts: &[Part]) -> Result<(), CommandError> {
        let steps = self.plan.files.iter().filter(|step| parts.contains(&step.part));
        for step in steps.filter(|step| step.change != FileChange::Remove) {
            let Some(content) = self.contents.get(step.part, &step.key) else { continue };
            self.target.put(content)?;
            (self.tell)(&format!("{}: put", self.target.location(step.part, &step.key)));
        }
        Ok(())
    }

    fn remove(&self, part: Part) -> Result<(), CommandError> {
        let steps = self.plan.files.iter().filter(|step| step.part == part && step.change == FileChange::Remove);
        for step in steps {
            self.target.remove(part, &step.key)?;
            (self.tell)(&format!("{}: removed", self.target.location(part, &step.key)));
        }
        Ok(())
    }
}
