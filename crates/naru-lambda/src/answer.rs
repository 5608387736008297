//! What the function answers.

use lambda_runtime::Diagnostic;
use naru::service::{RunAnswer, Told};
use serde::Serialize;
use serde_json::Value;

/// What the function answers: `{"exit", "message", "report"}`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Answer {
    /// As naru exits: 0 done, 1 failed, 2 asked wrongly, 75 try again later.
    pub(crate) exit: u8,
    /// What there is to say; none: it is done.
    pub(crate) message: Option<String>,
    /// More of it.
    pub(crate) report: Value,
    /// Whether somebody has to be told where nobody reads answers. What waits for more files, or for Glue, has not failed.
    #[serde(skip)]
    pub(crate) is_failure: bool,
}

impl Answer {
    /// Nothing has failed.
    pub(crate) fn fine(exit: u8, message: impl Into<String>, report: Value) -> Self {
        Self { exit, message: Some(message.into()), report, is_failure: false }
    }

    /// The answer, or where nobody reads answers the error that Lambda counts, tries again and puts into the function's
    /// destination for failures.
    pub(crate) fn unless_failed(self) -> Result<Self, Diagnostic> {
        if !self.is_failure {
            return Ok(self);
        }
        let error_type = if self.exit == TRY_AGAIN_LATER { "naru.TryAgainLater" } else { "naru.Failed" };
        let error_message = serde_json::to_string(&self).unwrap_or_else(|error| error.to_string());
        Err(Diagnostic { error_type: error_type.into(), error_message })
    }
}

/// `EX_TEMPFAIL` of sysexits.h.
pub(crate) const TRY_AGAIN_LATER: u8 = 75;

impl From<Told> for Answer {
    fn from(told: Told) -> Self {
        Self { exit: told.exit, message: Some(told.message), report: Value::Null, is_failure: true }
    }
}

impl From<RunAnswer> for Answer {
    fn from(run: RunAnswer) -> Self {
        let is_failure = run.exit != 0 && run.glue_run().is_none();
        Self { exit: run.exit, message: run.message, report: run.report, is_failure }
    }
}

/// One exit code for several: the worst, where failing is worse than trying again later.
pub(crate) fn worst(exits: impl IntoIterator<Item = u8>) -> u8 {
    exits
        .into_iter()
        .max_by_key(|exit| match *exit {
            0 => 0,
            TRY_AGAIN_LATER => 1,
            _ => 2,
        })
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failing_is_worse_than_trying_again() {
        assert_eq!(worst([0, 75, 1, 0]), 1);
        assert_eq!(worst([75, 0]), 75);
        assert_eq!(worst([]), 0);
    }
}
