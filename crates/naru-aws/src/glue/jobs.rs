//! Glue's jobs and their runs.
//!
//! ```text
//! find: GetJob, GetTags ─▶ GlueJobSpec       start: StartJobRun, sent once ─▶ run id
//! update: GetJob ─▶ UpdateJob, TagResource          no answer: UnknownOutcome
//! ```
//!
//! `UpdateJob` overwrites the whole job, so it starts from what `GetJob` gave and changes what is ours.

use aws_sdk_glue::config::retry::RetryConfig;
use aws_sdk_glue::types::{Job, JobRun, WorkerType};
use naru_core::glue_job::{GlueJobError, GlueJobErrorKind, GlueJobSpec, GlueJobs, GlueRun, StartRequest};

use super::job_definition::{changed, command, execution_property, some_text, spec};
use super::job_error::{failed, failed_changing};
use super::job_run::run;
use crate::failure::{Cause, Failure};
use crate::session::AwsSession;

/// Runs of one page: the most that Glue gives.
const PAGE: i32 = 200;

/// The jobs of the account's Glue, in the session's region.
#[derive(Debug, Clone)]
pub struct AwsGlueJobs(AwsSession);

impl AwsGlueJobs {
    /// Jobs by a session.
    pub fn new(session: AwsSession) -> Self {
        Self(session)
    }

    /// The names of the jobs whose program is below an `s3://` location, in order.
    ///
    /// # Errors
    /// `Denied`, `Unavailable`, `Other`.
    pub fn with_program_below(&self, location: &str) -> Result<Vec<String>, GlueJobError> {
        let mut pages = self.0.glue().get_jobs().into_paginator().send();
        let below = location.to_owned();
        let listed = self.0.wait(async move {
            let mut names = Vec::new();
            while let Some(page) = pages.next().await {
                let is_below = |job: &Job| {
                    let script = job.command.as_ref().and_then(|command| command.script_location.as_deref());
                    script.is_some_and(|script| script.starts_with(&below))
                };
                names.extend(page?.jobs.unwrap_or_default().into_iter().filter(is_below).filter_map(|job| job.name));
            }
            names.sort();
            Ok(names)
        });
        listed.map_err(|e| failed("list Glue jobs", e))
    }

    /// Removes a job; one that is gone already is no error. Runs that go on end as they would.
    ///
    /// # Errors
    /// As [`Self::with_program_below`].
    pub fn remove(&self, job: &str) -> Result<(), GlueJobError> {
        let request = self.0.glue().delete_job().job_name(job);
        match self.0.wait(async move { Ok(request.send().await.map(|_| ())?) }) {
            Err(error) if error.cause == Cause::NotFound => Ok(()),
            // To remove it twice does nothing more: without an answer it can be asked again.
            removed => removed.map_err(|e| failed(&format!("remove Glue job {job}"), e)),
        }
    }

    fn get(&self, job: &str) -> Result<Option<Job>, Failure> {
        let request = self.0.glue().get_job().job_name(job);
        match self.0.wait(async move { Ok(request.send().await?.job) }) {
            Err(error) if error.cause == Cause::NotFound => Ok(None),
            found => found,
        }
    }

    /// Source: AWS Glue Developer Guide, "Specifying AWS Glue resource ARNs".
    fn arn(&self, job: &str) -> String {
        let region = self.0.region();
        let partition = match region.split('-').next() {
            Some("cn") => "aws-cn",
            _ if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        format!("arn:{partition}:glue:{region}:{}:job/{job}", self.0.owner())
    }
}

impl GlueJobs for AwsGlueJobs {
    fn find(&self, job: &str) -> Result<Option<GlueJobSpec>, GlueJobError> {
        let doing = format!("look at Glue job {job}");
        let Some(found) = self.get(job).map_err(|e| failed(&doing, e))? else { return Ok(None) };
        let request = self.0.glue().get_tags().resource_arn(self.arn(job));
        let tags = self.0.wait(async move { Ok(request.send().await?.tags) }).map_err(|e| failed(&doing, e))?;
        Ok(Some(spec(found, tags.unwrap_or_default())))
    }

    fn create(&self, spec: &GlueJobSpec) -> Result<(), GlueJobError> {
        let request = self.0.glue().create_job().name(&spec.name).description(&spec.description).role(&spec.role);
        let request = request.glue_version(&spec.glue_version).command(command(spec));
        let request = request.worker_type(WorkerType::from(spec.worker_type.as_str()));
        let request = request.number_of_workers(count(spec.workers)).timeout(count(spec.timeout_minutes));
        let request = request.execution_property(execution_property(spec)).max_retries(count(spec.max_retries));
        let request =
            request.job_run_queuing_enabled(spec.queues).execution_class(spec.execution_class.as_str().into());
        let request = request.set_security_configuration(some_text(&spec.security_configuration));
        let request = request.set_default_arguments(Some(spec.default_arguments.clone().into_iter().collect()));
        let request = request.set_tags(Some(spec.tags.clone().into_iter().collect()));
        let created = self.0.wait(async move { Ok(request.send().await.map(|_| ())?) });
        created.map_err(|e| failed_changing(&format!("create Glue job {}", spec.name), e))
    }

    fn update(&self, spec: &GlueJobSpec) -> Result<(), GlueJobError> {
        let doing = format!("change Glue job {}", spec.name);
        let missing = || GlueJobError::new(GlueJobErrorKind::NotFound, format!("there is no Glue job {}", spec.name));
        let found = self.get(&spec.name).map_err(|e| failed(&doing, e))?.ok_or_else(missing)?;
        let request = self.0.glue().update_job().job_name(&spec.name).job_update(changed(found, spec));
        let tags = self.0.glue().tag_resource().resource_arn(self.arn(&spec.name));
        let tags = tags.set_tags_to_add(Some(spec.tags.clone().into_iter().collect()));
        let updated = self.0.wait(async move {
            request.send().await?;
            Ok(tags.send().await.map(|_| ())?)
        });
        updated.map_err(|e| failed_changing(&doing, e))
    }

    fn start(&self, request: &StartRequest, attempt: u32) -> Result<String, GlueJobError> {
        let doing = format!("start Glue job {}", request.job);
        let start = self.0.glue().start_job_run().job_name(&request.job).timeout(count(request.timeout_minutes));
        let start = start.worker_type(WorkerType::from(request.worker_type.as_str()));
        let start = start.number_of_workers(count(request.workers));
        let start = start.set_arguments(Some(request.arguments(attempt).into_iter().collect())).customize();
        // The SDK would start a second run where the answer to the first was lost.
        let once = aws_sdk_glue::config::Builder::new().retry_config(RetryConfig::disabled());
        let start = start.config_override(once);
        let started = self.0.wait(async move { Ok(start.send().await?.job_run_id) });
        let nameless = || {
            let message = format!("cannot {doing}: Glue does not tell the run's id");
            GlueJobError::new(GlueJobErrorKind::UnknownOutcome, message)
        };
        started.map_err(|e| failed_changing(&doing, e))?.ok_or_else(nameless)
    }

    fn run(&self, job: &str, run_id: &str) -> Result<Option<GlueRun>, GlueJobError> {
        let request = self.0.glue().get_job_run().job_name(job).run_id(run_id);
        match self.0.wait(async move { Ok(request.send().await?.job_run) }) {
            Err(error) if error.cause == Cause::NotFound => Ok(None),
            found => found.map(|found| found.map(run)).map_err(|e| failed(&format!("look at Glue run {run_id}"), e)),
        }
    }

    fn runs_of(&self, job: &str, identity: &str) -> Result<Vec<GlueRun>, GlueJobError> {
        let pages = self.0.glue().get_job_runs().job_name(job).max_results(PAGE).into_paginator();
        let mut pages = pages.send();
        let identity = identity.to_owned();
        let listed = self.0.wait(async move {
            let mut runs = Vec::new();
            while let Some(page) = pages.next().await {
                let found: Vec<JobRun> = page?.job_runs.unwrap_or_default();
                let found = found.into_iter().map(run);
                runs.extend(found.filter(|run| run.key().is_some_and(|key| key.run == identity)));
            }
            Ok(runs)
        });
        match listed {
            Err(error) if error.cause == Cause::NotFound => Ok(Vec::new()),
            listed => listed.map_err(|e| failed(&format!("list the runs of Glue job {job}"), e)),
        }
    }

    fn stop(&self, job: &str, run_id: &str) -> Result<(), GlueJobError> {
        let doing = format!("stop Glue run {run_id}");
        let request = self.0.glue().batch_stop_job_run().job_name(job).job_run_ids(run_id);
        let stopped = self.0.wait(async move { Ok(request.send().await?.errors.unwrap_or_default()) });
        // To ask twice does nothing more: without an answer it can be asked again.
        let errors = stopped.map_err(|e| failed(&doing, e))?;
        let Some(detail) = errors.into_iter().next().and_then(|error| error.error_detail) else { return Ok(()) };
        let (code, message) = (detail.error_code.unwrap_or_default(), detail.error_message.unwrap_or_default());
        // Source: AWS Glue Developer Guide, "Exceptions": a run that has ended, or is being stopped already.
        if code.starts_with("JobRunInTerminalState") || code.starts_with("JobRunInvalidStateTransition") {
            return Ok(());
        }
        let cause = if code.starts_with("EntityNotFound") { Cause::NotFound } else { Cause::Other };
        Err(failed(&doing, Failure::new(cause, format!("{code}: {message}"))))
    }
}

fn count(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
