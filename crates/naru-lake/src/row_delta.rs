//! What a merge changes: rows of existing files go, by rewriting the files or by position deletes, and new files come.
//!
//! Validated as Iceberg's serializable isolation wants it: what others committed since the merge looked must not have
//! touched the same files, nor may it hold the same keys.

use std::collections::HashSet;

use iceberg::spec::{Datum, ManifestStatus, Snapshot};

use crate::commit::CommitRequest;
use crate::data_file::DataFile;
use crate::error::LakeError;
use crate::manifests::{LoadedManifest, load_added_manifests};
use crate::table::LakeTable;
use crate::validate::conflict;

/// What a merge changes beside the files that it adds.
#[derive(Debug, Clone)]
pub struct RowDelta {
    /// The state that was looked into.
    pub over: Over,
    /// Locations of data files that are no longer part of the table.
    pub removed: Vec<String>,
    /// Data files with the rows that stay of those; they may hold several intervals.
    pub rewritten: Vec<DataFile>,
    /// Position delete files.
    pub deletes: Vec<DataFile>,
    /// Locations of the data files that the delete files refer to.
    pub referenced: Vec<String>,
    /// The least and the greatest value of each key column, by field id, among all keys that were looked for; empty: every
    /// row counts as looked for.
    pub keys: Vec<(i32, Datum, Datum)>,
}

/// The state of the table that a merge looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// The plan's base.
    Base,
    /// An earlier snapshot (none: the empty table). What has come since, up to the base, is undone.
    Earlier(Option<i64>),
}

impl RowDelta {
    /// All files that were written for it.
    pub(crate) fn written(&self) -> impl Iterator<Item = &DataFile> {
        self.rewritten.iter().chain(&self.deletes)
    }

    /// Locations that must be part of the state that was looked into.
    pub(crate) fn needed(&self) -> impl Iterator<Item = &str> {
        self.removed.iter().chain(&self.referenced).map(String::as_str)
    }

    /// Whether a file may hold one of the keys.
    fn may_hold(&self, file: &iceberg::spec::DataFile) -> bool {
        self.keys.iter().all(|(id, least, greatest)| {
            let is_below = file.upper_bounds().get(id).is_some_and(|upper| upper < least);
            let is_above = file.lower_bounds().get(id).is_some_and(|lower| lower > greatest);
            !is_below && !is_above
        })
    }
}

/// Refuses what others committed since the plan's base where it may concern the same rows.
///
/// # Errors
/// `Conflict`; storage's.
pub(crate) async fn check_concurrent(
    table: &LakeTable,
    request: &CommitRequest,
    delta: &RowDelta,
    since_base: &[&Snapshot],
) -> Result<(), LakeError> {
    if !since_base.is_empty() && delta.over != Over::Base {
        return Err(conflict(table, request, "another process changed the table"));
    }
    for snapshot in since_base {
        for loaded in load_added_manifests(table, snapshot).await? {
            let added = loaded.live_entries().filter(|entry| {
                entry.status() == ManifestStatus::Added && entry.snapshot_id() == Some(snapshot.snapshot_id())
            });
            for entry in added {
                if loaded.holds_deletes() {
                    return Err(conflict(table, request, "another process deleted rows of the table"));
                }
                if delta.may_hold(entry.data_file()) {
                    return Err(conflict(table, request, "another process added rows that may have the same keys"));
                }
            }
        }
    }
    Ok(())
}

/// Refuses a state that lacks a file whose rows the merge takes away.
///
/// # Errors
/// `Conflict`.
pub(crate) fn check_files(
    table: &LakeTable,
    request: &CommitRequest,
    delta: &RowDelta,
    state: &[LoadedManifest],
) -> Result<(), LakeError> {
    let live: HashSet<&str> =
        state.iter().flat_map(LoadedManifest::live_entries).map(|entry| entry.file_path()).collect();
    match delta.needed().find(|location| !live.contains(location)) {
        None => Ok(()),
        Some(_) => Err(conflict(table, request, "another process rewrote files of the table")),
    }
}
