//! A snapshot's summary: what it added and removed, and what the table holds after it.
//!
//! Keys as in Iceberg's Java library (`SnapshotSummary`): `added-…` and `deleted-…` where they are not zero, `total-…`
//! always. The totals are counted over the live files, so that they stay right even where a predecessor's were not.
//! Summaries by partition are left out: partition values do not belong in metadata that everybody reads.

use std::collections::{HashMap, HashSet};

use iceberg::spec::{DataContentType, DataFile, Struct};

/// Counts over a commit's files.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    added: Counts,
    removed: Counts,
    kept: Counts,
    changed_partitions: HashSet<(i32, Struct)>,
}

#[derive(Debug, Default)]
struct Counts {
    data_files: u64,
    rows: u64,
    size_bytes: u64,
    position_delete_files: u64,
    position_deletes: u64,
    equality_delete_files: u64,
    equality_deletes: u64,
}

impl Totals {
    /// A file that the snapshot adds.
    pub(crate) fn add(&mut self, file: &DataFile, spec_id: i32) {
        self.added.count(file);
        self.changed_partitions.insert((spec_id, file.partition().clone()));
    }

    /// A file that the snapshot removes.
    pub(crate) fn remove(&mut self, file: &DataFile, spec_id: i32) {
        self.removed.count(file);
        self.changed_partitions.insert((spec_id, file.partition().clone()));
    }

    /// A file of an earlier snapshot that becomes part of the table again.
    pub(crate) fn restore(&mut self, file: &DataFile, spec_id: i32) {
        self.add(file, spec_id);
    }

    /// A file that was there and stays.
    pub(crate) fn keep(&mut self, file: &DataFile) {
        self.kept.count(file);
    }

    pub(crate) fn added_rows(&self) -> u64 {
        self.added.rows
    }

    /// Those of removed files, and those that delete files take away; rows of the latter that were gone before count
    /// again.
    pub(crate) fn removed_rows(&self) -> u64 {
        self.removed.rows + self.added.position_deletes
    }

    pub(crate) fn added_files(&self) -> u64 {
        self.added.data_files
    }

    /// Whether rows go, with their files or by delete files.
    pub(crate) fn removes_rows(&self) -> bool {
        self.removed.data_files + self.removed.delete_files() + self.added.delete_files() > 0
    }

    /// The summary's properties.
    pub(crate) fn to_properties(&self) -> HashMap<String, String> {
        let (added, removed) = (&self.added, &self.removed);
        let changes = [
            ("added-data-files", added.data_files),
            ("added-records", added.rows),
            ("added-files-size", added.size_bytes),
            ("added-delete-files", added.delete_files()),
            ("added-position-delete-files", added.position_delete_files),
            ("added-position-deletes", added.position_deletes),
            ("deleted-data-files", removed.data_files),
            ("deleted-records", removed.rows),
            ("removed-files-size", removed.size_bytes),
            ("removed-delete-files", removed.delete_files()),
            ("removed-position-delete-files", removed.position_delete_files),
            ("removed-position-deletes", removed.position_deletes),
            ("removed-equality-delete-files", removed.equality_delete_files),
            ("removed-equality-deletes", removed.equality_deletes),
        ];
        let total = |of: fn(&Counts) -> u64| of(&self.kept) + of(&self.added);
        let totals = [
            ("changed-partition-count", self.changed_partitions.len() as u64),
            ("total-data-files", total(|counts| counts.data_files)),
            ("total-records", total(|counts| counts.rows)),
            ("total-files-size", total(|counts| counts.size_bytes)),
            ("total-delete-files", total(Counts::delete_files)),
            ("total-position-deletes", total(|counts| counts.position_deletes)),
            ("total-equality-deletes", total(|counts| counts.equality_deletes)),
        ];
        let changes = changes.into_iter().filter(|(_, value)| *value > 0);
        changes.chain(totals).map(|(key, value)| (key.to_string(), value.to_string())).collect()
    }
}

impl Counts {
    fn count(&mut self, file: &DataFile) {
        self.size_bytes += file.file_size_in_bytes();
        match file.content_type() {
            DataContentType::Data => {
                self.data_files += 1;
                self.rows += file.record_count();
            }
            DataContentType::PositionDeletes => {
                self.position_delete_files += 1;
                self.position_deletes += file.record_count();
            }
            DataContentType::EqualityDeletes => {
                self.equality_delete_files += 1;
                self.equality_deletes += file.record_count();
            }
        }
    }

    fn delete_files(&self) -> u64 {
        self.position_delete_files + self.equality_delete_files
    }
}
