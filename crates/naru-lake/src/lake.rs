//! The lake: a catalog's pointer and the storage behind it.

use std::fmt;
use std::sync::Arc;

use iceberg::MetadataLocation;
use iceberg::io::FileIO;
use iceberg::spec::{FormatVersion, TableMetadata, TableMetadataBuilder};
use naru_core::TableSpec;

use crate::error::{LakeError, LakeErrorKind};
use crate::ports::{CatalogPointer, ListedTable, PointerErrorKind};
use crate::schema::{iceberg_partition_spec, iceberg_properties, iceberg_schema, iceberg_sort_order};
use crate::stop::Stop;
use crate::table::LakeTable;

/// A catalog's pointer and the storage behind it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Lake {
    pointer: Arc<dyn CatalogPointer>,
    file_io: FileIO,
    pub(crate) stop: Stop,
}

/// The name of a table in the catalog.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableName {
    /// Physical database.
    pub database: String,
    /// Table.
    pub table: String,
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.database, self.table)
    }
}

impl Lake {
    /// A lake over a catalog and a storage; see [`crate::ports`] for what they must promise.
    pub fn new(pointer: Arc<dyn CatalogPointer>, file_io: FileIO) -> Self {
        Self { pointer, file_io, stop: Stop::default() }
    }

    /// The catalog.
    pub fn pointer(&self) -> &Arc<dyn CatalogPointer> {
        &self.pointer
    }

    /// The storage.
    pub fn file_io(&self) -> &FileIO {
        &self.file_io
    }

    /// The table's newest state; none if there is no such table.
    ///
    /// # Errors
    /// The catalog's, or `InvalidMetadata`, `Storage`, `Unavailable` if the metadata file cannot be read.
    pub async fn table(&self, database: &str, table: &str) -> Result<Option<LakeTable>, LakeError> {
        let Some(location) = self.pointer.load(database, table).await? else { return Ok(None) };
        let metadata = TableMetadata::read_from(&self.file_io, &location).await;
        let metadata = metadata.map_err(|e| LakeError::storage("read a table's metadata", &location, e))?;
        Ok(Some(LakeTable::new(database, table, location, metadata, self.file_io.clone())))
    }

    /// As [`Self::table`], where a table that does not exist is an error.
    ///
    /// # Errors
    /// `NotFound`, and as [`Self::table`].
    pub async fn expect_table(&self, database: &str, table: &str) -> Result<LakeTable, LakeError> {
        self.table(database, table).await?.ok_or_else(|| {
            LakeError::new(LakeErrorKind::NotFound, "there is no such table; create it with `naru apply`")
                .with("table", format!("{database}.{table}"))
        })
    }

    /// All tables, in the order of their names.
    ///
    /// # Errors
    /// The catalog's.
    pub async fn tables(&self) -> Result<Vec<ListedTable>, LakeError> {
        self.tables_of(self.pointer.list_databases().await?).await
    }

    /// The tables of some databases, database by database, in the order of their names. A database that does not exist has
    /// none.
    ///
    /// # Errors
    /// The catalog's.
    pub async fn tables_of(
        &self,
        databases: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<Vec<ListedTable>, LakeError> {
        let mut tables = Vec::new();
        for database in databases {
            tables.extend(self.pointer.list_tables(database.as_ref()).await?);
        }
        Ok(tables)
    }

    /// Makes an empty table of format version 2 (and its database, where there is none). `location` is the URI of its
    /// directory.
    ///
    /// # Errors
    /// `AlreadyExists`; `InvalidInput` for a specification that contradicts itself; the catalog's and storage's.
    pub async fn create_table(
        &self,
        database: &str,
        table: &str,
        location: &str,
        spec: &TableSpec,
    ) -> Result<LakeTable, LakeError> {
        let draft = self.draft_table(database, table, location, spec)?;
        let file = MetadataLocation::new_with_metadata(draft.location(), draft.metadata());
        let file_name = file.to_string();
        self.pointer.create_database(database).await?;
        let written = draft.metadata().write_to(&self.file_io, &file).await;
        if let Err(error) = written {
            self.delete(std::slice::from_ref(&file_name)).await;
            return Err(LakeError::storage("write a table's metadata", &file_name, error));
        }
        if let Err(error) = self.pointer.create(database, table, &file_name).await {
            let definite = !matches!(error.kind(), PointerErrorKind::UnknownOutcome | PointerErrorKind::Other);
            match self.pointer.load(database, table).await {
                Ok(Some(current)) if current == file_name => {}
                Ok(Some(_)) => {
                    // After an unclear answer the table may be ours, and changed by somebody else since.
                    if definite {
                        self.delete(&[file_name]).await;
                    }
                    return Err(LakeError::new(LakeErrorKind::AlreadyExists, "the table exists already")
                        .with("table", format!("{database}.{table}")));
                }
                _ => {
                    if definite {
                        self.delete(&[file_name]).await;
                    }
                    return Err(LakeError::from(error).with("table", format!("{database}.{table}")));
                }
            }
        }
        Ok(draft.made_at(file_name))
    }

    /// A table that is in no catalog yet: data files can be written for it before [`Self::create_table`] makes it of the
    /// same specification, with the same field ids.
    ///
    /// # Errors
    /// `InvalidInput` for a specification that contradicts itself.
    pub fn draft_table(
        &self,
        database: &str,
        table: &str,
        location: &str,
        spec: &TableSpec,
    ) -> Result<LakeTable, LakeError> {
        let metadata = new_metadata(location, spec).map_err(|e| e.with("table", format!("{database}.{table}")))?;
        Ok(LakeTable::new(database, table, String::new(), metadata, self.file_io.clone()))
    }

    /// Deletes files that no table knows, as well as it can: what stays behind is found by maintenance.
    pub(crate) async fn delete(&self, locations: &[String]) {
        for location in locations {
            if let Err(error) = self.file_io.delete(location).await {
                tracing::warn!(file = %location, %error, "cannot delete a file that is no longer needed");
            }
        }
    }
}

pub(crate) fn new_metadata(location: &str, spec: &TableSpec) -> Result<TableMetadata, LakeError> {
    let invalid = |e| LakeError::invalid("make the table's metadata", e);
    let built = TableMetadataBuilder::new(
        iceberg_schema(spec)?,
        iceberg_partition_spec(spec)?,
        iceberg_sort_order(spec)?,
        location.to_string(),
        FormatVersion::V2,
        iceberg_properties(spec),
    )
    .and_then(TableMetadataBuilder::build)
    .map_err(invalid)?;
    Ok(built.metadata)
}
