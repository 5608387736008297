//! Why rows cannot be merged.

use arrow_schema::ArrowError;

/// Why rows cannot be merged.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// Rows of one run that have the same key, and nothing says which of them is last.
    #[error("{total} row(s) repeat the key of an earlier row of the same interval{}", if *.has_order { " with the same order_by" } else { "" })]
    DuplicateKeys {
        /// The first of them.
        first: Vec<DuplicateKey>,
        /// How many there are.
        total: usize,
        /// Whether rows have an order, and these are equal in it.
        has_order: bool,
    },
    /// A table that cannot be merged into.
    #[error("the table holds {rows} row(s) with keys that it holds already")]
    KeyTwiceInTable {
        /// How many, among the keys of the run.
        rows: usize,
    },
    /// Arrow refused the rows.
    #[error("cannot arrange decoded rows")]
    Arrow(#[from] ArrowError),
    /// A mistake in this program.
    #[error("internal error: {0}")]
    Internal(String),
}

/// Two rows with one key: URI of the file, and record in it, from 1. Never the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplicateKey {
    /// The earlier.
    pub first: (String, u64),
    /// The later.
    pub second: (String, u64),
}

impl MergeError {
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::Internal(message.into())
    }

    /// The rows that it is about, one a line, as far as they are told.
    pub fn places(&self) -> Vec<String> {
        let Self::DuplicateKeys { first, .. } = self else { return Vec::new() };
        let place = |(location, record): &(String, u64)| format!("{location}, row {record}");
        first.iter().map(|rows| format!("{}: as {}", place(&rows.second), place(&rows.first))).collect()
    }

    /// What to do about it; none: nothing that could be said.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::DuplicateKeys { has_order: false, .. } => {
                Some("nothing was committed; say which row is last with `@order_by,<column>`, or mend the source")
            }
            Self::DuplicateKeys { has_order: true, .. } => {
                Some("nothing was committed; order by a column that tells these rows apart, or mend the source")
            }
            Self::KeyTwiceInTable { .. } => Some(
                "nothing was committed; the rows came by another mode or writer: delete all but one of each key, or load the table anew",
            ),
            Self::Arrow(_) | Self::Internal(_) => None,
        }
    }
}
