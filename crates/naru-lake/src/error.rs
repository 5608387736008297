//! The crate's error: a kind to decide by, a message to read, context and source.

use std::error::Error;
use std::fmt;

/// What a caller can do about a [`LakeError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LakeErrorKind {
    /// The table or database does not exist.
    NotFound,
    /// The table exists already.
    AlreadyExists,
    /// Another commit came between; plan the run again from the table's newest state.
    Conflict,
    /// The request is understood and will not be done: an older interval, a partly overlapping one.
    Refused,
    /// The table uses a feature that this version does not handle.
    Unsupported,
    /// The request contradicts itself or the table.
    InvalidInput,
    /// A file of the table is missing or cannot be read as what it should be.
    InvalidMetadata,
    /// Storage failed; full, read-only, broken.
    Storage,
    /// Storage or catalog is busy or out of reach.
    Unavailable,
    /// The catalog may or may not have taken the change; nothing was deleted.
    UnknownOutcome,
    /// Told to stop, before anything was changed.
    Stopped,
    /// Access was denied.
    Denied,
    /// Anything else.
    Other,
}

/// An error of the lake.
#[derive(Debug)]
pub struct LakeError {
    kind: LakeErrorKind,
    message: String,
    context: Vec<(&'static str, String)>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl LakeError {
    /// An error with a message: one sentence without a full stop, never a value of loaded data.
    pub fn new(kind: LakeErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), context: Vec::new(), source: None }
    }

    /// The same error, with a pair of context.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl fmt::Display) -> Self {
        self.context.push((key, value.to_string()));
        self
    }

    /// The same error, with what caused it.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What kind of error this is.
    pub fn kind(&self) -> LakeErrorKind {
        self.kind
    }

    /// Whether doing the same again later, from the newest state, can help.
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind, LakeErrorKind::Conflict | LakeErrorKind::Unavailable | LakeErrorKind::Stopped)
    }

    /// A failed use of storage: what was being done, on which file.
    pub(crate) fn storage(doing: &str, location: &str, error: iceberg::Error) -> Self {
        let kind = match error.kind() {
            _ if error.retryable() => LakeErrorKind::Unavailable,
            _ if is_denied(&error) => LakeErrorKind::Denied,
            iceberg::ErrorKind::FeatureUnsupported => LakeErrorKind::Unsupported,
            iceberg::ErrorKind::DataInvalid => LakeErrorKind::InvalidMetadata,
            _ => LakeErrorKind::Storage,
        };
        Self::new(kind, format!("cannot {doing}")).with("file", location).because(error)
    }

    /// A refusal by the iceberg crate to build what it was given.
    pub(crate) fn invalid(doing: &str, error: iceberg::Error) -> Self {
        Self::new(LakeErrorKind::InvalidInput, format!("cannot {doing}")).because(error)
    }
}

impl fmt::Display for LakeError {
    /// `message (key: value, key: value)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for (n, (key, value)) in self.context.iter().enumerate() {
            write!(f, "{}{key}: {value}", if n == 0 { " (" } else { ", " })?;
        }
        if self.context.is_empty() { Ok(()) } else { f.write_str(")") }
    }
}

impl Error for LakeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as &(dyn Error + 'static))
    }
}

fn is_denied(error: &(dyn Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| (*error).source()).any(|error| {
        error.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::PermissionDenied)
    })
}
