//! What a query's state means for who waits for it.

use aws_sdk_athena::types::{QueryExecution, QueryExecutionState};
use naru_lake::{LakeError, LakeErrorKind};

use super::message::without_values;
use super::query::QueryProgress;

/// What became of a query so far.
#[derive(Debug)]
pub(super) enum Outcome {
    Waiting(QueryProgress),
    Succeeded { scanned_bytes: u64, milliseconds: u64 },
    Failed(LakeError),
}

/// Words of failures that pass by themselves, where Athena does not say that the query may be run again.
///
/// Sources: Amazon Athena User Guide, "Error reference" (`Query exhausted resources at this scale factor`) and "Prevent
/// Amazon S3 throttling" (`SlowDown`, `Please reduce your request rate`).
const PASSING: [&str; 6] = [
    "exhausted resources at this scale factor",
    "slowdown",
    "slow down",
    "reduce your request rate",
    "rate exceeded",
    "internal error",
];

/// Words of refusals.
const DENIED: [&str; 6] =
    ["access denied", "accessdenied", "not authorized", "insufficient lake formation", "permission_denied", "kms."];

pub(super) fn outcome(execution: &QueryExecution) -> Outcome {
    let statistics = execution.statistics();
    let count = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok()).unwrap_or_default();
    let scanned_bytes = count(statistics.and_then(|statistics| statistics.data_scanned_in_bytes()));
    let status = execution.status();
    let reason = status.and_then(|status| status.state_change_reason()).unwrap_or_default();
    match status.and_then(|status| status.state()) {
        Some(QueryExecutionState::Succeeded) => {
            let milliseconds = count(statistics.and_then(|statistics| statistics.total_execution_time_in_millis()));
            Outcome::Succeeded { scanned_bytes, milliseconds }
        }
        Some(QueryExecutionState::Failed) => {
            let error = status.and_then(|status| status.athena_error());
            let reason = match reason {
                "" => error.and_then(|error| error.error_message()).unwrap_or("Athena gives no reason"),
                reason => reason,
            };
            Outcome::Failed(failed(reason, error.is_some_and(|error| error.retryable())))
        }
        Some(QueryExecutionState::Cancelled) => {
            let by = if reason.is_empty() { String::new() } else { format!(": {}", without_values(reason)) };
            let message = format!("the query was cancelled in Athena{by}");
            Outcome::Failed(LakeError::new(LakeErrorKind::Refused, message).with("scanned bytes", scanned_bytes))
        }
        state => {
            let is_running = state == Some(&QueryExecutionState::Running);
            Outcome::Waiting(QueryProgress { is_running, scanned_bytes })
        }
    }
}

fn failed(reason: &str, is_retryable: bool) -> LakeError {
    let lower = reason.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let kind = if is_retryable || says(&PASSING) {
        LakeErrorKind::Unavailable
    } else if says(&DENIED) {
        LakeErrorKind::Denied
    } else {
        LakeErrorKind::InvalidInput
    };
    LakeError::new(kind, format!("the query failed: {}", without_values(reason)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_say_whether_the_same_query_may_succeed() {
        for (reason, is_retryable, kind) in [
            ("SYNTAX_ERROR: line 1:8: Column 'x' cannot be resolved", false, LakeErrorKind::InvalidInput),
            ("Query exhausted resources at this scale factor", false, LakeErrorKind::Unavailable),
            (
                "HIVE_CANNOT_OPEN_SPLIT: Please reduce your request rate (Status Code: 503)",
                false,
                LakeErrorKind::Unavailable,
            ),
            ("GENERIC_INTERNAL_ERROR: x", true, LakeErrorKind::Unavailable),
            ("GENERIC_INTERNAL_ERROR: x", false, LakeErrorKind::InvalidInput),
            ("Insufficient Lake Formation permission(s) on account", false, LakeErrorKind::Denied),
            (
                "HIVE_CANNOT_OPEN_SPLIT: Access Denied (Service: Amazon S3; Status Code: 403)",
                false,
                LakeErrorKind::Denied,
            ),
            ("KMS.DisabledException: key is disabled", false, LakeErrorKind::Denied),
        ] {
            let error = failed(reason, is_retryable);
            assert_eq!(error.kind(), kind, "{reason}");
            assert_eq!(error.is_retryable(), kind == LakeErrorKind::Unavailable, "{reason}: exit code 75 or 1");
        }
    }
}
