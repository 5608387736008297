//! A file has landed: the job is run once all files of its interval are there.

use chrono::Utc;
use naru::service::{Delivery, SyncedProject, TimeLimit};
use naru_core::event::{ObjectEvent, RunEvent};
use naru_core::landing::Completeness;
use naru_core::{Interval, JobName};
use serde_json::json;

use crate::answer::{Answer, TRY_AGAIN_LATER};

/// Answers for an object of a landing bucket, whichever it is: each may be the last that was missing.
pub(crate) fn landed(project: &SyncedProject, object: &ObjectEvent, limit: &TimeLimit) -> Answer {
    match project.place_of(&object.bucket, &object.key) {
        Ok((job, interval)) => loaded(project, &job, &interval, limit).1,
        Err(told) => told.into(),
    }
}

/// Runs a job for an interval if all is there; what has landed, as far as that is known, and the answer.
pub(crate) fn loaded(
    project: &SyncedProject,
    job: &JobName,
    interval: &Interval,
    limit: &TimeLimit,
) -> (Option<Delivery>, Answer) {
    let delivery = match project.delivery(job, interval, Utc::now()) {
        Ok(delivery) => delivery,
        Err(told) => return (None, told.into()),
    };
    let about = |status: &str, run: serde_json::Value| {
        json!({
            "status": status,
            "job": job.to_string(),
            "interval": interval.text,
            "complete_when": delivery.complete_when,
            "files": delivery.files,
            "run": run,
        })
    };
    let answer = match &delivery.completeness {
        Completeness::Waiting(why) => {
            let message = format!("{} {}: waiting: {why}", job.qualified_table(), interval.text);
            Answer::fine(TRY_AGAIN_LATER, message, about("waiting", serde_json::Value::Null))
        }
        Completeness::Never => {
            let message = format!("{}: landed files start no run (complete = never)", job.qualified_table());
            Answer::fine(0, message, about("never", serde_json::Value::Null))
        }
        Completeness::Complete => {
            let asked = RunEvent {
                job: job.to_string(),
                date: Some(interval.text.clone()),
                interval_start: None,
                interval_end: None,
                phase: None,
            };
            let answer = Answer::from(project.run(&asked, limit, true));
            let report = about("run", answer.report);
            Answer { report, ..answer }
        }
    };
    (Some(delivery), answer)
}
