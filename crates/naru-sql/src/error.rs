//! Why a text is no query that can be run.

use std::io;

/// Why a text is no query that can be run.
#[derive(Debug, thiserror::Error)]
pub enum SqlError {
    /// The text is not SQL.
    #[error("SQL, line {line}, column {column}: {message}")]
    Syntax {
        /// Line in the SQL text, from 1.
        line: u64,
        /// Character in the line, from 1.
        column: u64,
        /// What the parser expected and found.
        message: String,
    },
    /// Something other than one SELECT, WITH or VALUES.
    #[error("{0} is not a query")]
    NotSelect(String),
    /// A table without its database.
    #[error("table \"{0}\" lacks its database")]
    Unqualified(String),
    /// SQL that is right but cannot be had.
    #[error("{construct} cannot be had in a query here")]
    Unsupported {
        /// The construct, in words.
        construct: String,
        /// Another way to write it.
        instead: String,
    },
    /// The system gives no thread.
    #[error("no thread can be started to read SQL: {0}")]
    Thread(#[from] io::Error),
}

impl SqlError {
    /// What to do, where there is something to say.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Syntax { .. } | Self::Thread(_) => None,
            Self::NotSelect(_) => Some("give one SELECT, WITH or VALUES; tables change only by jobs".into()),
            Self::Unqualified(table) => Some(format!("write database.table, as in \"deposit.{table}\"")),
            Self::Unsupported { instead, .. } => Some(instead.clone()),
        }
    }

    pub(crate) fn unsupported(construct: impl Into<String>, instead: impl Into<String>) -> Self {
        Self::Unsupported { construct: construct.into(), instead: instead.into() }
    }

    pub(crate) fn panicked() -> Self {
        Self::unsupported("this combination of clauses", "split the query with WITH")
    }
}
