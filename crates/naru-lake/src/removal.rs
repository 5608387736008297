//! Which of the table's files a commit removes, and which it brings back.

use std::collections::{HashMap, HashSet};

use iceberg::spec::{DataContentType, ManifestEntry, ManifestEntryRef, Struct};

use crate::commit::CommitRequest;
use crate::data_file::DataFile;
use crate::error::{LakeError, LakeErrorKind};
use crate::history::{Share, share_of_interval};
use crate::manifests::{LoadedManifest, load_manifests};
use crate::position_deletes::DeletedRows;
use crate::rewrite::{Rewritten, without_interval};
use crate::row_delta::{Over, RowDelta, check_files};
use crate::run_record::Change;
use crate::state::deleted_rows;
use crate::table::LakeTable;
use crate::validate::conflict;

/// The files that a commit removes, and what takes the place of those that it must not lose all rows of.
#[derive(Debug, Default)]
pub(crate) struct Removal {
    locations: HashSet<String>,
    rewritten: Vec<DataFile>,
    restored: Vec<Restored>,
}

/// A file of an earlier state that becomes part of the table again.
#[derive(Debug)]
pub(crate) struct Restored {
    pub(crate) entry: ManifestEntryRef,
    pub(crate) spec_id: i32,
}

impl Removal {
    /// Decides by the files' partitions and bounds; reads files whose bounds do not tell, once per commit (`rewritten`).
    pub(crate) async fn decide(
        table: &LakeTable,
        request: &CommitRequest,
        manifests: &[LoadedManifest],
        rewritten: &mut HashMap<String, Rewritten>,
    ) -> Result<Self, LakeError> {
        let mut removal = match &request.delta {
            Some(delta) => Self::of_delta(table, request, delta, manifests).await?,
            None => Self::of_interval(table, request, manifests, rewritten).await?,
        };
        removal.add_idle_deletes(manifests);
        Ok(removal)
    }

    /// What a merge takes away; over an earlier state, also what has come since.
    async fn of_delta(
        table: &LakeTable,
        request: &CommitRequest,
        delta: &RowDelta,
        manifests: &[LoadedManifest],
    ) -> Result<Self, LakeError> {
        let mut removal = Self { locations: delta.removed.iter().cloned().collect(), ..Self::default() };
        let Over::Earlier(snapshot) = delta.over else {
            check_files(table, request, delta, manifests)?;
            return Ok(removal);
        };
        let earlier = match snapshot {
            None => Vec::new(),
            Some(id) => match table.metadata().snapshot_by_id(id) {
                Some(snapshot) => load_manifests(table, snapshot).await?,
                None => return Err(conflict(table, request, "the snapshot before the interval's first load expired")),
            },
        };
        check_files(table, request, delta, &earlier)?;
        let now: HashSet<&str> = live(manifests).map(|(_, entry)| entry.file_path()).collect();
        let before: HashSet<&str> = live(&earlier).map(|(_, entry)| entry.file_path()).collect();
        let restored = live(&earlier)
            .filter(|(_, entry)| !now.contains(entry.file_path()) && !removal.locations.contains(entry.file_path()));
        removal.restored = restored.map(|(spec_id, entry)| Restored { entry: entry.clone(), spec_id }).collect();
        removal.locations.extend(now.difference(&before).map(|location| (*location).to_owned()));
        Ok(removal)
    }

    /// What other changes take the place of.
    async fn of_interval(
        table: &LakeTable,
        request: &CommitRequest,
        manifests: &[LoadedManifest],
        rewritten: &mut HashMap<String, Rewritten>,
    ) -> Result<Self, LakeError> {
        let mut removal = Self::default();
        let touched: HashSet<(i32, &Struct)> = match request.change {
            Change::ReplacePartitions => {
                request.added.iter().map(|file| (file.spec_id, file.file.partition())).collect()
            }
            Change::Extend => return Ok(removal),
            Change::Append | Change::Merge | Change::ReplaceTable => HashSet::new(),
        };
        let mut others = Vec::new();
        for loaded in manifests {
            for entry in loaded.live_entries() {
                let partition = (loaded.spec_id(), entry.data_file().partition());
                if request.change == Change::ReplaceTable || touched.contains(&partition) {
                    removal.locations.insert(entry.file_path().to_string());
                } else if !loaded.holds_deletes() {
                    others.push((loaded.spec_id(), entry.as_ref()));
                }
            }
        }
        removal.refuse_older(table, request, manifests)?;
        let Some(id) = table.load_interval_id() else { return Ok(removal) };
        let interval = request.interval_start_micros;
        let share = |entry: &ManifestEntry| share_of_interval(entry.data_file(), id, interval);
        let unread = others.iter().filter(|(_, entry)| share(entry) == Share::Maybe);
        let unread = unread.filter(|(_, entry)| !rewritten.contains_key(entry.file_path()));
        let unread = unread.map(|(spec_id, entry)| (*spec_id, entry.data_file().partition())).collect();
        let deleted = deleted_rows(table, manifests, &unread).await?;
        for (spec_id, entry) in others {
            match share(entry) {
                Share::None => {}
                Share::All => removal.remove(table, request, entry)?,
                Share::Maybe => removal.remove_part(table, request, (spec_id, entry), &deleted, rewritten).await?,
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

    /// Files that become part of the table again.
    pub(crate) fn restored(&self) -> &[Restored] {
        &self.restored
    }

    async fn remove_part(
        &mut self,
        table: &LakeTable,
        request: &CommitRequest,
        (spec_id, entry): (i32, &ManifestEntry),
        deleted: &DeletedRows,
        rewritten: &mut HashMap<String, Rewritten>,
    ) -> Result<(), LakeError> {
        let location = entry.file_path();
        if !rewritten.contains_key(location) {
            let Some(id) = table.load_interval_id() else { return Ok(()) };
            let (file, interval) = (entry.data_file(), request.interval_start_micros);
            let result = without_interval(table, file, spec_id, id, interval, deleted.of(location)).await?;
            rewritten.insert(location.to_string(), result);
        }
        match rewritten.get(location) {
            None | Some(Rewritten::Untouched) => return Ok(()),
            Some(Rewritten::Emptied) => {}
            Some(Rewritten::Replaced(file)) => self.rewritten.push(file.as_ref().clone()),
        }
        self.remove(table, request, entry)
    }

    fn remove(&mut self, table: &LakeTable, request: &CommitRequest, entry: &ManifestEntry) -> Result<(), LakeError> {
        let base = request.base.and_then(|base| table.metadata().snapshot_by_id(base));
        let planned_at = base.map_or(0, |snapshot| snapshot.sequence_number());
        if entry.sequence_number().is_none_or(|number| number > planned_at) {
            return Err(conflict(table, request, "rows of the interval were added"));
        }
        self.locations.insert(entry.file_path().to_string());
        Ok(())
    }

    /// Position deletes of partitions that have no data file left that is old enough for them have nothing to do.
    fn add_idle_deletes(&mut self, manifests: &[LoadedManifest]) {
        let restored = self.restored.iter().map(|restored| (restored.spec_id, &restored.entry));
        let mut oldest: HashMap<(i32, &Struct), i64> = HashMap::new();
        for (spec_id, entry) in live(manifests).filter(|(_, entry)| !self.removes(entry)).chain(restored) {
            if entry.content_type() == DataContentType::Data {
                let number = entry.sequence_number().unwrap_or_default();
                let least = oldest.entry((spec_id, entry.data_file().partition())).or_insert(number);
                *least = number.min(*least);
            }
        }
        let is_idle = |spec_id: i32, entry: &ManifestEntry| {
            let number = entry.sequence_number().unwrap_or(i64::MAX);
            entry.content_type() == DataContentType::PositionDeletes
                && oldest.get(&(spec_id, entry.data_file().partition())).is_none_or(|least| *least > number)
        };
        let idle = live(manifests).filter(|(spec_id, entry)| is_idle(*spec_id, entry));
        let idle: Vec<String> = idle.map(|(_, entry)| entry.file_path().to_owned()).collect();
        self.locations.extend(idle);
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
            Change::Append | Change::Extend | Change::Merge => None,
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

/// The entries of a state with their partition specs.
fn live(manifests: &[LoadedManifest]) -> impl Iterator<Item = (i32, &ManifestEntryRef)> {
    manifests.iter().flat_map(|loaded| loaded.live_entries().map(move |entry| (loaded.spec_id(), entry)))
}
