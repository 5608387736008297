//! Looks at all that has landed lately, by a schedule: intervals that have been quiet for long enough, events that S3 has
//! lost, runs that were killed, and files that wait for their marker.

use chrono::{DateTime, TimeDelta, Utc};
use naru::service::{Delivery, SyncedProject, TimeLimit};
use naru_core::event::LookEvent;
use naru_core::landing::{Completeness, LandingSettings};
use serde_json::{Value, json};

use crate::answer::{Answer, TRY_AGAIN_LATER, worst};
use crate::data;

/// Answers a look.
pub(crate) fn answer(project: &SyncedProject, asked: &LookEvent, limit: &TimeLimit) -> Answer {
    let (now, settings) = (Utc::now(), &project.settings().landing);
    let since = now - TimeDelta::minutes(settings.look_back_minutes.into());
    let landed = match project.landed_since(asked.job.as_deref(), since) {
        Ok(landed) => landed,
        Err(told) => return told.into(),
    };
    let mut looked = Looked::default();
    for (job, intervals) in landed {
        let intervals = match intervals {
            Ok(intervals) => intervals,
            Err(told) => {
                looked.add(&job.to_string(), None, &told.into());
                continue;
            }
        };
        // Later intervals of a job stand on earlier ones.
        let mut stands = true;
        for interval in intervals {
            if !stands || limit.is_reached() {
                looked.left += 1;
                continue;
            }
            let (delivery, answer) = data::loaded(project, &job, &interval, limit);
            let is_overdue = delivery.is_some_and(|delivery| is_overdue(settings, &delivery, now));
            let answer = Answer { is_failure: answer.is_failure || is_overdue, ..answer };
            stands = answer.report["status"] != "run" || answer.exit == 0;
            looked.add(&job.to_string(), Some(&interval.text), &answer);
        }
    }
    looked.answer()
}

/// Whether files wait for their marker or list for longer than somebody should not be told.
fn is_overdue(settings: &LandingSettings, delivery: &Delivery, now: DateTime<Utc>) -> bool {
    let waits_for_sign = delivery.complete_when.sign().is_some();
    let is_waiting = matches!(delivery.completeness, Completeness::Waiting(_));
    let is_old = |newest| newest < now - TimeDelta::minutes(settings.overdue_minutes.into());
    waits_for_sign && is_waiting && delivery.newest.is_some_and(is_old)
}

/// What a look has found.
#[derive(Default)]
struct Looked {
    intervals: Vec<Value>,
    failed: Vec<u8>,
    /// Not looked at: time was up, or an earlier interval failed.
    left: usize,
}

impl Looked {
    fn add(&mut self, job: &str, interval: Option<&str>, answer: &Answer) {
        self.intervals.push(json!({
            "job": job,
            "interval": interval,
            "exit": answer.exit,
            "message": answer.message,
            "report": answer.report,
            "failed": answer.is_failure,
        }));
        if answer.is_failure {
            self.failed.push(answer.exit);
        }
    }

    fn answer(self) -> Answer {
        let Self { intervals, failed, left } = self;
        let mut message = format!("{} interval(s) looked at, {} failed or overdue", intervals.len(), failed.len());
        if left > 0 {
            message += &format!(", {left} left for the next look");
        }
        let is_failure = !failed.is_empty();
        let exit = worst(failed.into_iter().chain((left > 0).then_some(TRY_AGAIN_LATER)));
        Answer { exit, message: Some(message), report: json!({ "left": left, "intervals": intervals }), is_failure }
    }
}
