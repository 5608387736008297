//! What a sync would do, as it is shown.

use naru_core::glue_job::GlueJobDifference;
use naru_core::sync::{FileChange, FileStep, SyncCounts};
use serde::Serialize;

use super::contents::Contents;
use super::target::SyncTarget;
use crate::error::CommandError;
use crate::output;

/// What a sync would do.
#[derive(Debug, Serialize)]
pub(crate) struct SyncPlan {
    /// Files, in the order in which they are put; removals last.
    pub(crate) files: Vec<FileStep>,
    /// Glue jobs that are made or changed.
    pub(crate) jobs: Vec<JobStep>,
    /// Glue jobs that the project has no more.
    pub(crate) gone_jobs: Vec<String>,
    /// How many of all, removals as if with `--prune`.
    pub(crate) counts: SyncCounts,
    /// Whether what is gone is removed.
    pub(crate) prune: bool,
}

/// A Glue job that differs.
#[derive(Debug, Serialize)]
#[cfg_attr(not(feature = "aws"), allow(dead_code, reason = "a folder has no Glue jobs"))]
pub(crate) struct JobStep {
    pub(crate) job: String,
    pub(crate) differences: Vec<GlueJobDifference>,
}

impl JobStep {
    fn is_new(&self) -> bool {
        matches!(self.differences.as_slice(), [GlueJobDifference::Created { .. }, ..])
    }

    /// One line.
    pub(crate) fn line(&self) -> String {
        let differences: Vec<String> = self.differences.iter().map(ToString::to_string).collect();
        format!("{}: {}", self.job, differences.join("; "))
    }
}

impl SyncPlan {
    /// Looks at what is there.
    ///
    /// # Errors
    /// The target's; what of the program is neither there nor given; a program of this version that is another one.
    pub(crate) fn of(
        contents: &Contents,
        target: &dyn SyncTarget,
        prune: bool,
        replace_program: bool,
    ) -> Result<Self, CommandError> {
        let found = target.found(contents)?;
        let is_there = |key: &&String| found.iter().any(|file| file.key == **key);
        if let Some(missing) = contents.expected.iter().find(|key| !is_there(key)) {
            return Err(CommandError::failed(format!("the kernel's wheel is not there: {missing}"))
                .hint("give the file with `--wheel FILE`; docs/sync.md says how it is built"));
        }
        let files = naru_core::sync::file_steps(&contents.wanted(), &found, replace_program).map_err(|error| {
            CommandError::failed(error.to_string()).hint(
                "a changed program is a new version of naru; while developing one, `--replace-program` puts it all the same",
            )
        })?;
        let mut plan = Self { counts: SyncCounts::of(&files), files, jobs: Vec::new(), gone_jobs: Vec::new(), prune };
        plan.jobs = target.job_steps(contents)?;
        plan.gone_jobs = target.gone_jobs(contents)?;
        let created = plan.jobs.iter().filter(|job| job.is_new()).count();
        plan.counts.create += created;
        plan.counts.update += plan.jobs.len() - created;
        plan.counts.remove += plan.gone_jobs.len();
        Ok(plan)
    }

    /// Whether a sync would do nothing.
    pub(crate) fn is_empty(&self) -> bool {
        let SyncCounts { create, update, remove } = self.counts;
        create + update == 0 && (remove == 0 || !self.prune)
    }

    /// Shows it, for people.
    pub(crate) fn print(&self, target: &dyn SyncTarget) {
        let (removals, puts): (Vec<&FileStep>, Vec<&FileStep>) =
            self.files.iter().partition(|step| step.change == FileChange::Remove);
        for step in puts {
            let sign = if step.change == FileChange::Create { '+' } else { '~' };
            output::line(format!("  {sign} {} {}", step.part.title(), target.location(step.part, &step.key)));
        }
        for job in &self.jobs {
            output::line(format!("  {} Glue job {}", if job.is_new() { '+' } else { '~' }, job.job));
            if !job.is_new() {
                job.differences.iter().for_each(|difference| output::line(format!("      {difference}")));
            }
        }
        let sign = if self.prune { '-' } else { '?' };
        for step in removals {
            output::line(format!("  {sign} {} {}", step.part.title(), target.location(step.part, &step.key)));
        }
        self.gone_jobs.iter().for_each(|job| output::line(format!("  {sign} Glue job {job}")));
        let SyncCounts { create, update, remove } = self.counts;
        output::line(format!(
            "{create} to create, {update} to change, {} to remove",
            if self.prune { remove } else { 0 }
        ));
        if remove > 0 && !self.prune {
            output::line(format!("{remove} gone from the project (marked ?): `--prune` removes them"));
        }
    }
}
