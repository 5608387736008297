//! What a reader needs to know of a table at one snapshot: the schema and the files.

use iceberg::spec::{SchemaRef, Struct};
use naru_core::table_spec::ColumnSpec;

use crate::delete_files::DeleteFiles;
use crate::error::{LakeError, LakeErrorKind};
use crate::manifests::load_manifests;
use crate::spec::column_spec;
use crate::table::LakeTable;

/// Which state of a table to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// The newest.
    Current,
    /// The snapshot with this id.
    Snapshot(i64),
    /// What was current at this time, in milliseconds since 1970-01-01 UTC.
    Timestamp(i64),
}

/// A table at one snapshot.
#[derive(Debug, Clone)]
pub struct TableScan {
    /// The snapshot; none for a table that never had one.
    pub snapshot_id: Option<i64>,
    /// The schema of that snapshot.
    pub schema: SchemaRef,
    /// The live data files, in the order of the manifests.
    pub files: Vec<ScanFile>,
    /// Rows in all files; none if delete files may apply, which only tell it when they are read.
    pub rows: Option<u64>,
}

/// A data file, to read without the rows that its delete files name.
#[derive(Debug, Clone)]
pub struct ScanFile {
    /// URI.
    pub path: String,
    /// Number of rows, deleted ones included.
    pub record_count: u64,
    /// Size in bytes.
    pub size_bytes: u64,
    /// The partition spec that the file was written with.
    pub spec_id: i32,
    /// The values of that spec's fields.
    pub partition: Struct,
    /// URIs of the position delete files (Parquet) that may name rows of this file.
    pub deletes: Vec<String>,
}

impl TableScan {
    /// The columns in order, each with its field id.
    ///
    /// # Errors
    /// `Unsupported` for types that a definition cannot say (tables that others made).
    pub fn columns(&self) -> Result<Vec<(i32, ColumnSpec)>, LakeError> {
        self.schema.as_struct().fields().iter().map(|field| Ok((field.id, column_spec(field)?))).collect()
    }
}

impl LakeTable {
    /// The files of the table's state at a snapshot or time.
    ///
    /// # Errors
    /// `NotFound` if the table has no such snapshot, or had none at that time; `Unsupported` if rows were deleted otherwise
    /// than by position delete files in Parquet.
    pub async fn scan(&self, as_of: AsOf) -> Result<TableScan, LakeError> {
        let metadata = self.metadata();
        let snapshot = match as_of {
            AsOf::Current => match metadata.current_snapshot() {
                Some(snapshot) => snapshot,
                None => {
                    let schema = metadata.current_schema().clone();
                    return Ok(TableScan { snapshot_id: None, schema, files: Vec::new(), rows: Some(0) });
                }
            },
            AsOf::Snapshot(id) => metadata.snapshot_by_id(id).ok_or_else(|| self.missing_snapshot(id))?,
            AsOf::Timestamp(milliseconds) => self.snapshot_at(milliseconds)?,
        };
        let schema = snapshot.schema(metadata).map_err(|e| LakeError::invalid("find the snapshot's schema", e))?;
        let mut files = Vec::new();
        let manifests = load_manifests(self, snapshot).await?;
        let delete_files = DeleteFiles::of(self, &manifests)?;
        for loaded in manifests.iter().filter(|loaded| !loaded.holds_deletes()) {
            for entry in loaded.live_entries() {
                files.push(ScanFile {
                    path: entry.file_path().to_string(),
                    record_count: entry.record_count(),
                    size_bytes: entry.file_size_in_bytes(),
                    spec_id: loaded.spec_id(),
                    partition: entry.data_file().partition().clone(),
                    deletes: delete_files.of_data_file(loaded.spec_id(), entry),
                });
            }
        }
        // Delete files may name a row twice, or rows of files that are gone: their row counts tell nothing for certain.
        let is_whole = files.iter().all(|file| file.deletes.is_empty());
        let rows = is_whole.then(|| files.iter().map(|file| file.record_count).sum());
        Ok(TableScan { snapshot_id: Some(snapshot.snapshot_id()), schema, files, rows })
    }

    fn snapshot_at(&self, milliseconds: i64) -> Result<&iceberg::spec::SnapshotRef, LakeError> {
        let history = self.metadata().history();
        let Some(entry) = history.iter().rev().find(|entry| entry.timestamp_ms <= milliseconds) else {
            let mut error = LakeError::new(LakeErrorKind::NotFound, "the table had no snapshot at that time")
                .with("table", self.full_name())
                .with("time in ms", milliseconds);
            if let Some(first) = history.first() {
                error = error.with("first snapshot in ms", first.timestamp_ms);
            }
            return Err(error);
        };
        self.metadata().snapshot_by_id(entry.snapshot_id).ok_or_else(|| self.missing_snapshot(entry.snapshot_id))
    }

    fn missing_snapshot(&self, id: i64) -> LakeError {
        LakeError::new(LakeErrorKind::NotFound, "the table has no such snapshot, or it has expired")
            .with("table", self.full_name())
            .with("snapshot", id)
    }
}
