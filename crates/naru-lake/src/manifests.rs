//! Manifests: reading those of a snapshot, writing those of a commit.
//!
//! ```text
//! snapshot ─▶ manifest list ─▶ manifest ─▶ entries (data files; live: added or existing)
//! ```

use std::collections::BTreeSet;

use futures::{StreamExt, TryStreamExt, stream};
use iceberg::spec::{
    DataContentType, FormatVersion, Manifest, ManifestContentType, ManifestEntry, ManifestEntryRef, ManifestFile,
    ManifestList, ManifestListWriter, ManifestWriter, ManifestWriterBuilder, Snapshot,
};

use crate::data_file::DataFile;
use crate::error::{LakeError, LakeErrorKind};
use crate::removal::Restored;
use crate::table::LakeTable;

/// Manifests that are read at the same time.
const CONCURRENT_READS: usize = 8;

/// A manifest with its entries, whose sequence numbers and snapshot ids are filled in.
pub(crate) struct LoadedManifest {
    pub(crate) file: ManifestFile,
    manifest: Manifest,
}

impl LoadedManifest {
    /// The entries that are part of the table.
    pub(crate) fn live_entries(&self) -> impl Iterator<Item = &ManifestEntryRef> {
        self.manifest.entries().iter().filter(|entry| entry.is_alive())
    }

    /// Whether the entries are delete files.
    pub(crate) fn holds_deletes(&self) -> bool {
        self.file.content == ManifestContentType::Deletes
    }

    /// The partition spec that the files were written with.
    pub(crate) fn spec_id(&self) -> i32 {
        self.file.partition_spec_id
    }
}

/// All manifests of a snapshot, data and deletes.
pub(crate) async fn load_manifests(table: &LakeTable, snapshot: &Snapshot) -> Result<Vec<LoadedManifest>, LakeError> {
    stream::iter(load_manifest_list(table, snapshot).await?)
        .map(|file| load_manifest(table, file))
        .buffered(CONCURRENT_READS)
        .try_collect()
        .await
}

/// The manifests of one snapshot that the snapshot itself added.
pub(crate) async fn load_added_manifests(
    table: &LakeTable,
    snapshot: &Snapshot,
) -> Result<Vec<LoadedManifest>, LakeError> {
    let mut added = Vec::new();
    for file in load_manifest_list(table, snapshot).await? {
        if file.added_snapshot_id == snapshot.snapshot_id() {
            added.push(load_manifest(table, file).await?);
        }
    }
    Ok(added)
}

/// One manifest with its entries.
pub(crate) async fn load_manifest(table: &LakeTable, file: ManifestFile) -> Result<LoadedManifest, LakeError> {
    let manifest = file.load_manifest(table.file_io()).await;
    let manifest = manifest.map_err(|e| LakeError::storage("read a manifest", &file.manifest_path, e))?;
    Ok(LoadedManifest { file, manifest })
}

/// The manifests of a snapshot, not read yet.
pub(crate) async fn load_manifest_list(table: &LakeTable, snapshot: &Snapshot) -> Result<Vec<ManifestFile>, LakeError> {
    let location = snapshot.manifest_list();
    let failed = |e| LakeError::storage("read a manifest list", location, e);
    let bytes = table.file_io().new_input(location).map_err(failed)?.read().await.map_err(failed)?;
    let list = ManifestList::parse_with_version(&bytes, table.metadata().format_version()).map_err(failed)?;
    Ok(list.entries().to_vec())
}

/// Writes the manifests and the manifest list of one snapshot; remembers the files that it made.
pub(crate) struct SnapshotWriter<'a> {
    table: &'a LakeTable,
    snapshot_id: i64,
    sequence_number: i64,
    commit_id: String,
    manifests: Vec<ManifestFile>,
    written: &'a mut Vec<String>,
}

impl<'a> SnapshotWriter<'a> {
    /// Starts a snapshot. Locations are put into `written` before their files are made.
    pub(crate) fn new(table: &'a LakeTable, snapshot_id: i64, commit_id: String, written: &'a mut Vec<String>) -> Self {
        let sequence_number = table.metadata().next_sequence_number();
        Self { table, snapshot_id, sequence_number, commit_id, manifests: Vec::new(), written }
    }

    /// Adds data and delete files, one manifest for each partition spec and content.
    pub(crate) async fn add(&mut self, files: &[&DataFile]) -> Result<(), LakeError> {
        let kind = |file: &DataFile| (file.file.content_type() != DataContentType::Data, file.spec_id);
        let kinds: BTreeSet<(bool, i32)> = files.iter().map(|file| kind(file)).collect();
        for (is_deletes, spec_id) in kinds {
            let mut writer = self.manifest_writer(spec_id, is_deletes)?;
            for file in files.iter().filter(|file| kind(file) == (is_deletes, spec_id)) {
                // A negative sequence number is left open, for readers to take it from the manifest list.
                writer.add_file(file.file.clone(), -1).map_err(|e| LakeError::invalid("add a data file", e))?;
            }
            self.finish(writer).await?;
        }
        Ok(())
    }

    /// Carries over a manifest of the parent snapshot: as it is if it keeps all its files, else rewritten. One that only
    /// tells what earlier snapshots deleted is left out.
    pub(crate) async fn carry_over(
        &mut self,
        loaded: &LoadedManifest,
        is_removed: impl Fn(&ManifestEntry) -> bool,
    ) -> Result<(), LakeError> {
        let mut live = loaded.live_entries().peekable();
        if live.peek().is_none() {
            return Ok(());
        }
        if !loaded.live_entries().any(|entry| is_removed(entry)) {
            self.manifests.push(loaded.file.clone());
            return Ok(());
        }
        let mut writer = self.rewritten_manifest_writer(loaded)?;
        for entry in live {
            let (snapshot_id, sequence_number) =
                origin(entry).map_err(|e| e.with("manifest", &loaded.file.manifest_path))?;
            let file = entry.data_file().clone();
            let file_sequence_number = entry.file_sequence_number.or(Some(sequence_number));
            let result = if is_removed(entry) {
                writer.add_delete_file(file, sequence_number, file_sequence_number)
            } else {
                writer.add_existing_file(file, snapshot_id, sequence_number, file_sequence_number)
            };
            result.map_err(|e| {
                LakeError::invalid("rewrite a manifest", e).with("manifest", &loaded.file.manifest_path)
            })?;
        }
        self.finish(writer).await
    }

    /// Makes files of an earlier snapshot part of this one again, with the sequence numbers that they had.
    pub(crate) async fn restore(&mut self, files: &[Restored]) -> Result<(), LakeError> {
        let kind = |file: &Restored| (file.entry.content_type() != DataContentType::Data, file.spec_id);
        let kinds: BTreeSet<(bool, i32)> = files.iter().map(kind).collect();
        for (is_deletes, spec_id) in kinds {
            let mut writer = self.manifest_writer(spec_id, is_deletes)?;
            for Restored { entry, .. } in files.iter().filter(|file| kind(file) == (is_deletes, spec_id)) {
                let (snapshot_id, sequence_number) = origin(entry)?;
                let file_sequence_number = entry.file_sequence_number.or(Some(sequence_number));
                writer
                    .add_existing_file(entry.data_file().clone(), snapshot_id, sequence_number, file_sequence_number)
                    .map_err(|e| LakeError::invalid("bring a file back", e).with("file", entry.file_path()))?;
            }
            self.finish(writer).await?;
        }
        Ok(())
    }

    /// Writes the manifest list; gives its location and the snapshot's sequence number.
    pub(crate) async fn finish_list(mut self, parent: Option<i64>) -> Result<(String, i64), LakeError> {
        let name = format!("snap-{}-1-{}.avro", self.snapshot_id, self.commit_id);
        let location = self.new_location(&name);
        let failed = |e| LakeError::storage("write a manifest list", &location, e);
        let output = self.table.file_io().new_output(&location).map_err(failed)?;
        let writer = output.writer().await.map_err(failed)?;
        let mut list = ManifestListWriter::v2(writer, self.snapshot_id, parent, self.sequence_number);
        list.add_manifests(std::mem::take(&mut self.manifests).into_iter()).map_err(failed)?;
        list.close().await.map_err(failed)?;
        Ok((location, self.sequence_number))
    }

    fn manifest_writer(&mut self, spec_id: i32, is_deletes: bool) -> Result<ManifestWriter, LakeError> {
        let metadata = self.table.metadata();
        let spec = metadata.partition_spec_by_id(spec_id).ok_or_else(|| {
            LakeError::new(
                LakeErrorKind::InvalidInput,
                "a data file was written for a partition spec that the table lacks",
            )
            .with("partition spec", spec_id)
        })?;
        let (spec, schema) = (spec.as_ref().clone(), metadata.current_schema().clone());
        let builder = self.manifest_builder(schema, spec)?;
        Ok(if is_deletes { builder.build_v2_deletes() } else { builder.build_v2_data() })
    }

    fn rewritten_manifest_writer(&mut self, loaded: &LoadedManifest) -> Result<ManifestWriter, LakeError> {
        let of = loaded.manifest.metadata();
        // Manifests do not keep a spec's id in every writer's files; the list does.
        let spec = of.partition_spec.clone().with_spec_id(loaded.spec_id());
        let builder = self.manifest_builder(of.schema.clone(), spec)?;
        Ok(if loaded.holds_deletes() { builder.build_v2_deletes() } else { builder.build_v2_data() })
    }

    fn manifest_builder(
        &mut self,
        schema: iceberg::spec::SchemaRef,
        spec: iceberg::spec::PartitionSpec,
    ) -> Result<ManifestWriterBuilder, LakeError> {
        if self.table.metadata().format_version() != FormatVersion::V2 {
            return Err(LakeError::new(LakeErrorKind::Unsupported, "naru writes tables of format version 2 only")
                .with("table", self.table.full_name()));
        }
        let location = self.new_location(&format!("{}-m{}.avro", self.commit_id, self.written.len()));
        let output = self.table.file_io().new_output(&location);
        let output = output.map_err(|e| LakeError::storage("write a manifest", &location, e))?;
        Ok(ManifestWriterBuilder::new(output, Some(self.snapshot_id), schema, spec))
    }

    async fn finish(&mut self, writer: ManifestWriter) -> Result<(), LakeError> {
        let location = self.written.last().cloned().unwrap_or_default();
        let manifest = writer.write_manifest_file().await;
        self.manifests.push(manifest.map_err(|e| LakeError::storage("write a manifest", &location, e))?);
        Ok(())
    }

    fn new_location(&mut self, name: &str) -> String {
        let location = format!("{}/metadata/{name}", self.table.metadata().location());
        self.written.push(location.clone());
        location
    }
}

/// The snapshot that added an entry's file, and the file's sequence number.
fn origin(entry: &ManifestEntry) -> Result<(i64, i64), LakeError> {
    entry.snapshot_id().zip(entry.sequence_number()).ok_or_else(|| {
        LakeError::new(LakeErrorKind::InvalidMetadata, "a manifest entry lacks its snapshot or sequence number")
            .with("file", entry.file_path())
    })
}
