//! The pointer in the Glue Data Catalog: the parameter `metadata_location`, changed by compare-and-swap.
//!
//! ```text
//! swap: GetTable ─▶ expected location? ─▶ UpdateTable(VersionId of GetTable, SkipArchive) ─▶ done
//!                   └ no: Conflict        └ ConcurrentModificationException: Conflict
//!                                         └ no answer: UnknownOutcome
//! ```
//!
//! A swap is sent once. The SDK would take the conflict that its own second try meets, after a first try that succeeded, for
//! an answer.

use async_trait::async_trait;
use aws_sdk_glue::config::retry::RetryConfig;
use aws_sdk_glue::types::{DatabaseInput, Table, TableInput};
use iceberg::io::FileIO;
use iceberg::spec::TableMetadata;
use naru_lake::{CatalogPointer, ListedTable, PointerError, PointerErrorKind};

use super::table_input::{changed, created, metadata_location};
use crate::failure::{Cause, Failure};
use crate::session::AwsSession;

/// A catalog in the account's Glue Data Catalog. Tables that are not Iceberg's are passed over.
///
/// Columns are kept in step with the table: they are read from the new metadata file, which is written before the swap.
#[derive(Debug, Clone)]
pub struct GluePointer {
    session: AwsSession,
    file_io: FileIO,
}

impl GluePointer {
    /// A catalog by a session; `file_io` reads metadata files.
    pub fn new(session: AwsSession, file_io: FileIO) -> Self {
        Self { session, file_io }
    }

    async fn get(&self, database: &str, table: &str) -> Result<Option<Table>, Failure> {
        let request = self.session.glue().get_table().catalog_id(self.session.owner());
        let request = request.database_name(database).name(table);
        match self.session.run(async move { Ok(request.send().await?.table) }).await {
            Err(error) if error.cause == Cause::NotFound => Ok(None),
            // Glue folds names to lower case, also those that it is asked for.
            found => Ok(found?.filter(|found| found.name == table)),
        }
    }

    async fn has_database(&self, database: &str) -> Result<bool, Failure> {
        let request = self.session.glue().get_database().catalog_id(self.session.owner()).name(database);
        match self.session.run(async move { Ok(request.send().await?) }).await {
            Err(error) if error.cause == Cause::NotFound => Ok(false),
            found => found.map(|_| true),
        }
    }

    /// What a metadata file says. It was written before the catalog is asked to name it.
    async fn metadata(&self, location: &str) -> Result<TableMetadata, PointerError> {
        TableMetadata::read_from(&self.file_io, location).await.map_err(|error| {
            let kind = if error.retryable() { PointerErrorKind::Unavailable } else { PointerErrorKind::Other };
            let message = format!("cannot read {location}, which the catalog would name: nothing was changed");
            PointerError::new(kind, message).because(error)
        })
    }

    /// There is no such table: is there a database?
    async fn missing(&self, database: &str, table: &str) -> PointerError {
        let message = match self.has_database(database).await {
            Ok(false) => no_database(database),
            _ => format!("there is no table {database}.{table} in the Glue Data Catalog"),
        };
        PointerError::new(PointerErrorKind::NotFound, message)
    }

    async fn update(&self, database: &str, version: Option<String>, input: TableInput) -> Result<(), Failure> {
        let request = self.session.glue().update_table().catalog_id(self.session.owner()).database_name(database);
        let request = request.set_version_id(version).skip_archive(true).table_input(input).customize();
        let once = aws_sdk_glue::config::Builder::new().retry_config(RetryConfig::disabled());
        let request = request.config_override(once);
        self.session.run(async move { Ok(request.send().await.map(|_| ())?) }).await
    }
}

#[async_trait]
impl CatalogPointer for GluePointer {
    async fn load(&self, database: &str, table: &str) -> Result<Option<String>, PointerError> {
        let found = self.get(database, table).await.map_err(|e| failed_reading("read", database, e))?;
        Ok(found.as_ref().and_then(metadata_location).map(String::from))
    }

    async fn create(&self, database: &str, table: &str, location: &str) -> Result<(), PointerError> {
        let doing = format!("create table {database}.{table}");
        let input = created(table, location, &self.metadata(location).await?).map_err(|e| refused(&doing, e))?;
        let request = self.session.glue().create_table().catalog_id(self.session.owner());
        let request = request.database_name(database).table_input(input).customize();
        let once = aws_sdk_glue::config::Builder::new().retry_config(RetryConfig::disabled());
        let request = request.config_override(once);
        match self.session.run(async move { Ok(request.send().await.map(|_| ())?) }).await {
            Err(error) if error.cause == Cause::NotFound => {
                Err(PointerError::new(PointerErrorKind::NotFound, no_database(database)).because(error))
            }
            result => result.map_err(|e| failed_changing(&doing, e)),
        }
    }

    async fn swap(&self, database: &str, table: &str, expected: &str, new: &str) -> Result<(), PointerError> {
        let doing = format!("change table {database}.{table}");
        let conflict = || {
            let message = format!("the table {database}.{table} was changed by somebody else");
            PointerError::new(PointerErrorKind::Conflict, message)
        };
        let found = self.get(database, table).await.map_err(|e| failed_reading("change", database, e))?;
        let Some(found) = found else { return Err(self.missing(database, table).await) };
        match metadata_location(&found) {
            Some(current) if current == expected => {}
            Some(_) => return Err(conflict()),
            None => return Err(self.missing(database, table).await),
        }
        let metadata = self.metadata(new).await?;
        let version = found.version_id.clone();
        let input = changed(found, expected, new, &metadata).map_err(|e| refused(&doing, e))?;
        match self.update(database, version, input).await {
            Err(error) if error.cause == Cause::Conflict => Err(conflict().because(error)),
            Err(error) if error.cause == Cause::NotFound => Err(self.missing(database, table).await.because(error)),
            result => result.map_err(|e| failed_changing(&doing, e)),
        }
    }

    async fn list_databases(&self) -> Result<Vec<String>, PointerError> {
        let request = self.session.glue().get_databases().catalog_id(self.session.owner());
        let mut pages = request.into_paginator().send();
        let listed = self.session.run(async move {
            let mut names = Vec::new();
            while let Some(page) = pages.next().await {
                names.extend(page?.database_list().iter().map(|database| database.name.clone()));
            }
            Ok(names)
        });
        let mut names = listed.await.map_err(|e| failed("list the databases of the Glue Data Catalog", e))?;
        names.sort();
        Ok(names)
    }

    async fn list_tables(&self, database: &str) -> Result<Vec<ListedTable>, PointerError> {
        let request = self.session.glue().get_tables().catalog_id(self.session.owner()).database_name(database);
        let mut pages = request.into_paginator().send();
        let listed = self.session.run(async move {
            let mut found: Vec<(String, String)> = Vec::new();
            while let Some(page) = pages.next().await {
                let page = page?;
                let tables = page.table_list().iter();
                found.extend(tables.filter_map(|table| Some((table.name.clone(), metadata_location(table)?.into()))));
            }
            Ok(found)
        });
        let found = match listed.await {
            Err(error) if error.cause == Cause::NotFound => Vec::new(),
            listed => listed.map_err(|e| failed(&format!("list the tables of database {database}"), e))?,
        };
        let mut tables: Vec<_> = found.iter().map(|(name, at)| ListedTable::new(database, name, at)).collect();
        tables.sort();
        Ok(tables)
    }

    /// Looks first: where databases are made with the phase, whoever loads may not make one.
    async fn create_database(&self, database: &str) -> Result<(), PointerError> {
        let doing = format!("create database {database}");
        if self.has_database(database).await.map_err(|e| failed(&doing, e))? {
            return Ok(());
        }
        let input = DatabaseInput::builder().name(database).build().map_err(|e| refused(&doing, e))?;
        let request = self.session.glue().create_database().catalog_id(self.session.owner()).database_input(input);
        match self.session.run(async move { Ok(request.send().await.map(|_| ())?) }).await {
            Err(error) if error.cause == Cause::AlreadyExists => Ok(()),
            result => result.map_err(|e| failed_changing(&doing, e)),
        }
    }
}

fn no_database(database: &str) -> String {
    format!("there is no database {database} in the Glue Data Catalog")
}

fn refused(doing: &str, error: aws_sdk_glue::error::BuildError) -> PointerError {
    PointerError::new(PointerErrorKind::Other, format!("cannot {doing}: the request is incomplete")).because(error)
}

fn failed_reading(doing: &str, database: &str, failure: Failure) -> PointerError {
    failed(&format!("{doing} a table of database {database}"), failure)
}

/// A request that changes nothing: without an answer it can be made again.
fn failed(doing: &str, failure: Failure) -> PointerError {
    let kind = match failure.cause {
        Cause::NoAnswer => PointerErrorKind::Unavailable,
        _ => kind(&failure),
    };
    error(kind, doing, failure)
}

/// A request that may have changed the catalog when there is no answer.
fn failed_changing(doing: &str, failure: Failure) -> PointerError {
    let kind = match failure.cause {
        Cause::NoAnswer => PointerErrorKind::UnknownOutcome,
        _ => kind(&failure),
    };
    error(kind, doing, failure)
}

fn error(kind: PointerErrorKind, doing: &str, failure: Failure) -> PointerError {
    PointerError::new(kind, format!("cannot {doing}: {}", failure.reason())).because(failure)
}

fn kind(failure: &Failure) -> PointerErrorKind {
    match failure.cause {
        Cause::NotFound => PointerErrorKind::NotFound,
        Cause::AlreadyExists => PointerErrorKind::AlreadyExists,
        // Two processes at one database or table, where no location was expected: the same request may succeed.
        Cause::Conflict | Cause::Throttled => PointerErrorKind::Unavailable,
        Cause::Denied | Cause::KeyUnusable => PointerErrorKind::Denied,
        Cause::Changed
        | Cause::OutOfRange
        | Cause::ConcurrentRuns
        | Cause::ResourceLimit
        | Cause::NoAnswer
        | Cause::Other => PointerErrorKind::Other,
    }
}
