//! The ports: Glue's jobs and runs, claims of starts, and a clock. Every call is one request; none is repeated inside.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use super::claim::StartClaim;
use super::run::GlueRun;
use super::spec::GlueJobSpec;
use super::start_request::StartRequest;

/// Glue's jobs and their runs.
pub trait GlueJobs: fmt::Debug + Send + Sync {
    /// A job by its exact name; none if there is no such job.
    fn find(&self, job: &str) -> Result<Option<GlueJobSpec>, GlueJobError>;

    /// Makes a job. `AlreadyExists` if there is one of this name that differs, which stays as it was.
    fn create(&self, spec: &GlueJobSpec) -> Result<(), GlueJobError>;

    /// Makes a job what the spec says; what is in no spec stays as it was, and so do tags that the spec does not name.
    /// `NotFound` if there is no such job.
    fn update(&self, spec: &GlueJobSpec) -> Result<(), GlueJobError>;

    /// Asks for a run, once, and gives its id. Asking twice makes two runs.
    ///
    /// `NotFound` without such a job, `ConcurrentRuns` and `ResourceLimit` where there is no room, `UnknownOutcome` if
    /// there was no answer: then a run may or may not be there. With any other error there is none.
    fn start(&self, request: &StartRequest, attempt: u32) -> Result<String, GlueJobError>;

    /// A run by its id; none if there is no such run, or no such job.
    fn run(&self, job: &str, run_id: &str) -> Result<Option<GlueRun>, GlueJobError>;

    /// All runs of a job that were started for a run's identity (`RunKey::run`), in no order; empty if there is no such
    /// job. A run that was started moments ago may be missing.
    fn runs_of(&self, job: &str, run: &str) -> Result<Vec<GlueRun>, GlueJobError>;

    /// Asks a run to stop; it ends some time later. Does nothing to a run that has ended. `NotFound` if there is none.
    fn stop(&self, job: &str, run_id: &str) -> Result<(), GlueJobError>;
}

/// Small files, written by compare-and-swap, that say who starts what. Who reads a claim sees the last one written.
pub trait StartClaims: fmt::Debug + Send + Sync {
    /// The claim of a key, and its version; none if nobody has claimed it.
    fn get(&self, key: &str) -> Result<Option<(StartClaim, Version)>, GlueJobError>;

    /// Writes a claim: where there is none, or over the version that was read. `Conflict` if there is one, or another
    /// version by now; then nothing is written. `UnknownOutcome` if there was no answer.
    fn put(&self, key: &str, claim: &StartClaim, over: Option<&Version>) -> Result<Version, GlueJobError>;
}

/// What a claim's content is known by, as an ETag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version(pub String);

/// Time that passes, and waiting for it.
pub trait Clock: fmt::Debug + Send + Sync {
    /// Time since any fixed moment; never goes back.
    fn now(&self) -> Duration;

    /// Waits.
    fn sleep(&self, time: Duration);
}

/// What a caller can do about a [`GlueJobError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GlueJobErrorKind {
    /// There is no such job or run.
    NotFound,
    /// There is such a job already.
    AlreadyExists,
    /// Somebody else changed the same thing.
    Conflict,
    /// As many runs as the job may have at once.
    ConcurrentRuns,
    /// As many runs or workers as the account may have at once.
    ResourceLimit,
    /// Another run of the same interval goes on, by another plan.
    OtherPlan,
    /// AWS is busy or out of reach; nothing was changed.
    Unavailable,
    /// The request may or may not have been done.
    UnknownOutcome,
    /// Told to stop waiting. A run that was started goes on.
    Stopped,
    /// Access was denied.
    Denied,
    /// Anything else.
    Other,
}

/// An error of the ports.
#[derive(Debug)]
pub struct GlueJobError {
    kind: GlueJobErrorKind,
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl GlueJobError {
    /// An error with a message: one sentence without a full stop.
    pub fn new(kind: GlueJobErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    /// The same error, with what caused it.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What kind of error this is.
    pub fn kind(&self) -> GlueJobErrorKind {
        self.kind
    }

    /// Whether the same again later can succeed: exit code 75; else 1.
    pub fn is_retryable(&self) -> bool {
        use GlueJobErrorKind::{
            ConcurrentRuns, Conflict, OtherPlan, ResourceLimit, Stopped, Unavailable, UnknownOutcome,
        };
        matches!(
            self.kind,
            Conflict | ConcurrentRuns | ResourceLimit | OtherPlan | Unavailable | UnknownOutcome | Stopped
        )
    }
}

impl fmt::Display for GlueJobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for GlueJobError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as &(dyn Error + 'static))
    }
}
