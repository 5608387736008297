//! What S3 tells of new objects, by itself or by way of EventBridge. Which version it was, and in which order, is left aside:
//! what counts is the object that is there now.

use serde_json::Value;

use super::{EventError, ObjectEvent};

/// The records of S3's own notification. Amazon S3 User Guide, "Event message structure": keys are URL-encoded.
pub(super) fn of_notification(records: Value) -> Result<Vec<Result<ObjectEvent, EventError>>, EventError> {
    let Value::Array(records) = records else {
        return Err(EventError::Unknown("its \"Records\" is no list".into()));
    };
    Ok(records.iter().zip(1..).map(|(record, number)| notified(record, number)).collect())
}

/// An event of EventBridge. Amazon S3 User Guide, "EventBridge event message structure": keys are as they are.
pub(super) fn of_event_bridge(kind: &str, event: &Value) -> Result<ObjectEvent, EventError> {
    let source = event["source"].as_str().unwrap_or_default();
    if source != "aws.s3" || kind != "Object Created" {
        return Err(wrong(1, format!("it is of {kind} by {source}")));
    }
    match (event["detail"]["bucket"]["name"].as_str(), event["detail"]["object"]["key"].as_str()) {
        (Some(bucket), Some(key)) => Ok(ObjectEvent { bucket: bucket.into(), key: key.into() }),
        _ => Err(wrong(1, "it names no bucket or no key".into())),
    }
}

fn notified(record: &Value, number: usize) -> Result<ObjectEvent, EventError> {
    let source = record["eventSource"].as_str().unwrap_or("nobody");
    if source != "aws:s3" {
        return Err(wrong(number, format!("it is of {source}")));
    }
    let name = record["eventName"].as_str().unwrap_or("no event");
    if !name.starts_with("ObjectCreated:") {
        return Err(wrong(number, format!("it is of {name}")));
    }
    match (record["s3"]["bucket"]["name"].as_str(), record["s3"]["object"]["key"].as_str()) {
        (Some(bucket), Some(key)) => match decoded(key) {
            Some(key) => Ok(ObjectEvent { bucket: bucket.into(), key }),
            None => Err(wrong(number, format!("its key {key} is no URL-encoded UTF-8"))),
        },
        _ => Err(wrong(number, "it names no bucket or no key".into())),
    }
}

/// A text as HTML forms encode it: `+` is a blank, `%EA` a byte.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

fn wrong(number: usize, reason: String) -> EventError {
    EventError::Record { number, reason }
}
