//! Definitions of jobs, between Glue's words and naru's.

use std::collections::HashMap;

use aws_sdk_glue::types::{ExecutionProperty, Job, JobCommand, JobUpdate, WorkerType};
use naru_core::glue_job::GlueJobSpec;

/// What Glue has, as far as it is naru's business.
pub(super) fn spec(job: Job, tags: HashMap<String, String>) -> GlueJobSpec {
    let command = job.command;
    let text = |text: Option<String>| text.unwrap_or_default();
    GlueJobSpec {
        name: text(job.name),
        description: text(job.description),
        role: text(job.role),
        glue_version: text(job.glue_version),
        command: command.as_ref().and_then(|command| command.name.clone()).unwrap_or_default(),
        python_version: command.as_ref().and_then(|command| command.python_version.clone()).unwrap_or_default(),
        script_location: command.and_then(|command| command.script_location).unwrap_or_default(),
        worker_type: job.worker_type.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        workers: count(job.number_of_workers),
        timeout_minutes: count(job.timeout),
        max_concurrent_runs: count(job.execution_property.map(|property| property.max_concurrent_runs)),
        max_retries: count(Some(job.max_retries)),
        queues: job.job_run_queuing_enabled.unwrap_or_default(),
        // Left out, it is this one: AWS Glue Web API Reference, Job, ExecutionClass.
        execution_class: job.execution_class.map_or_else(|| "STANDARD".into(), |class| class.as_str().to_owned()),
        security_configuration: text(job.security_configuration),
        default_arguments: job.default_arguments.unwrap_or_default().into_iter().collect(),
        fixed_arguments: job.non_overridable_arguments.unwrap_or_default().into_iter().collect(),
        tags: tags.into_iter().collect(),
    }
}

/// A job as `GetJob` gave it, with what is ours changed and everything else as it was.
pub(super) fn changed(job: Job, spec: &GlueJobSpec) -> JobUpdate {
    let mut program = command(spec);
    program.runtime = job.command.and_then(|command| command.runtime);
    JobUpdate::builder()
        .set_job_mode(job.job_mode)
        .set_log_uri(job.log_uri)
        .set_connections(job.connections)
        .set_notification_property(job.notification_property)
        .set_code_gen_configuration_nodes(job.code_gen_configuration_nodes)
        .set_source_control_details(job.source_control_details)
        .set_maintenance_window(job.maintenance_window)
        .description(&spec.description)
        .role(&spec.role)
        .glue_version(&spec.glue_version)
        .command(program)
        .worker_type(WorkerType::from(spec.worker_type.as_str()))
        .number_of_workers(i32::try_from(spec.workers).unwrap_or(i32::MAX))
        .timeout(i32::try_from(spec.timeout_minutes).unwrap_or(i32::MAX))
        .execution_property(execution_property(spec))
        .max_retries(i32::try_from(spec.max_retries).unwrap_or(i32::MAX))
        .job_run_queuing_enabled(spec.queues)
        .execution_class(spec.execution_class.as_str().into())
        .set_security_configuration(some_text(&spec.security_configuration))
        .set_default_arguments(Some(spec.default_arguments.clone().into_iter().collect()))
        .set_non_overridable_arguments(Some(spec.fixed_arguments.clone().into_iter().collect()))
        .build()
}

pub(super) fn command(spec: &GlueJobSpec) -> JobCommand {
    JobCommand::builder()
        .name(&spec.command)
        .python_version(&spec.python_version)
        .script_location(&spec.script_location)
        .build()
}

pub(super) fn execution_property(spec: &GlueJobSpec) -> ExecutionProperty {
    ExecutionProperty::builder()
        .max_concurrent_runs(i32::try_from(spec.max_concurrent_runs).unwrap_or(i32::MAX))
        .build()
}

pub(super) fn some_text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.into())
}

fn count(number: Option<i32>) -> u32 {
    number.and_then(|number| u32::try_from(number).ok()).unwrap_or_default()
}
