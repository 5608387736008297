//! A table definition has landed: it is checked, its table made what it says as far as the phase's policy allows, and a
//! report put beside it.
//!
//! What counts is the file that is there, whichever event tells of it. After all is done it is looked at once more: what has
//! come meanwhile is done, too, so that calls in any order end with the table and the report of the last file.

use chrono::Utc;
use naru::service::{Defined, DefinedStatus, SyncedProject, Told};
use naru_core::event::ObjectEvent;
use naru_core::landing::definition_place;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::answer::{Answer, TRY_AGAIN_LATER};

/// What a report's key ends in: no definition's does, so that a report starts nothing.
const REPORT_SUFFIX: &str = ".report.json";

/// How often a file that changes all the time is read.
const ROUNDS: usize = 5;

/// Answers for an object of the defs bucket.
pub(crate) fn landed(project: &SyncedProject, object: &ObjectEvent) -> Answer {
    let ObjectEvent { bucket, key } = object;
    if !project.is_of_definitions(bucket) {
        let message = format!("{bucket} is not the bucket of this function's definitions");
        return Told { exit: 2, message }.into();
    }
    match definition_place(&project.settings().table_defs, key) {
        Some((database, table)) => defined(project, key, database, table).unwrap_or_else(Answer::from),
        None => Answer::fine(0, "no table definition: passed over", json!({ "status": "passed_over" })),
    }
}

fn defined(project: &SyncedProject, key: &str, database: &str, table: &str) -> Result<Answer, Told> {
    for _ in 0..ROUNDS {
        let Some(object) = project.definition_file(key)? else {
            return Ok(Answer::fine(0, "the definition is gone: nothing was changed", json!({ "status": "gone" })));
        };
        let defined = project.define(database, table, key, &object.bytes)?;
        let report = report(project, &defined, &object.bytes, object.version_id.as_deref());
        let report = put(project, key, report)?;
        if project.definition_etag(key)? == Some(object.etag) {
            let exit = defined.status.exit();
            return Ok(Answer { exit, message: Some(told(&defined)), report, is_failure: exit != 0 });
        }
    }
    Err(Told { exit: TRY_AGAIN_LATER, message: format!("{key} was another each time that it was read") })
}

/// All that is to be known, without the time.
fn report(project: &SyncedProject, defined: &Defined, bytes: &[u8], version_id: Option<&str>) -> Value {
    let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut report = json!({
        "format": 1,
        "naru_version": env!("CARGO_PKG_VERSION"),
        "phase": project.phase(),
        "sha256": digest,
        "version_id": version_id,
        "exit": defined.status.exit(),
    });
    if let (Some(report), Ok(Value::Object(defined))) = (report.as_object_mut(), serde_json::to_value(defined)) {
        report.extend(defined);
    }
    report
}

/// Puts the report beside the definition, unless the one that is there says the same, or what was done for the same file:
/// the hundredth event about a file does not hide what the first one did.
fn put(project: &SyncedProject, key: &str, mut report: Value) -> Result<Value, Told> {
    let report_key = format!("{key}{REPORT_SUFFIX}");
    let there = project.definition_file(&report_key)?;
    let there = there.and_then(|object| serde_json::from_slice::<Value>(&object.bytes).ok());
    if let Some(there) = there.filter(|there| says_it_already(there, &report)) {
        return Ok(there);
    }
    report["at"] = json!(Utc::now());
    let bytes = serde_json::to_vec_pretty(&report)
        .map_err(|error| Told { exit: 1, message: format!("cannot write the report as JSON: {error}") })?;
    project.put_beside_definition(&report_key, bytes)?;
    Ok(report)
}

fn says_it_already(there: &Value, report: &Value) -> bool {
    let mut same = there.clone();
    if let Some(same) = same.as_object_mut() {
        same.remove("at");
    }
    let is = |report: &Value, status: DefinedStatus| report["status"] == json!(status);
    let is_of_same_file = ["sha256", "job", "phase"].iter().all(|field| there[field] == report[field]);
    let was_done = is(there, DefinedStatus::Created) || is(there, DefinedStatus::Evolved);
    same == *report || (is_of_same_file && was_done && is(report, DefinedStatus::Unchanged))
}

/// The outcome, and each fault on a line of its own.
fn told(defined: &Defined) -> String {
    let faults = defined.faults.iter().map(|fault| match &fault.hint {
        Some(hint) => format!("\n  {fault}\n    hint: {hint}"),
        None => format!("\n  {fault}"),
    });
    let refused = defined.refused.iter().map(|refused| format!("\n  {}\n    {}", refused.difference, refused.remedy));
    let changed = defined.differences.iter().filter(|_| defined.status == DefinedStatus::Evolved);
    let changed = changed.map(|difference| format!("\n  {difference}"));
    format!("{}{}", defined.message, faults.chain(refused).chain(changed).collect::<String>())
}
