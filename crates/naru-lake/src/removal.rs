//! Which of the table's files a commit removes.

use std::collections::{HashMap, HashSet};

use iceberg::spec::{DataContentType, ManifestEntry};

use crate::commit::CommitRequest;
use crate::data_file::DataFile;
use crate::error::{LakeError, LakeErrorKind};
use crate::evolve::touched::Touched;
use crate::history::{Share, share_of_interval};
use crate::manifests::LoadedManifest;
use crate::rewrite::{Rewritten, without_interval};
use crate::run_record::Change;
use crate::table::LakeTable;
use crate::validate::conflict;

/// The files that a commit removes, and what takes the place of those that it must not lose all rows of.
#[derive(Debug, Default)]
pub(crate) struct Removal {
    locations: HashSet<String>,
    rewritten: Vec<DataFile>,
}

impl Removal {
    /// Decides by the files' partitions and bounds; reads files whose bounds do not tell, once per commit (`rewritten`).
    pub(crate) async fn decide(
        table: &LakeTable,
        request: &CommitRequest,
        manifests: &[LoadedManifest],
        rewritten: &mut HashMap<String, Rewritten>,
    ) -> Result<Self, LakeError> {
        let mut removal = Self::default();
        let touched = Touched::by(table, request);
        let mut others = Vec::new();
        for loaded in manifests {
            for entry in loaded.live_entries() {
                let is_replaced = request.change == Change::ReplaceTable || touched.holds(loaded, entry)?;
                if is_replaced {
                    removal.locations.insert(entry.file_path().to_string());
                } else {
                    others.push((loaded, entry.as_ref()));
                }
            }
        }
        removal.refuse_older(table, request, manifests)?;
        let has_delete_files = others.iter().any(|(loaded, _)| loaded.holds_deletes());
        for (loaded, entry) in others.into_iter().filter(|(loaded, _)| !loaded.holds_deletes()) {
            let found = removal.remove_interval(table, request, loaded, entry, rewritten).await?;
            if has_delete_files && found == Found::InPart {
                let message = "a data file holds rows of the interval and of others, and the table has delete files, which this version cannot apply; rewrite the table's data files with the engine that deleted rows";
                return Err(LakeError::new(LakeErrorKind::Unsupported, message)
                    .with("table", table.full_name())
                    .with("file", entry.file_path()));
            }
        }
        Ok(removal)
    }

    /// Whether an entry of the parent snapshot is removed.
    pub(crate) fn removes(&self, entry: &ManifestEntry) -> bool {
        self.locations.contains(entry.file_path())
    }

    /// Files that hold the rows that must stay of files that are removed.
    pub(crate) fn rewritten(&self) -> impl Iterator<Item = &DataFile> {
        self.rewritten.iter()
    }

    async fn remove_interval(
        &mut self,
        table: &LakeTable,
        request: &CommitRequest,
        loaded: &LoadedManifest,
        entry: &ManifestEntry,
        rewritten: &mut HashMap<String, Rewritten>,
    ) -> Result<Found, LakeError> {
        let Some(id) = table.load_interval_id() else { return Ok(Found::Nothing) };
        let interval = request.interval_start_micros;
        let found = match share_of_interval(entry.data_file(), id, interval) {
            Share::None => return Ok(Found::Nothing),
            Share::All => Found::Whole,
            Share::Maybe => {
                if !rewritten.contains_key(entry.file_path()) {
                    let result = without_interval(table, entry.data_file(), loaded.spec_id(), id, interval).await?;
                    rewritten.insert(entry.file_path().to_string(), result);
                }
                match rewritten.get(entry.file_path()) {
                    None | Some(Rewritten::Untouched) => return Ok(Found::Nothing),
                    Some(Rewritten::Emptied) => Found::Whole,
                    Some(Rewritten::Replaced(file)) => {
                        self.rewritten.push(file.as_ref().clone());
                        Found::InPart
                    }
                }
            }
        };
        let base = request.base.and_then(|base| table.metadata().snapshot_by_id(base));
        let planned_at = base.map_or(0, |snapshot| snapshot.sequence_number());
        if entry.sequence_number().is_none_or(|number| number > planned_at) {
            return Err(conflict(table, request, "rows of the interval were added"));
        }
        self.locations.insert(entry.file_path().to_string());
        Ok(found)
    }

    /// A replacement must not take the place of newer rows.
    fn refuse_older(
        &self,
        table: &LakeTable,
        request: &CommitRequest,
        manifests: &[LoadedManifest],
    ) -> Result<(), LakeError> {
        let entries = manifests.iter().flat_map(LoadedManifest::live_entries);
        let removed = entries.filter(|entry| self.removes(entry) && entry.content_type() == DataContentType::Data);
        let removed = removed.map(|entry| entry.data_file());
        let newest = match request.change {
            _ if request.allow_older => None,
            Change::Append => None,
            Change::ReplaceTable => table.newest_of(removed),
            Change::ReplacePartitions => table.newest_by_bounds(removed),
        };
        match newest {
            Some(newest) if newest > request.interval_start_micros => {
                let message = "a replacement by an older interval than the newest loaded one would bring back old rows";
                Err(LakeError::new(LakeErrorKind::Refused, message)
                    .with("table", table.full_name())
                    .with("interval", &request.run.identity.interval)
                    .with("newest loaded interval", instant(newest)))
            }
            _ => Ok(()),
        }
    }
}

/// RFC 3339, of microseconds from the epoch.
fn instant(micros: i64) -> String {
    let instant = chrono::DateTime::from_timestamp_micros(micros);
    instant.map_or_else(|| format!("{micros} µs"), |i| i.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
}

/// How much of a file's rows are of the interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Nothing,
    InPart,
    Whole,
}
