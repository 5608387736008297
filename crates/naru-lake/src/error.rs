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
    chain(error).any(|error| {
        error.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::PermissionDenied)
    })
}

/// Whether a failure passes by itself, as storage or catalog say of it, whatever library it came through: no answer, a
/// request to be slower.
pub fn is_transient(error: &(dyn Error + 'static)) -> bool {
    chain(error).any(|error| {
        let of_iceberg = error.downcast_ref::<iceberg::Error>().is_some_and(iceberg::Error::retryable);
        of_iceberg || error.downcast_ref::<LakeError>().is_some_and(|error| error.kind == LakeErrorKind::Unavailable)
    })
}

/// An error and all that caused it.
fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| {
        let error: &'e (dyn Error + 'static) = *error;
        // An I/O error passes over what it holds to the cause of that.
        let held = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        match held {
            Some(held) => Some(held),
            None => error.source(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_by_itself_is_known_through_every_library() {
        let busy = || iceberg::Error::new(iceberg::ErrorKind::Unexpected, "slow down").with_retryable(true);
        assert!(is_transient(&busy()));
        assert!(is_transient(&parquet::errors::ParquetError::External(Box::new(busy()))));
        let lake = LakeError::new(LakeErrorKind::Unavailable, "no answer");
        assert!(is_transient(&std::io::Error::other(lake)));
        assert!(is_transient(&LakeError::new(LakeErrorKind::Other, "x").because(std::io::Error::other(busy()))));
        assert!(!is_transient(&LakeError::new(LakeErrorKind::Denied, "x").because(std::io::Error::other("y"))));
    }
}
