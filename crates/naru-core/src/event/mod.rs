//! Events: what naru on AWS Lambda is called with.
//!
//! ```text
//!  {"event": "run" | "definition" | "data" | "look", …} ─┐
//!  S3's own notifications: {"Records": […]} ──────────────┼──▶ Event
//!  EventBridge: {"detail-type": "Object Created", …} ─────┘
//! ```
//!
//! Everything else is an error that says what was expected.

mod records;

use serde::Deserialize;
use serde_json::Value;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Run a job for an interval.
    Run(RunEvent),
    /// A table definition has landed.
    Definition(ObjectEvent),
    /// A data file has landed, or a marker, or a list of files.
    Data(ObjectEvent),
    /// Look at all that has landed lately.
    Look(LookEvent),
    /// Objects that S3 tells of, each by itself: one that is none does not hide the others.
    Created(Vec<Result<ObjectEvent, EventError>>),
}

/// Run a job for an interval: what Airflow's runner sends.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunEvent {
    /// The job's name.
    pub job: String,
    /// Where the interval begins, and `interval_end`, where it ends; as `naru run --interval-start` takes it.
    #[serde(default)]
    pub interval_start: Option<String>,
    /// See `interval_start`.
    #[serde(default)]
    pub interval_end: Option<String>,
    /// The interval's text, or the run key of a job on demand; in place of the two.
    #[serde(default)]
    pub date: Option<String>,
    /// The phase that the caller means; none: whichever the function is of.
    #[serde(default)]
    pub phase: Option<String>,
}

/// An object in S3.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectEvent {
    /// The bucket.
    pub bucket: String,
    /// The key, not encoded.
    pub key: String,
}

/// Look at all that has landed lately.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookEvent {
    /// Only at this job's; none: at all jobs'.
    #[serde(default)]
    pub job: Option<String>,
}

/// Why an event, or a record of it, is none that naru takes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// An event of another kind.
    #[error("this is no event of naru's: {0}; expected {EXPECTED}")]
    Unknown(String),
    /// One of naru's own that lacks something, or has something that it must not have.
    #[error("event \"{kind}\": {reason}")]
    Malformed {
        /// Which one.
        kind: String,
        /// What is wrong.
        reason: String,
    },
    /// A record of S3's that tells of no new object.
    #[error("record {number}: {reason}; expected that an object was created in S3")]
    Record {
        /// Which one, from 1.
        number: usize,
        /// What is wrong.
        reason: String,
    },
}

const EXPECTED: &str = "{\"event\": \"run\", \"definition\", \"data\" or \"look\", …}, a notification of S3's \
    ({\"Records\": […]}), or EventBridge's \"Object Created\"";

impl Event {
    /// Reads an event.
    ///
    /// # Errors
    /// See [`EventError`]. Records of S3's that are wrong stand among the others.
    pub fn parse(value: Value) -> Result<Self, EventError> {
        let Value::Object(mut fields) = value else {
            return Err(EventError::Unknown("it is no JSON object".into()));
        };
        if let Some(kind) = fields.remove("event") {
            return own(kind, fields.into());
        }
        if let Some(records) = fields.remove("Records") {
            return records::of_notification(records).map(Self::Created);
        }
        match fields.get("detail-type").and_then(Value::as_str) {
            Some(kind) => Ok(Self::Created(vec![records::of_event_bridge(kind, &fields.clone().into())])),
            None => {
                let keys: Vec<&str> = fields.keys().map(String::as_str).take(10).collect();
                Err(EventError::Unknown(format!("its keys are {}", keys.join(", "))))
            }
        }
    }
}

/// An event of naru's own.
fn own(kind: Value, fields: Value) -> Result<Event, EventError> {
    let Value::String(kind) = kind else {
        return Err(EventError::Unknown("its \"event\" is no text".into()));
    };
    let malformed = |error: serde_json::Error| EventError::Malformed { kind: kind.clone(), reason: error.to_string() };
    match kind.as_str() {
        "run" => serde_json::from_value(fields).map(Event::Run).map_err(malformed),
        "definition" => serde_json::from_value(fields).map(Event::Definition).map_err(malformed),
        "data" => serde_json::from_value(fields).map(Event::Data).map_err(malformed),
        "look" => serde_json::from_value(fields).map(Event::Look).map_err(malformed),
        other => Err(EventError::Unknown(format!("its \"event\" is \"{other}\""))),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;

    fn object(bucket: &str, key: &str) -> ObjectEvent {
        ObjectEvent { bucket: bucket.into(), key: key.into() }
    }

    fn fails(value: Value) -> String {
        Event::parse(value).unwrap_err().to_string()
    }

    #[test]
    fn events_of_narus_own() {
        let run = json!({"event": "run", "job": "j", "interval_start": "a", "interval_end": "b", "date": null, "phase": "qa"});
        let (start, end, phase) = (Some("a".into()), Some("b".into()), Some("qa".into()));
        let right = RunEvent { job: "j".into(), interval_start: start, interval_end: end, date: None, phase };
        assert_eq!(Event::parse(run), Ok(Event::Run(right)));
        let of = |kind: &str| json!({"event": kind, "bucket": "b", "key": "k+ %20"});
        assert_eq!(Event::parse(of("definition")), Ok(Event::Definition(object("b", "k+ %20"))));
        assert_eq!(Event::parse(of("data")), Ok(Event::Data(object("b", "k+ %20"))));
        assert_eq!(Event::parse(json!({"event": "look"})), Ok(Event::Look(LookEvent::default())));
    }

    #[test]
    fn every_other_event_is_told_what_was_expected() {
        for value in
            [json!([]), json!({"event": 1}), json!({"event": "ran"}), json!({"Type": "Notification", "Message": "{}"})]
        {
            let told = fails(value);
            assert!(told.starts_with("this is no event of naru's: ") && told.contains("\"look\""), "{told}");
        }
        assert_eq!(fails(json!({"event": "run"})), "event \"run\": missing field `job`");
        assert!(fails(json!({"event": "data", "bucket": "b", "key": "k", "size": 1})).contains("unknown field `size`"));
        assert!(fails(json!({"Records": {}})).contains("\"Records\" is no list"));
    }

    #[test]
    fn notifications_of_s3_have_encoded_keys() {
        let record = |name: &str, key: &str| {
            json!({"eventSource": "aws:s3", "eventName": name, "s3": {"bucket": {"name": "b"},
                "object": {"key": key, "size": 3, "eTag": "e", "versionId": "v", "sequencer": "00"}}})
        };
        let event = json!({"Records": [
            record("ObjectCreated:Put", "in/a+b%2B%EA%B3%84.csv"),
            record("ObjectRemoved:Delete", "in/a.csv"),
            {"eventSource": "aws:sqs", "body": "x"},
            record("ObjectCreated:Copy", "in/%FF"),
            record("ObjectCreated:CompleteMultipartUpload", "in/100%"),
        ]});
        let Ok(Event::Created(records)) = Event::parse(event) else { unreachable!() };
        let told: Vec<String> = records
            .into_iter()
            .map(|record| record.map_or_else(|error| error.to_string(), |object| object.key))
            .collect();
        let right = [
            "in/a b+계.csv",
            "record 2: it is of ObjectRemoved:Delete; expected that an object was created in S3",
            "record 3: it is of aws:sqs; expected that an object was created in S3",
            "record 4: its key in/%FF is no URL-encoded UTF-8; expected that an object was created in S3",
            "record 5: its key in/100% is no URL-encoded UTF-8; expected that an object was created in S3",
        ];
        assert_eq!(told, right);
    }

    #[test]
    fn event_bridge_has_plain_keys() {
        let event = |kind: &str| {
            json!({"version": "0", "source": "aws.s3", "detail-type": kind, "detail": {"bucket": {"name": "b"},
                "object": {"key": "in/a+b%20.csv", "size": 3, "etag": "e", "sequencer": "00"}, "reason": "PutObject"}})
        };
        assert_eq!(Event::parse(event("Object Created")), Ok(Event::Created(vec![Ok(object("b", "in/a+b%20.csv"))])));
        let Ok(Event::Created(records)) = Event::parse(event("Object Deleted")) else { unreachable!() };
        assert!(records[0].as_ref().unwrap_err().to_string().contains("it is of Object Deleted"));
    }
}
