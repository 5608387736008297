//! One try of a commit: the files that it writes before the swap.

use std::time::{SystemTime, UNIX_EPOCH};

use iceberg::MetadataLocation;
use iceberg::spec::{MAIN_BRANCH, Operation, Snapshot, Summary, TableMetadata};
use uuid::Uuid;

use crate::commit::{Commit, Committed};
use crate::data_file::DataFile;
use crate::error::LakeError;
use crate::manifests::{SnapshotWriter, load_manifests};
use crate::removal::Removal;
use crate::schema::DELETE_METADATA_PROPERTY;
use crate::summary::Totals;
use crate::table::LakeTable;

/// One try of a commit.
pub(crate) struct Attempt {
    number: u32,
    /// The metadata file that the swap expects.
    pub(crate) expected: String,
    pub(crate) snapshot_id: i64,
    pub(crate) metadata_location: String,
    /// Manifests, manifest list, metadata file.
    pub(crate) written: Vec<String>,
    /// Data files that were rewritten for it, or for an earlier try and used again.
    pub(crate) rewritten: Vec<String>,
    added_rows: u64,
    removed_rows: u64,
    /// Whether the swap may yet turn out to have taken place.
    pub(crate) is_pending: bool,
    /// Whether it turned out to have taken place.
    pub(crate) has_won: bool,
}

impl Attempt {
    pub(crate) fn new(table: &LakeTable, number: u32) -> Self {
        Self {
            number,
            expected: table.metadata_location().to_string(),
            snapshot_id: new_snapshot_id(table.metadata()),
            metadata_location: String::new(),
            written: Vec::new(),
            rewritten: Vec::new(),
            added_rows: 0,
            removed_rows: 0,
            is_pending: false,
            has_won: false,
        }
    }

    /// Whether a newer state of the table came out of this one.
    pub(crate) fn has_landed(&self, now: &LakeTable) -> bool {
        now.metadata_location() == self.metadata_location
            || now.metadata().snapshot_by_id(self.snapshot_id).is_some()
            || now.metadata().metadata_log().iter().any(|entry| entry.metadata_file == self.metadata_location)
    }

    pub(crate) fn committed(&self) -> Committed {
        Committed {
            snapshot_id: self.snapshot_id,
            metadata_location: self.metadata_location.clone(),
            added_rows: self.added_rows,
            removed_rows: self.removed_rows,
            attempts: self.number,
        }
    }
}

impl Commit<'_> {
    /// Writes all that a try needs before its swap. Gives the metadata files to delete once the swap is done.
    pub(crate) async fn prepare(&mut self, table: &LakeTable, attempt: &mut Attempt) -> Result<Vec<String>, LakeError> {
        let manifests = match table.metadata().current_snapshot() {
            Some(snapshot) => load_manifests(table, snapshot).await?,
            None => Vec::new(),
        };
        let removal = Removal::decide(table, &self.request, &manifests, &mut self.rewritten).await?;
        attempt.rewritten = removal.rewritten().map(|file| file.location().to_string()).collect();

        let added: Vec<_> = self.request.written().chain(removal.rewritten()).collect();
        let mut totals = Totals::default();
        let parent = table.snapshot_id();
        let commit_id = Uuid::new_v4().to_string();
        let mut writer = SnapshotWriter::new(table, attempt.snapshot_id, commit_id, &mut attempt.written);
        writer.add(&added).await?;
        for file in &added {
            totals.add(&file.file, file.spec_id);
        }
        for restored in removal.restored() {
            totals.restore(restored.entry.data_file(), restored.spec_id);
        }
        writer.restore(removal.restored()).await?;
        for loaded in &manifests {
            for entry in loaded.live_entries() {
                if removal.removes(entry) {
                    totals.remove(entry.data_file(), loaded.spec_id());
                } else {
                    totals.keep(entry.data_file());
                }
            }
            writer.carry_over(loaded, |entry| removal.removes(entry)).await?;
        }
        let (manifest_list, sequence_number) = writer.finish_list(parent).await?;

        attempt.added_rows = self.request.added.iter().map(DataFile::record_count).sum();
        attempt.removed_rows = totals.removed_rows().saturating_sub(totals.added_rows() - attempt.added_rows);
        let mut properties = self.request.run.to_properties(self.request.change);
        properties.extend(totals.to_properties());
        let snapshot = Snapshot::builder()
            .with_snapshot_id(attempt.snapshot_id)
            .with_parent_snapshot_id(parent)
            .with_sequence_number(sequence_number)
            .with_timestamp_ms(now_ms().max(table.metadata().last_updated_ms() + 1))
            .with_manifest_list(manifest_list)
            .with_schema_id(table.metadata().current_schema_id())
            .with_summary(Summary { operation: totals.operation(), additional_properties: properties })
            .build();
        self.write_metadata(table, attempt, snapshot).await
    }

    async fn write_metadata(
        &self,
        table: &LakeTable,
        attempt: &mut Attempt,
        snapshot: Snapshot,
    ) -> Result<Vec<String>, LakeError> {
        let invalid =
            |e| LakeError::invalid("add a snapshot to the table's metadata", e).with("table", table.full_name());
        let metadata = table.metadata().as_ref().clone();
        let built = metadata
            .into_builder(Some(table.metadata_location().to_string()))
            .set_branch_snapshot(snapshot, MAIN_BRANCH)
            .and_then(|builder| builder.build())
            .map_err(invalid)?;
        let file = next_metadata_file(table, &built.metadata);
        attempt.metadata_location = file.to_string();
        attempt.written.push(attempt.metadata_location.clone());
        let written = built.metadata.write_to(self.lake.file_io(), &file).await;
        written.map_err(|e| LakeError::storage("write a table's metadata", &attempt.metadata_location, e))?;
        let expired = built.expired_metadata_logs.into_iter().map(|entry| entry.metadata_file);
        Ok(if metadata_deletes_expired(&built.metadata) { expired.collect() } else { Vec::new() })
    }
}

/// `<table>/metadata/<version>-<uuid>.metadata.json`; the version counts on from the current file's, where its name has one.
pub(crate) fn next_metadata_file(table: &LakeTable, metadata: &TableMetadata) -> MetadataLocation {
    match table.metadata_location().parse::<MetadataLocation>() {
        Ok(current) => current.with_next_version().with_new_metadata(metadata),
        Err(_) => MetadataLocation::new_with_metadata(metadata.location(), metadata).with_next_version(),
    }
}

/// Whether the table wants metadata files deleted that have left its log.
pub(crate) fn metadata_deletes_expired(metadata: &TableMetadata) -> bool {
    metadata.properties().get(DELETE_METADATA_PROPERTY).is_some_and(|value| value == "true")
}

fn new_snapshot_id(metadata: &TableMetadata) -> i64 {
    loop {
        let (high, low) = Uuid::new_v4().as_u64_pair();
        let id = ((high ^ low) >> 1).cast_signed();
        if id != 0 && metadata.snapshot_by_id(id).is_none() {
            return id;
        }
    }
}

fn now_ms() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}

/// What a snapshot did, as Iceberg's Java library names it.
impl Totals {
    fn operation(&self) -> Operation {
        match (self.added_files(), self.removes_rows()) {
            (_, false) => Operation::Append,
            (0, true) => Operation::Delete,
            (_, true) => Operation::Overwrite,
        }
    }
}
