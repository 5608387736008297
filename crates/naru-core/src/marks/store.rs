//! The port that stores of marks implement. It blocks: whoever marks or waits has nothing else to do.

use super::Mark;
use crate::Interval;
use crate::needs::Window;

/// A store of marks.
///
/// A mark appears whole or not at all, and is durable when [`Self::put`] returns. To put the same mark again replaces it: who
/// does not know whether it was put puts it again.
pub trait MarkStore: Send + Sync {
    /// Puts a mark of an interval, in place of an earlier one.
    ///
    /// # Errors
    /// `Unavailable` where the same may succeed later; else `Refused`.
    fn put(&self, mark: &Mark, interval: &Interval) -> Result<(), MarkError>;

    /// The mark of a job's interval; none if it is not marked.
    ///
    /// # Errors
    /// As [`Self::put`]; `Refused`, too, for what is no mark.
    fn find(&self, job: &str, interval: &Interval) -> Result<Option<Mark>, MarkError>;

    /// The marks of a job whose intervals begin in a window, in the order of their starts.
    ///
    /// # Errors
    /// As [`Self::find`].
    fn within(&self, job: &str, window: &Window) -> Result<Vec<Mark>, MarkError>;
}

/// What can be done about a [`MarkError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkErrorKind {
    /// The store is out of reach or busy: the same may succeed later.
    Unavailable,
    /// The store refuses, or holds what is no mark.
    Refused,
}

/// Why a mark was not put or read. Prints as one line, without secrets.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing}: {reason}")]
pub struct MarkError {
    kind: MarkErrorKind,
    doing: String,
    reason: String,
}

impl MarkError {
    /// An error: what was being done, as `read the marks of JOB`, and why it failed.
    pub fn new(kind: MarkErrorKind, doing: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { kind, doing: doing.into(), reason: reason.into() }
    }

    /// What can be done about it.
    pub fn kind(&self) -> MarkErrorKind {
        self.kind
    }
}
