//! Why a query fails, and what to do about it.

use std::error::Error;
use std::io;

use naru_sql::SqlError;

use crate::TableRef;

/// Why a query fails. No message holds a value of a column.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
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
    /// A table that is not there.
    #[error("unknown table \"{table}\"")]
    UnknownTable {
        /// As written.
        table: TableRef,
        /// The known table with the nearest name.
        near: Option<TableRef>,
    },
    /// A table without its database.
    #[error("table \"{0}\" lacks its database")]
    Unqualified(String),
    /// A column that is not there.
    #[error("unknown column \"{name}\"")]
    UnknownColumn {
        /// As written.
        name: String,
        /// The known column with the nearest name.
        near: Option<String>,
    },
    /// SQL that is right but cannot be had, or that Polars would answer wrongly.
    #[error("{construct} cannot be had in a query here")]
    Unsupported {
        /// The construct, in words or as Polars' message names it.
        construct: String,
        /// Another way to write it.
        instead: Option<String>,
    },
    /// A value that does not fit: of a cast, of arithmetic. Which row it is in, Polars does not tell.
    #[error("{message}")]
    Data {
        /// What failed, without the value.
        message: String,
        /// What to do.
        instead: String,
    },
    /// Anything else: a file that cannot be read, a type that does not fit an operator.
    #[error("{0}")]
    Other(String),
    /// What another engine, whose rows are printed here, has met.
    #[error("{0}")]
    Engine(Box<dyn Error + Send + Sync>),
    /// The result cannot be written, or the system gives no thread.
    #[error("the result cannot be written: {0}")]
    Write(#[from] io::Error),
}

impl QueryError {
    /// What to do, where there is something to say.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Syntax { .. } | Self::Other(_) | Self::Engine(_) | Self::Write(_) => None,
            Self::NotSelect(_) => Some("give one SELECT, WITH or VALUES; tables change only by jobs".into()),
            Self::UnknownTable { near, .. } => {
                near.as_ref().map_or_else(|| Some("\"naru tables\" lists them".into()), did_you_mean)
            }
            Self::Unqualified(table) => Some(format!("write database.table, as in \"deposit.{table}\"")),
            Self::UnknownColumn { near, .. } => near.as_ref().and_then(did_you_mean),
            Self::Unsupported { instead, .. } => instead.clone(),
            Self::Data { instead, .. } => Some(instead.clone()),
        }
    }

    pub(crate) fn unsupported(construct: impl Into<String>, instead: impl Into<String>) -> Self {
        Self::Unsupported { construct: construct.into(), instead: Some(instead.into()) }
    }

    pub(crate) fn panicked() -> Self {
        Self::unsupported("this combination of clauses", "split the query with WITH")
    }
}

impl From<SqlError> for QueryError {
    fn from(error: SqlError) -> Self {
        match error {
            SqlError::Syntax { line, column, message } => Self::Syntax { line, column, message },
            SqlError::NotSelect(what) => Self::NotSelect(what),
            SqlError::Unqualified(table) => Self::Unqualified(table),
            SqlError::Unsupported { construct, instead } => Self::unsupported(construct, instead),
            SqlError::Thread(error) => Self::Write(error),
        }
    }
}

/// The candidate with the name most like `name`, if one is near enough to be meant.
pub(crate) fn nearest<'a, T>(name: &str, candidates: impl Iterator<Item = (&'a str, T)>) -> Option<T> {
    candidates
        .map(|(candidate, value)| (strsim::jaro_winkler(name, candidate), value))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, value)| value)
}

fn did_you_mean(near: impl std::fmt::Display) -> Option<String> {
    Some(format!("did you mean \"{near}\"?"))
}
