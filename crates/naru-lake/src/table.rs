//! One state of a table, as its catalog pointed to it when it was loaded.

use std::sync::Arc;

use arrow_schema::SchemaRef as ArrowSchemaRef;
use iceberg::io::FileIO;
use iceberg::spec::{SnapshotRef, TableMetadata};
use naru_core::TableSpec;

use crate::error::LakeError;
use crate::run_record::RunRecord;

/// One state of a table. Loading again may give a newer one; this one does not change.
#[derive(Debug, Clone)]
pub struct LakeTable {
    database: String,
    name: String,
    metadata_location: String,
    metadata: Arc<TableMetadata>,
    file_io: FileIO,
}

/// A snapshot and the run that made it.
#[derive(Debug, Clone)]
pub struct SnapshotInfo {
    /// The snapshot, with its summary.
    pub snapshot: SnapshotRef,
    /// The run that made it; none for snapshots of other writers.
    pub run: Option<RunRecord>,
    /// Whether the table's current state came out of this one.
    pub in_current_history: bool,
}

impl LakeTable {
    pub(crate) fn new(
        database: &str,
        name: &str,
        metadata_location: String,
        metadata: TableMetadata,
        file_io: FileIO,
    ) -> Self {
        let metadata = Arc::new(metadata);
        Self { database: database.into(), name: name.into(), metadata_location, metadata, file_io }
    }

    /// The same table, once its metadata stands at this URI.
    pub(crate) fn made_at(self, metadata_location: String) -> Self {
        Self { metadata_location, ..self }
    }

    /// The physical database's name.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// The table's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `database.table`.
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.database, self.name)
    }

    /// Iceberg's own metadata.
    pub fn metadata(&self) -> &Arc<TableMetadata> {
        &self.metadata
    }

    /// URI of the metadata file.
    pub fn metadata_location(&self) -> &str {
        &self.metadata_location
    }

    /// URI of the table's directory, without a trailing slash.
    pub fn location(&self) -> &str {
        self.metadata.location()
    }

    /// The storage that the table's files are in.
    pub fn file_io(&self) -> &FileIO {
        &self.file_io
    }

    /// The current snapshot's id; none for a table that never had one. A plan's base.
    pub fn snapshot_id(&self) -> Option<i64> {
        self.metadata.current_snapshot_id()
    }

    /// What the table is, in a definition's words.
    ///
    /// # Errors
    /// `Unsupported` for what a definition cannot say (tables that others made).
    pub fn spec(&self) -> Result<TableSpec, LakeError> {
        crate::spec::table_spec(&self.metadata)
    }

    /// The current schema as Arrow's; each field carries its Iceberg id as `PARQUET:field_id`.
    ///
    /// # Errors
    /// `InvalidInput` for types that Arrow lacks.
    pub fn arrow_schema(&self) -> Result<ArrowSchemaRef, LakeError> {
        let schema = iceberg::arrow::schema_to_arrow_schema(self.metadata.current_schema());
        schema.map(Arc::new).map_err(|e| LakeError::invalid("make an Arrow schema", e).with("table", self.full_name()))
    }

    /// The snapshots that have not expired, from the oldest to the newest.
    pub fn snapshots(&self) -> Vec<SnapshotInfo> {
        let ancestry: Vec<i64> = self.ancestry().map(|snapshot| snapshot.snapshot_id()).collect();
        let mut snapshots: Vec<SnapshotInfo> = self
            .metadata
            .snapshots()
            .map(|snapshot| SnapshotInfo {
                snapshot: snapshot.clone(),
                run: RunRecord::from_properties(&snapshot.summary().additional_properties),
                in_current_history: ancestry.contains(&snapshot.snapshot_id()),
            })
            .collect();
        snapshots.sort_by_key(|info| (info.snapshot.sequence_number(), info.snapshot.timestamp_ms()));
        snapshots
    }

    /// The current snapshot, its parent, and so on as far as they have not expired.
    pub(crate) fn ancestry(&self) -> impl Iterator<Item = &SnapshotRef> {
        std::iter::successors(self.metadata.current_snapshot(), |snapshot| {
            self.metadata.snapshot_by_id(snapshot.parent_snapshot_id()?)
        })
    }
}
