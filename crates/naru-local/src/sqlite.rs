//! The catalog of an embedded lake: a SQLite file with the tables of Iceberg's JDBC catalog.
//!
//! The tables are those that Java's `JdbcCatalog` (schema V1) and PyIceberg's `SqlCatalog` make, so that
//! `SqlCatalog("naru", uri="sqlite:////…/catalog.db")` opens the same file. The rollback journal is kept (one file, readable
//! from read-only media) with `synchronous = EXTRA`: a swap that succeeded survives a power loss.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use naru_lake::{CatalogPointer, ListedTable, PointerError, PointerErrorKind};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Row, TransactionBehavior, params};

use crate::location::location_to_path;

/// The catalog's name inside the file; PyIceberg and Java must be given the same.
pub const CATALOG_NAME: &str = "naru";

/// How long a call waits for other processes before it says that the catalog is busy.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS iceberg_tables (
    catalog_name VARCHAR(255) NOT NULL,
    table_namespace VARCHAR(255) NOT NULL,
    table_name VARCHAR(255) NOT NULL,
    metadata_location VARCHAR(1000),
    previous_metadata_location VARCHAR(1000),
    iceberg_type VARCHAR(5),
    PRIMARY KEY (catalog_name, table_namespace, table_name)
);
CREATE TABLE IF NOT EXISTS iceberg_namespace_properties (
    catalog_name VARCHAR(255) NOT NULL,
    namespace VARCHAR(255) NOT NULL,
    property_key VARCHAR(255) NOT NULL,
    property_value VARCHAR(1000) NOT NULL,
    PRIMARY KEY (catalog_name, namespace, property_key)
);";

/// A catalog in a SQLite file. Calls block the thread while SQLite works.
#[derive(Debug)]
pub struct SqlitePointer {
    connection: Mutex<Connection>,
    path: String,
    /// Whether the file's `iceberg_tables` tells tables from views (schema V1).
    has_type: bool,
}

impl SqlitePointer {
    /// Opens the catalog in a file; makes the file and its tables where there are none.
    ///
    /// # Errors
    /// `Denied`, `Unavailable` or `Other`, naming the file.
    pub fn create(path: &Path) -> Result<Self, PointerError> {
        let pointer = Self::connect(path, OpenFlags::SQLITE_OPEN_CREATE)?;
        pointer.lock().execute_batch(SCHEMA).map_err(|e| pointer.failed("make the catalog's tables", e))?;
        pointer.with_type_known()
    }

    /// Opens the catalog in a file that exists.
    ///
    /// # Errors
    /// `NotFound`, `Denied`, `Unavailable` or `Other`, naming the file.
    pub fn open(path: &Path) -> Result<Self, PointerError> {
        if !path.is_file() {
            let message = format!("there is no catalog {}", path.display());
            return Err(PointerError::new(PointerErrorKind::NotFound, message));
        }
        Self::connect(path, OpenFlags::empty())?.with_type_known()
    }

    fn connect(path: &Path, more: OpenFlags) -> Result<Self, PointerError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
        let text = path.display().to_string();
        let open = || {
            let connection = Connection::open_with_flags(path, flags)?;
            connection.busy_timeout(BUSY_TIMEOUT)?;
            connection.pragma_update(None, "synchronous", "EXTRA")?;
            Ok(connection)
        };
        let connection = open().map_err(|e| pointer_error(&text, "open the catalog", e))?;
        Ok(Self { connection: Mutex::new(connection), path: text, has_type: true })
    }

    fn with_type_known(mut self) -> Result<Self, PointerError> {
        let query = "SELECT count(*) FROM pragma_table_info('iceberg_tables') WHERE name = 'iceberg_type'";
        let found = self.lock().query_row(query, [], |row| row.get::<_, i64>(0));
        self.has_type = found.map_err(|e| self.failed("read the catalog's tables", e))? > 0;
        Ok(self)
    }

    /// Any table's metadata location that is not below `directory`, however it is written.
    pub(crate) fn location_outside(&self, directory: &Path) -> Result<Option<String>, PointerError> {
        let query = "SELECT metadata_location FROM iceberg_tables
                     WHERE catalog_name = ?1 AND metadata_location IS NOT NULL";
        let locations: Vec<String> =
            self.list(query, &[CATALOG_NAME], |row| row.get(0)).map_err(|e| self.failed("read the catalog", e))?;
        let is_inside = |location: &str| location_to_path(location).is_ok_and(|path| path.starts_with(directory));
        Ok(locations.into_iter().find(|location| !is_inside(location)))
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic between two statements leaves no transaction open: dropping one rolls it back.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, doing: &str, error: rusqlite::Error) -> PointerError {
        pointer_error(&self.path, doing, error)
    }

    /// Leaves views out.
    fn only_tables(&self) -> &'static str {
        if self.has_type { "AND (iceberg_type = 'TABLE' OR iceberg_type IS NULL)" } else { "" }
    }

    fn load_from(&self, connection: &Connection, database: &str, table: &str) -> rusqlite::Result<Option<String>> {
        let query = format!(
            "SELECT metadata_location FROM iceberg_tables
             WHERE catalog_name = ?1 AND table_namespace = ?2 AND table_name = ?3 {}",
            self.only_tables()
        );
        let row = connection.query_row(&query, params![CATALOG_NAME, database, table], |row| row.get(0));
        Ok(row.optional()?.flatten())
    }

    fn list<T>(
        &self,
        query: &str,
        parameters: &[&str],
        of_row: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Vec<T>> {
        let connection = self.lock();
        let mut statement = connection.prepare(query)?;
        let rows = statement.query_map(rusqlite::params_from_iter(parameters), of_row)?;
        rows.collect()
    }
}

#[async_trait]
impl CatalogPointer for SqlitePointer {
    async fn load(&self, database: &str, table: &str) -> Result<Option<String>, PointerError> {
        let connection = self.lock();
        self.load_from(&connection, database, table).map_err(|e| self.failed("read the catalog", e))
    }

    async fn create(&self, database: &str, table: &str, metadata_location: &str) -> Result<(), PointerError> {
        if !self.list_databases().await?.iter().any(|name| name == database) {
            let message = format!("there is no database {database} in the catalog {}", self.path);
            return Err(PointerError::new(PointerErrorKind::NotFound, message));
        }
        let (columns, values) = if self.has_type { (", iceberg_type", ", 'TABLE'") } else { ("", "") };
        let statement = format!(
            "INSERT INTO iceberg_tables (catalog_name, table_namespace, table_name, metadata_location{columns})
             VALUES (?1, ?2, ?3, ?4{values})"
        );
        let inserted = self.lock().execute(&statement, params![CATALOG_NAME, database, table, metadata_location]);
        match inserted {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                let message = format!("the table {database}.{table} exists already");
                Err(PointerError::new(PointerErrorKind::AlreadyExists, message))
            }
            result => result.map(|_| ()).map_err(|e| self.failed_change("add a table to the catalog", e)),
        }
    }

    async fn swap(&self, database: &str, table: &str, expected: &str, new: &str) -> Result<(), PointerError> {
        let failed = |e| self.failed_change("change the catalog", e);
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let statement = format!(
            "UPDATE iceberg_tables SET metadata_location = ?1, previous_metadata_location = ?2
             WHERE catalog_name = ?3 AND table_namespace = ?4 AND table_name = ?5 AND metadata_location = ?2 {}",
            self.only_tables()
        );
        let parameters = params![new, expected, CATALOG_NAME, database, table];
        if transaction.execute(&statement, parameters).map_err(failed)? == 1 {
            return transaction.commit().map_err(failed);
        }
        match self.load_from(&transaction, database, table).map_err(failed)? {
            Some(_) => Err(PointerError::new(
                PointerErrorKind::Conflict,
                format!("the table {database}.{table} was changed by somebody else"),
            )),
            None => Err(PointerError::new(
                PointerErrorKind::NotFound,
                format!("there is no table {database}.{table} in the catalog {}", self.path),
            )),
        }
    }

    async fn list_databases(&self) -> Result<Vec<String>, PointerError> {
        let query = "SELECT namespace FROM iceberg_namespace_properties WHERE catalog_name = ?1
             UNION SELECT table_namespace FROM iceberg_tables WHERE catalog_name = ?1 ORDER BY 1";
        self.list(query, &[CATALOG_NAME], |row| row.get(0)).map_err(|e| self.failed("list databases", e))
    }

    async fn list_tables(&self, database: &str) -> Result<Vec<ListedTable>, PointerError> {
        let query = format!(
            "SELECT table_name, metadata_location FROM iceberg_tables WHERE catalog_name = ?1 AND table_namespace = ?2
             AND metadata_location IS NOT NULL {} ORDER BY 1",
            self.only_tables()
        );
        let listed = |row: &Row<'_>| {
            let (table, location): (String, String) = (row.get(0)?, row.get(1)?);
            Ok(ListedTable::new(database, &table, &location))
        };
        self.list(&query, &[CATALOG_NAME, database], listed).map_err(|e| self.failed("list tables", e))
    }

    async fn create_database(&self, database: &str) -> Result<(), PointerError> {
        // `exists` is the property by which PyIceberg and Java mark a namespace that has no other.
        let statement =
            "INSERT INTO iceberg_namespace_properties (catalog_name, namespace, property_key, property_value)
             VALUES (?1, ?2, 'exists', 'true') ON CONFLICT DO NOTHING";
        let inserted = self.lock().execute(statement, params![CATALOG_NAME, database]);
        inserted.map(|_| ()).map_err(|e| self.failed_change("add a database to the catalog", e))
    }
}

impl SqlitePointer {
    /// As [`Self::failed`], where an error of the disk leaves open whether the change took place.
    fn failed_change(&self, doing: &str, error: rusqlite::Error) -> PointerError {
        if error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure) {
            let message = format!("cannot {doing} {}: the disk reported an error", self.path);
            return PointerError::new(PointerErrorKind::UnknownOutcome, message).because(error);
        }
        self.failed(doing, error)
    }
}

fn pointer_error(path: &str, doing: &str, error: rusqlite::Error) -> PointerError {
    let (kind, reason) = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            (PointerErrorKind::Unavailable, "another process is using it")
        }
        // SQLite rolls back what it has no room for.
        Some(ErrorCode::DiskFull) => (PointerErrorKind::Full, "the disk is full; free some space and run again"),
        Some(ErrorCode::ReadOnly) => (PointerErrorKind::Denied, "the file is read-only"),
        Some(ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied) => {
            (PointerErrorKind::Denied, "permission denied")
        }
        Some(ErrorCode::CannotOpen) => {
            (PointerErrorKind::Denied, "it cannot be opened; check its directory's owner and mode")
        }
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            (PointerErrorKind::Other, "it is no SQLite file, or a damaged one")
        }
        Some(ErrorCode::SystemIoFailure) => (PointerErrorKind::Other, "the disk reported an error"),
        _ => (PointerErrorKind::Other, "SQLite refused"),
    };
    PointerError::new(kind, format!("cannot {doing} {path}: {reason}")).because(error)
}
