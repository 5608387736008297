//! Why a request to AWS failed: one classification for all services.

use std::error::Error;
use std::fmt;
use std::io;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::RequestId;

/// What a caller can do about a [`Failure`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// There is no such object, bucket, table, database or key.
    NotFound,
    /// The object is another than the one that was asked for (`If-Match`).
    Changed,
    /// Somebody else changed the same thing.
    Conflict,
    /// It exists already.
    AlreadyExists,
    /// A range beyond the end of the object.
    OutOfRange,
    /// Not allowed, or not authenticated.
    Denied,
    /// A KMS key is disabled, pending deletion, or otherwise not usable.
    KeyUnusable,
    /// As many runs of a Glue job as it may have at once.
    ConcurrentRuns,
    /// As many of something as the account may have.
    ResourceLimit,
    /// Asked to be slower. Nothing was done.
    Throttled,
    /// No answer, half an answer, or an internal error of the service: it may or may not have been done.
    NoAnswer,
    /// Anything else that the service refused.
    Other,
}

/// A request that failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) cause: Cause,
    told: String,
}

impl Failure {
    pub(crate) fn new(cause: Cause, told: impl Into<String>) -> Self {
        Self { cause, told: told.into() }
    }

    /// Whether the same request can succeed later without anybody changing anything.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(self.cause, Cause::Throttled | Cause::NoAnswer)
    }

    /// What is wrong and what to do, as the end of a sentence.
    pub(crate) fn reason(&self) -> &'static str {
        match self.cause {
            Cause::NotFound => "it does not exist",
            Cause::Changed => "it is another than the one that was listed",
            Cause::Conflict => "somebody else changed it at the same time",
            Cause::AlreadyExists => "it exists already",
            Cause::OutOfRange => "it is shorter than it should be",
            Cause::Denied => "access denied; check the credentials, their policy and the account",
            Cause::KeyUnusable => "its KMS key cannot be used; enable the key, or cancel its deletion",
            Cause::ConcurrentRuns => "as many runs as it may have at once go on; try again later",
            Cause::ResourceLimit => {
                "the account has as many as it may have at once; try again later, or raise the quota"
            }
            Cause::Throttled => "AWS asks to be slower; try again later",
            Cause::NoAnswer => "AWS did not answer; try again later",
            Cause::Other => "AWS refused",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told)
    }
}

impl Error for Failure {}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(Cause::NoAnswer, error.to_string())
    }
}

impl<E> From<SdkError<E, HttpResponse>> for Failure
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        match error.as_service_error() {
            Some(refused) => {
                let status = error.raw_response().map_or(0, |response| response.status().as_u16());
                let (code, message) = (refused.code().unwrap_or_default(), refused.message().unwrap_or_default());
                let mut told = format!("{status} {code}: {message}");
                if let Some(id) = error.request_id() {
                    told = format!("{told} (request {id})");
                }
                Self::new(cause(status, code), told)
            }
            None => {
                // Without credentials nothing was sent.
                let has_no_credentials = causes(&error).any(|error| error.is::<CredentialsError>());
                let cause = if has_no_credentials { Cause::Denied } else { Cause::NoAnswer };
                Self::new(cause, causes(&error).map(ToString::to_string).collect::<Vec<_>>().join(": "))
            }
        }
    }
}

/// By the error's code, else by the HTTP status: `HEAD` has no body, and so no code.
///
/// Sources: Amazon S3 API Reference, "Error responses"; AWS Glue Web API Reference, "UpdateTable", "CreateJob", "StartJobRun" and "Common error types"; AWS
/// KMS API Reference, "Common error types".
fn cause(status: u16, code: &str) -> Cause {
    match code {
        "NoSuchKey"
        | "NoSuchBucket"
        | "NoSuchUpload"
        | "EntityNotFoundException"
        | "NotFoundException"
        | "ServerSideEncryptionConfigurationNotFoundError" => Cause::NotFound,
        "PreconditionFailed" => Cause::Changed,
        "ConcurrentModificationException" | "ConditionalRequestConflict" | "OperationAborted" => Cause::Conflict,
        // Glue says so of a job of this name that is another.
        "AlreadyExistsException" | "IdempotentParameterMismatchException" => Cause::AlreadyExists,
        "ConcurrentRunsExceededException" => Cause::ConcurrentRuns,
        "ResourceNumberLimitExceededException" => Cause::ResourceLimit,
        "InvalidRange" => Cause::OutOfRange,
        "SlowDown"
        | "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException" => Cause::Throttled,
        "AccessDenied"
        | "AccessDeniedException"
        | "AllAccessDisabled"
        | "AccountProblem"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidToken"
        | "InvalidAccessKeyId"
        | "InvalidClientTokenId"
        | "SignatureDoesNotMatch"
        | "UnrecognizedClientException"
        | "IncompleteSignature"
        | "MissingAuthenticationToken" => Cause::Denied,
        _ if code.contains("KMS") || code.starts_with("DisabledException") || code == "KeyUnavailableException" => {
            Cause::KeyUnusable
        }
        _ => match status {
            401 | 403 => Cause::Denied,
            404 => Cause::NotFound,
            412 => Cause::Changed,
            416 => Cause::OutOfRange,
            429 => Cause::Throttled,
            500.. => Cause::NoAnswer,
            _ if code.contains("Timeout") || code.contains("InternalService") => Cause::NoAnswer,
            _ => Cause::Other,
        },
    }
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_come_before_statuses() {
        assert_eq!(cause(503, "SlowDown"), Cause::Throttled);
        assert_eq!(cause(503, "ServiceUnavailable"), Cause::NoAnswer);
        assert_eq!(cause(400, "ConcurrentModificationException"), Cause::Conflict);
        assert_eq!(cause(400, "OperationTimeoutException"), Cause::NoAnswer);
        assert_eq!(cause(400, "KMS.DisabledException"), Cause::KeyUnusable);
        assert_eq!(cause(400, "ExpiredToken"), Cause::Denied);
        assert_eq!(cause(404, ""), Cause::NotFound);
        assert_eq!(cause(400, "InvalidInputException"), Cause::Other);
    }
}
