//! The files of one state of a table, for those who look for rows in them.

use std::collections::HashSet;
use std::ops::Deref;

use iceberg::spec::{Datum, ManifestContentType, Struct};

use crate::data_file::DataFile;
use crate::error::{LakeError, LakeErrorKind};
use crate::history::{Share, share_of_interval};
use crate::manifests::{LoadedManifest, load_manifests};
use crate::position_deletes::DeletedRows;
use crate::table::LakeTable;

/// The files of one state of a table.
pub struct TableState {
    manifests: Vec<LoadedManifest>,
}

/// A data file that is part of the table: its rows are counted with the deleted ones.
#[derive(Debug, Clone)]
pub struct LiveFile(DataFile);

impl Deref for LiveFile {
    type Target = DataFile;

    fn deref(&self) -> &DataFile {
        &self.0
    }
}

impl LiveFile {
    /// The partition spec that the file was written with.
    pub fn spec_id(&self) -> i32 {
        self.spec_id
    }

    /// The values of that spec's fields.
    pub fn partition(&self) -> &Struct {
        self.file.partition()
    }

    /// A column's smallest and greatest value by its field id, where the manifest has them. Bounds of text may be cut
    /// short, the upper one rounded up.
    pub fn bounds(&self, field_id: i32) -> (Option<&Datum>, Option<&Datum>) {
        (self.file.lower_bounds().get(&field_id), self.file.upper_bounds().get(&field_id))
    }

    /// Whether the file may hold rows of an interval that starts at `micros` (microseconds since 1970-01-01 UTC).
    pub fn may_hold_interval(&self, load_interval_id: i32, micros: i64) -> bool {
        share_of_interval(&self.file, load_interval_id, micros) != Share::None
    }
}

impl LakeTable {
    /// The files of a snapshot; none: no files.
    ///
    /// # Errors
    /// `NotFound` if the snapshot has expired; `InvalidMetadata`, `Storage`, `Unavailable` if a manifest cannot be read.
    pub async fn state(&self, snapshot_id: Option<i64>) -> Result<TableState, LakeError> {
        let Some(id) = snapshot_id else { return Ok(TableState { manifests: Vec::new() }) };
        let snapshot = self.metadata().snapshot_by_id(id).ok_or_else(|| {
            LakeError::new(LakeErrorKind::NotFound, "the table has no such snapshot, or it has expired")
                .with("table", self.full_name())
                .with("snapshot", id)
        })?;
        Ok(TableState { manifests: load_manifests(self, snapshot).await? })
    }

    /// Whether a snapshot can still be read.
    pub fn has_snapshot(&self, id: i64) -> bool {
        self.metadata().snapshot_by_id(id).is_some()
    }
}

impl TableState {
    /// The data files.
    pub fn data_files(&self) -> Vec<LiveFile> {
        let data = self.manifests.iter().filter(|loaded| !loaded.holds_deletes());
        data.flat_map(|loaded| {
            let files = loaded.live_entries().map(|entry| entry.data_file().clone());
            files.map(|file| LiveFile(DataFile { file, spec_id: loaded.spec_id() }))
        })
        .collect()
    }

    /// The rows of these files that delete files have deleted.
    ///
    /// # Errors
    /// `Unsupported` for other than position deletes in Parquet; storage's.
    pub async fn deleted_rows<'a>(
        &self,
        table: &LakeTable,
        files: impl Iterator<Item = &'a LiveFile>,
    ) -> Result<DeletedRows, LakeError> {
        let partitions = files.map(|file| (file.spec_id, file.file.partition())).collect();
        deleted_rows(table, &self.manifests, &partitions).await
    }
}

/// The deleted rows of data files of some partitions. Equality deletes without a partition concern all of them.
pub(crate) async fn deleted_rows(
    table: &LakeTable,
    manifests: &[LoadedManifest],
    partitions: &HashSet<(i32, &Struct)>,
) -> Result<DeletedRows, LakeError> {
    if partitions.is_empty() {
        return Ok(DeletedRows::default());
    }
    let deletes = manifests.iter().filter(|loaded| loaded.file.content == ManifestContentType::Deletes);
    let entries = deletes.flat_map(|loaded| loaded.live_entries().map(move |entry| (loaded.spec_id(), entry)));
    let concerned = entries.filter(|(spec_id, entry)| {
        let partition = entry.data_file().partition();
        partition.fields().is_empty() || partitions.contains(&(*spec_id, partition))
    });
    DeletedRows::read(table, concerned.map(|(_, entry)| entry.data_file())).await
}
