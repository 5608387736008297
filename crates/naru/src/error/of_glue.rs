//! What a failure of Glue jobs and their runs is for the user.

use naru_core::glue_job::{EnsureError, GlueJobError, GlueJobErrorKind, JobRefused};

use super::{CommandError, Exit};

impl From<GlueJobError> for CommandError {
    fn from(error: GlueJobError) -> Self {
        let exit = if error.is_retryable() { Exit::TryAgainLater } else { Exit::Failed };
        let failed = Self::failed(error.to_string()).with_exit(exit).causes(&error);
        match error.kind() {
            GlueJobErrorKind::ConcurrentRuns => failed.hint(
                "the Glue job has as many runs as it may have at once (`[glue]` `max_concurrent_runs`); run the same command again later",
            ),
            GlueJobErrorKind::ResourceLimit => failed.hint(
                "the account has as many runs or workers as it may have at once; run the same command again later, or have the \
                 limit raised",
            ),
            GlueJobErrorKind::OtherPlan => {
                failed.hint("its files or definition were others when it was started; the same command again later loads them")
            }
            GlueJobErrorKind::UnknownOutcome => {
                failed.hint("a run may have been started; the same command again finds out, and starts no second one")
            }
            GlueJobErrorKind::Conflict | GlueJobErrorKind::Unavailable => failed.hint("run the same command again"),
            GlueJobErrorKind::Denied => failed.hint("docs/aws.md lists what naru's role must be allowed"),
            _ => failed,
        }
    }
}

impl From<JobRefused> for CommandError {
    fn from(refused: JobRefused) -> Self {
        let told = refused
            .differences
            .iter()
            .fold(Self::failed(refused.to_string()), |error, difference| error.detail(difference.to_string()));
        told.hint(format!("nothing was started; {}", refused.hint()))
    }
}

impl From<EnsureError> for CommandError {
    fn from(error: EnsureError) -> Self {
        match error {
            EnsureError::Refused(refused) => refused.into(),
            EnsureError::Failed(error) => error.into(),
        }
    }
}
