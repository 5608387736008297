//! The port to a catalog: the one place that says which metadata file is a table's current one.
//!
//! Storage needs no port of ours: it is iceberg's [`FileIO`](iceberg::io::FileIO) over its `Storage` trait. What the
//! commit path asks of a `Storage`: a file is durable and complete when `write` or `FileWrite::close` has returned, and
//! is not there at all before; deleting what does not exist is no error.

use std::error::Error;
use std::fmt;

use async_trait::async_trait;

use crate::error::{LakeError, LakeErrorKind};
use crate::lake::TableName;

/// A catalog's pointer from table names to metadata files, with compare-and-swap.
///
/// Contract, held by one suite for every adapter (`testing`):
/// - what one call has done, every later call sees, from any process;
/// - of several `swap`s that expect the same location, at most one succeeds;
/// - every kind of error but [`PointerErrorKind::UnknownOutcome`] and [`PointerErrorKind::Other`] means that this call
///   changed nothing, with one exception: an adapter that retries by itself may report `Conflict` for a swap whose first
///   try succeeded, so callers look before they believe it;
/// - databases and tables are listed in the order of their names.
#[async_trait]
pub trait CatalogPointer: fmt::Debug + Send + Sync {
    /// The table's current metadata location; none if there is no such table.
    async fn load(&self, database: &str, table: &str) -> Result<Option<String>, PointerError>;

    /// Adds a table. `AlreadyExists` if there is one, `NotFound` if there is no such database.
    async fn create(&self, database: &str, table: &str, metadata_location: &str) -> Result<(), PointerError>;

    /// Makes `new` the table's metadata location if it is `expected` now. `Conflict` if it is another, `NotFound` if
    /// there is no such table.
    async fn swap(&self, database: &str, table: &str, expected: &str, new: &str) -> Result<(), PointerError>;

    /// The databases' names.
    async fn list_databases(&self) -> Result<Vec<String>, PointerError>;

    /// A database's tables; empty if there is no such database.
    async fn list_tables(&self, database: &str) -> Result<Vec<ListedTable>, PointerError>;

    /// Adds a database; does nothing if there is one.
    async fn create_database(&self, database: &str) -> Result<(), PointerError>;
}

/// A table as a catalog lists it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListedTable {
    /// Its name.
    pub name: TableName,
    /// Its current metadata location.
    pub metadata_location: String,
}

impl ListedTable {
    /// A table of a database.
    pub fn new(database: &str, table: &str, metadata_location: &str) -> Self {
        let name = TableName { database: database.into(), table: table.into() };
        Self { name, metadata_location: metadata_location.into() }
    }
}

/// What a caller can do about a [`PointerError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PointerErrorKind {
    /// The table or database does not exist.
    NotFound,
    /// The table's location is not the expected one.
    Conflict,
    /// The table exists already.
    AlreadyExists,
    /// The catalog is busy or out of reach; nothing was changed, trying again can help.
    Unavailable,
    /// The catalog's disk is full; nothing was changed.
    Full,
    /// The call may or may not have changed the catalog.
    UnknownOutcome,
    /// Access was denied.
    Denied,
    /// Anything else; whether anything was changed is not known.
    Other,
}

/// An error of a [`CatalogPointer`].
#[derive(Debug)]
pub struct PointerError {
    kind: PointerErrorKind,
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl PointerError {
    /// An error with a message: one sentence without a full stop.
    pub fn new(kind: PointerErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    /// The same error, with what caused it.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What kind of error this is.
    pub fn kind(&self) -> PointerErrorKind {
        self.kind
    }
}

impl fmt::Display for PointerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for PointerError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as &(dyn Error + 'static))
    }
}

impl From<PointerError> for LakeError {
    fn from(error: PointerError) -> Self {
        let kind = match error.kind {
            PointerErrorKind::NotFound => LakeErrorKind::NotFound,
            PointerErrorKind::Conflict => LakeErrorKind::Conflict,
            PointerErrorKind::AlreadyExists => LakeErrorKind::AlreadyExists,
            PointerErrorKind::Unavailable => LakeErrorKind::Unavailable,
            PointerErrorKind::Full => LakeErrorKind::Storage,
            PointerErrorKind::UnknownOutcome => LakeErrorKind::UnknownOutcome,
            PointerErrorKind::Denied => LakeErrorKind::Denied,
            PointerErrorKind::Other => LakeErrorKind::Other,
        };
        let mut result = Self::new(kind, error.message);
        if let Some(source) = error.source {
            result = result.because(source);
        }
        result
    }
}
