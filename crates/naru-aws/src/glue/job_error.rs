//! Failures of requests about jobs, runs and claims, as the ports' errors.

use naru_core::glue_job::{GlueJobError, GlueJobErrorKind};
use naru_lake::{LakeError, LakeErrorKind};

use crate::failure::{Cause, Failure};

/// A request that changes nothing: without an answer it can be made again.
pub(crate) fn failed(doing: &str, failure: Failure) -> GlueJobError {
    error(doing, failure, GlueJobErrorKind::Unavailable)
}

/// A request that may have been done when there is no answer.
pub(crate) fn failed_changing(doing: &str, failure: Failure) -> GlueJobError {
    error(doing, failure, GlueJobErrorKind::UnknownOutcome)
}

/// A bucket whose encryption could not be verified: nothing was written.
pub(crate) fn unverified(doing: &str, error: LakeError) -> GlueJobError {
    let kind = match error.kind() {
        LakeErrorKind::NotFound => GlueJobErrorKind::NotFound,
        LakeErrorKind::Denied => GlueJobErrorKind::Denied,
        LakeErrorKind::Unavailable => GlueJobErrorKind::Unavailable,
        _ => GlueJobErrorKind::Other,
    };
    GlueJobError::new(kind, format!("cannot {doing}: {error}")).because(error)
}

fn error(doing: &str, failure: Failure, without_answer: GlueJobErrorKind) -> GlueJobError {
    let kind = match failure.cause {
        Cause::NotFound => GlueJobErrorKind::NotFound,
        Cause::AlreadyExists => GlueJobErrorKind::AlreadyExists,
        Cause::Conflict | Cause::Changed => GlueJobErrorKind::Conflict,
        Cause::ConcurrentRuns => GlueJobErrorKind::ConcurrentRuns,
        Cause::ResourceLimit => GlueJobErrorKind::ResourceLimit,
        Cause::Throttled => GlueJobErrorKind::Unavailable,
        Cause::NoAnswer => without_answer,
        Cause::Denied | Cause::KeyUnusable => GlueJobErrorKind::Denied,
        Cause::OutOfRange | Cause::Other => GlueJobErrorKind::Other,
    };
    GlueJobError::new(kind, format!("cannot {doing}: {}", failure.reason())).because(failure)
}
