//! All files that a table's metadata refers to.

use std::collections::HashSet;

pub(crate) use naru_core::location::normal;

use super::StoredFile;
use crate::error::{LakeError, LakeErrorKind};
use crate::manifests::{LoadedManifest, load_manifest, load_manifest_list};
use crate::table::LakeTable;

/// Files of the table, by their normal locations.
pub(super) struct References {
    all: HashSet<String>,
    /// What readers of the newest snapshot need.
    needed: HashSet<String>,
}

impl References {
    /// Of all snapshots but some.
    pub(super) async fn of(table: &LakeTable, without: &[i64]) -> Result<Self, LakeError> {
        let metadata = table.metadata();
        let mut references = Self { all: HashSet::new(), needed: HashSet::new() };
        references.add(table.metadata_location(), true);
        for entry in metadata.metadata_log() {
            references.add(&entry.metadata_file, false);
        }
        let mut read = HashSet::new();
        let current = metadata.current_snapshot_id();
        // The newest snapshot first, so that all that it needs is known to be needed.
        let mut snapshots: Vec<_> = metadata.snapshots().filter(|s| !without.contains(&s.snapshot_id())).collect();
        snapshots.sort_by_key(|snapshot| Some(snapshot.snapshot_id()) != current);
        for snapshot in snapshots {
            let is_needed = Some(snapshot.snapshot_id()) == current;
            references.add(snapshot.manifest_list(), is_needed);
            for file in load_manifest_list(table, snapshot).await? {
                if !read.insert(file.manifest_path.clone()) {
                    continue;
                }
                references.add(&file.manifest_path, is_needed);
                let loaded = load_manifest(table, file).await?;
                for entry in LoadedManifest::live_entries(&loaded) {
                    references.add(entry.file_path(), is_needed);
                }
            }
        }
        let statistics = metadata.statistics_iter().filter(|file| !without.contains(&file.snapshot_id));
        statistics.for_each(|file| references.add(&file.statistics_path, false));
        let partitions = metadata.partition_statistics_iter().filter(|file| !without.contains(&file.snapshot_id));
        partitions.for_each(|file| references.add(&file.statistics_path, false));
        Ok(references)
    }

    /// Whether something refers to a file. What catalogs without a server keep beside the metadata counts as referred to.
    pub(super) fn holds(&self, location: &str) -> bool {
        self.all.contains(&normal(location)) || location.ends_with("/version-hint.text")
    }

    /// A listing that lacks what the table needs is of another place, or names files in another way: by it nothing can
    /// be told to be unused.
    pub(super) fn check_against(&self, table: &LakeTable, listed: &[StoredFile]) -> Result<(), LakeError> {
        let listed: HashSet<String> = listed.iter().map(|file| normal(&file.location)).collect();
        let directory = format!("{}/", normal(table.location()));
        let missing = self.needed.iter().filter(|l| l.starts_with(&directory) && !listed.contains(*l)).min();
        match missing {
            None => Ok(()),
            Some(missing) => {
                let message = "a file that the table needs is missing; nothing was deleted";
                Err(LakeError::new(LakeErrorKind::InvalidMetadata, message)
                    .with("table", table.full_name())
                    .with("file", missing))
            }
        }
    }

    fn add(&mut self, location: &str, is_needed: bool) {
        let location = normal(location);
        if is_needed {
            self.needed.insert(location.clone());
        }
        self.all.insert(location);
    }
}
