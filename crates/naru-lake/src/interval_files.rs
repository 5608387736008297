//! Which of a table's files hold rows of one interval.

use crate::error::LakeError;
use crate::history::{Share, share_of_interval};
use crate::manifests::load_manifests;
use crate::scan::ScanFile;
use crate::table::LakeTable;

impl LakeTable {
    /// The data files of the current snapshot that, by their bounds, may hold rows whose `load_interval` is `start_micros`
    /// (microseconds since 1970-01-01 UTC), in the order of the manifests. Delete files
    /// are left out: rows of quarantine go with their files.
    ///
    /// # Errors
    /// `InvalidMetadata`, `Storage` or `Unavailable` if a manifest cannot be read.
    pub async fn files_of_interval(&self, start_micros: i64) -> Result<Vec<ScanFile>, LakeError> {
        let (Some(id), Some(snapshot)) = (self.load_interval_id(), self.metadata().current_snapshot()) else {
            return Ok(Vec::new());
        };
        let mut files = Vec::new();
        for loaded in load_manifests(self, snapshot).await?.iter().filter(|loaded| !loaded.holds_deletes()) {
            let entries = loaded.live_entries();
            let held = entries.filter(|entry| share_of_interval(entry.data_file(), id, start_micros) != Share::None);
            files.extend(held.map(|entry| ScanFile {
                path: entry.file_path().to_string(),
                record_count: entry.record_count(),
                size_bytes: entry.file_size_in_bytes(),
                spec_id: loaded.spec_id(),
                partition: entry.data_file().partition().clone(),
                deletes: Vec::new(),
            }));
        }
        Ok(files)
    }
}
