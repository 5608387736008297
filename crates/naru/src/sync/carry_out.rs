//! Carrying a sync out, and its record.

use std::cell::RefCell;

use chrono::{DateTime, Utc};
use naru_core::sync::{FileChange, FileStep, Part, SyncRecord, SyncStatus};

use super::claim::HeldClaim;
use super::contents::Contents;
use super::plan::SyncPlan;
use super::target::{SyncTarget, json};
use crate::error::CommandError;
use crate::origin;
use crate::workspace::Workspace;

/// A sync under way.
pub(crate) struct Sync<'a> {
    pub(crate) contents: &'a Contents,
    pub(crate) target: &'a dyn SyncTarget,
    pub(crate) plan: &'a SyncPlan,
    /// Renewed before each step, so that no two syncs of a phase take turns.
    claim: RefCell<HeldClaim<'a>>,
    /// Tells each step.
    pub(crate) tell: &'a dyn Fn(&str),
}

/// What a sync that was carried out had to do, and the key of its record; none: there was nothing to do by then.
pub(crate) type CarriedOut = (SyncPlan, Option<String>);

/// Claims the sync, looks at what is there, and carries out what there is to do. The record is written before the first
/// change, and again at the end.
///
/// # Errors
/// Another sync is at work; the target's: the rest is not done, and what is there runs as before.
pub(crate) fn carry_out(
    workspace: &Workspace,
    contents: &Contents,
    target: &dyn SyncTarget,
    plan: &dyn Fn() -> Result<SyncPlan, CommandError>,
    tell: &dyn Fn(&str),
) -> Result<CarriedOut, CommandError> {
    let started_at = Utc::now();
    let key = SyncRecord::key_of(started_at, contents.manifest.commit.as_deref());
    let claim = HeldClaim::take(target, origin::actor(), started_at, key.clone())?;
    // What another sync has put since this one looked is there now.
    let plan = match plan() {
        Ok(plan) if !plan.is_empty() => plan,
        ended => {
            claim.release()?;
            return ended.map(|plan| (plan, None));
        }
    };
    let mut record = plan.record(workspace, contents, started_at);
    let sync = Sync { contents, target, plan: &plan, claim: RefCell::new(claim), tell };
    let begun = json(&record).and_then(|json| target.write_record(&key, json));
    let ended = begun.and_then(|()| sync.run());
    record.ended_at = Some(Utc::now());
    record.status = if ended.is_ok() { SyncStatus::Done } else { SyncStatus::Failed };
    record.error = ended.as_ref().err().map(|error| error.heading().to_owned());
    let written = json(&record).and_then(|json| target.write_record(&key, json));
    let released = sync.claim.into_inner().release();
    // Why it failed is more than that this could not be written down.
    ended.and(written).and(released).map(|()| (plan, Some(key)))
}

impl SyncPlan {
    fn record(&self, workspace: &Workspace, contents: &Contents, started_at: DateTime<Utc>) -> SyncRecord {
        let is_done = |step: &&FileStep| self.prune || step.change != FileChange::Remove;
        SyncRecord {
            by: origin::actor(),
            started_at,
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
            self.claim.borrow_mut().renew()?;
            self.target.ensure_job(self.contents, &step.job)?;
            (self.tell)(&format!("Glue job {}", step.line()));
        }
        self.put(&[Part::Manifest, Part::Dags])?;
        if self.plan.prune {
            self.remove(Part::Dags)?;
            for job in &self.plan.gone_jobs {
                self.claim.borrow_mut().renew()?;
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
            self.claim.borrow_mut().renew()?;
            self.target.put(content)?;
            (self.tell)(&format!("{}: put", self.target.location(step.part, &step.key)));
        }
        Ok(())
    }

    fn remove(&self, part: Part) -> Result<(), CommandError> {
        let steps = self.plan.files.iter().filter(|step| step.part == part && step.change == FileChange::Remove);
        for step in steps {
            self.claim.borrow_mut().renew()?;
            self.target.remove(part, &step.key)?;
            (self.tell)(&format!("{}: removed", self.target.location(part, &step.key)));
        }
        Ok(())
    }
}
