//! One call: which event it is, and who answers it.

use std::sync::Mutex;

use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use naru::service::{Connection, Place, SyncedProject, TimeLimit, Told, tell};
use naru_core::event::{Event, ObjectEvent};
use serde_json::{Value, json};

use crate::answer::{Answer, worst};
use crate::settings::Settings;
use crate::time_limit::Watch;
use crate::{data, definition, look};

/// The function.
pub(crate) struct Function {
    settings: Settings,
    /// Made by the first call, which says of which account the function is.
    connection: Mutex<Option<Connection>>,
}

impl Function {
    pub(crate) fn new(settings: Settings) -> Self {
        Self { settings, connection: Mutex::new(None) }
    }

    /// Answers an event.
    ///
    /// # Errors
    /// What failed of events that nobody waits for, and events that are none of naru's.
    pub(crate) fn answer(&self, event: LambdaEvent<Value>) -> Result<Answer, Diagnostic> {
        let LambdaEvent { payload, context, .. } = event;
        let watch = Watch::until(context.deadline);
        let limit = &watch.limit;
        let asked = Event::parse(payload)
            .map_err(|error| Diagnostic { error_type: "naru.UnknownEvent".into(), error_message: error.to_string() })?;
        let project = self.project(&context, &watch);
        match (asked, project) {
            (Event::Run(asked), Ok(project)) => Ok(project.run(&asked, limit, false).into()),
            (Event::Run(_) | Event::Definition(_) | Event::Data(_), Err(told)) => Ok(told.into()),
            (Event::Definition(object), Ok(project)) => Ok(definition::landed(&project, &object)),
            (Event::Data(object), Ok(project)) => Ok(data::landed(&project, &object, limit)),
            (Event::Look(asked), Ok(project)) => look::answer(&project, &asked, limit).unless_failed(),
            (Event::Created(records), Ok(project)) => {
                let each = records.into_iter().map(|record| match record {
                    Ok(object) => created(&project, &object, limit),
                    Err(error) => Told { exit: 2, message: error.to_string() }.into(),
                });
                of_several(each.collect()).unless_failed()
            }
            (Event::Look(_) | Event::Created(_), Err(told)) => Answer::from(told).unless_failed(),
        }
    }

    fn project(&self, context: &Context, watch: &Watch) -> Result<SyncedProject, Told> {
        let connection = self.connection(&context.invoked_function_arn)?;
        let Settings { defs_bucket, phase, memory_mib } = &self.settings;
        let place = Place { memory_mib: *memory_mib, time_limit_seconds: watch.time.as_secs_f64() };
        SyncedProject::open(&connection, defs_bucket, *phase, place)
    }

    fn connection(&self, function_arn: &str) -> Result<Connection, Told> {
        let mut shared = self.connection.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(connection) = &*shared {
            return Ok(connection.clone());
        }
        // arn:aws:lambda:REGION:ACCOUNT:function:NAME
        let account = function_arn.split(':').nth(4).unwrap_or_default();
        Ok(shared.insert(Connection::open(account)?).clone())
    }
}

/// An object that S3 tells of: a definition, or data.
fn created(project: &SyncedProject, object: &ObjectEvent, limit: &TimeLimit) -> Answer {
    let answer = if project.is_of_definitions(&object.bucket) {
        definition::landed(project, object)
    } else {
        data::landed(project, object, limit)
    };
    let message = answer.message.as_deref().unwrap_or("done");
    tell(&format!("s3://{}/{}: {message}", object.bucket, object.key), json!({ "exit": answer.exit }));
    answer
}

/// One answer for several records.
fn of_several(mut answers: Vec<Answer>) -> Answer {
    if answers.len() == 1
        && let Some(one) = answers.pop()
    {
        return one;
    }
    let failed: Vec<u8> = answers.iter().filter(|answer| answer.is_failure).map(|answer| answer.exit).collect();
    let message = format!("{} of {} records failed", failed.len(), answers.len());
    let is_failure = !failed.is_empty();
    Answer { exit: worst(failed), message: Some(message), report: json!({ "records": answers }), is_failure }
}
