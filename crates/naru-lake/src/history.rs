//! Which runs a table holds: their records, and the intervals that stand in the data itself.

use std::collections::HashSet;

use iceberg::spec::{DataFile as Entry, Datum, PrimitiveLiteral, Snapshot};
use naru_core::plan::RunIdentity;
use naru_core::table_spec::LOAD_INTERVAL;
use naru_core::treatment::{AppliedTreatments, TreatmentConflict};

use crate::error::LakeError;
use crate::manifests::{LoadedManifest, load_manifests};
use crate::run_record::RunRecord;
use crate::table::{LakeTable, SnapshotInfo};

/// How much of a file's rows are of one interval, as far as the file's bounds tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Share {
    None,
    Maybe,
    All,
}

impl LakeTable {
    /// The newest snapshot of the table's current history that this run made and that is still in force: no later run
    /// replaced the whole table.
    pub fn find_run(&self, identity: &RunIdentity) -> Option<SnapshotInfo> {
        let (snapshot, run) = self.runs_in_force().find(|(_, run)| run.identity == *identity)?;
        let snapshot = self.metadata().snapshot_by_id(snapshot.snapshot_id())?.clone();
        Some(SnapshotInfo { snapshot, run: Some(run), in_current_history: true })
    }

    /// The snapshots of the table's current history that this run made and that are still in force, newest first.
    pub fn runs_of(&self, identity: &RunIdentity) -> Vec<SnapshotInfo> {
        let runs = self.runs_in_force().filter(|(_, run)| run.identity == *identity);
        runs.filter_map(|(snapshot, run)| {
            let snapshot = self.metadata().snapshot_by_id(snapshot.snapshot_id())?.clone();
            Some(SnapshotInfo { snapshot, run: Some(run), in_current_history: true })
        })
        .collect()
    }

    /// All recorded runs of the table's current history with their snapshots' ids, newest first, also those that another
    /// writer's replacement of the whole table has followed.
    pub fn recorded_runs(&self) -> impl Iterator<Item = (i64, RunRecord)> {
        self.ancestry().filter_map(|snapshot| Some((snapshot.snapshot_id(), self.run_of(snapshot)?)))
    }

    /// The newest snapshot of the table's current history that this run made, also if a later interval replaced its rows.
    /// None if the table went back since: an earlier interval was loaded over it, and no later one over that.
    pub fn find_recorded_run(&self, identity: &RunIdentity) -> Option<SnapshotInfo> {
        let runs = self.ancestry().filter_map(|snapshot| Some((snapshot, self.run_of(snapshot)?)));
        let (mut since, mut found) = (Vec::new(), None);
        for (snapshot, run) in runs {
            if run.identity == *identity {
                found = Some((snapshot, run));
                break;
            }
            since.push((run.interval_start_micros, replaces_all(snapshot)));
        }
        let (snapshot, run) = found?;
        let start = run.interval_start_micros;
        // Newest first: a later interval that replaced the whole table makes what came before it of no account.
        let later = since.iter().position(|(other, replaced_all)| *replaced_all && *other > start);
        let went_back = since.iter().take(later.unwrap_or(since.len())).any(|(other, _)| *other < start);
        let info = SnapshotInfo { snapshot: snapshot.clone(), run: Some(run), in_current_history: true };
        (!went_back).then_some(info)
    }

    /// What keeps rows of a run from standing beside those of the recorded runs in force: the newest one that treated the
    /// table's columns in another way, by its interval's text. Earlier rows of the same run do not count: it replaces
    /// them.
    pub fn treatment_conflict(
        &self,
        identity: &RunIdentity,
        treatments: &AppliedTreatments,
    ) -> Option<(String, TreatmentConflict)> {
        let mut seen = HashSet::from([identity.interval.clone()]);
        self.runs_in_force().filter(|(_, run)| seen.insert(run.identity.interval.clone())).find_map(
            |(snapshot, run)| {
                let conflict = treatments.conflict_with(&run.treatments, |name| self.had_column(snapshot, name))?;
                Some((run.identity.interval, conflict))
            },
        )
    }

    /// The newest interval that the table holds: the greatest `load_interval` of its live files by their bounds, and of
    /// the recorded runs in force (which may have loaded no row). Microseconds since 1970-01-01 UTC; none if nothing was
    /// loaded.
    ///
    /// # Errors
    /// `InvalidMetadata`, `Storage` or `Unavailable` if a manifest cannot be read.
    pub async fn newest_interval(&self) -> Result<Option<i64>, LakeError> {
        let manifests = match self.metadata().current_snapshot() {
            Some(snapshot) => load_manifests(self, snapshot).await?,
            None => Vec::new(),
        };
        let entries = manifests.iter().filter(|m| !m.holds_deletes()).flat_map(LoadedManifest::live_entries);
        Ok(self.newest_of(entries.map(|entry| entry.data_file())))
    }

    /// As [`Self::newest_interval`], of these files and the runs in force.
    pub(crate) fn newest_of<'a>(&self, files: impl Iterator<Item = &'a Entry>) -> Option<i64> {
        let by_bounds = self.newest_by_bounds(files);
        by_bounds.max(self.runs_in_force().map(|(_, run)| run.interval_start_micros).max())
    }

    pub(crate) fn newest_by_bounds<'a>(&self, files: impl Iterator<Item = &'a Entry>) -> Option<i64> {
        let id = self.load_interval_id()?;
        files.filter_map(|file| micros(file.upper_bounds().get(&id)?)).max()
    }

    /// The recorded runs of the current history, newest first, up to and with the newest replacement of the whole table.
    pub(crate) fn runs_in_force(&self) -> impl Iterator<Item = (&Snapshot, RunRecord)> {
        let mut is_over = false;
        self.ancestry()
            .map_while(move |snapshot| {
                if is_over {
                    return None;
                }
                is_over = replaces_all(snapshot);
                Some(snapshot.as_ref())
            })
            .filter_map(|snapshot| Some((snapshot, self.run_of(snapshot)?)))
    }

    /// The field id of `load_interval`; none if the table has no such column.
    pub(crate) fn load_interval_id(&self) -> Option<i32> {
        self.metadata().current_schema().field_id_by_name(LOAD_INTERVAL)
    }
}

/// How much of a file is of an interval that starts at `interval` (microseconds).
pub(crate) fn share_of_interval(file: &Entry, load_interval_id: i32, interval: i64) -> Share {
    let bound = |bounds: &std::collections::HashMap<i32, Datum>| bounds.get(&load_interval_id).and_then(micros);
    let nulls = file.null_value_counts().get(&load_interval_id).copied();
    match (bound(file.lower_bounds()), bound(file.upper_bounds())) {
        (Some(lower), Some(upper)) if interval < lower || upper < interval => Share::None,
        (Some(lower), Some(upper)) if lower == interval && upper == interval && nulls == Some(0) => Share::All,
        (Some(_), Some(_)) => Share::Maybe,
        _ if file.record_count() == 0 => Share::None,
        _ => Share::Maybe,
    }
}

/// Whether nothing of what came before a snapshot is left after it.
fn replaces_all(snapshot: &Snapshot) -> bool {
    naru_core::run_history::replaces_all(&snapshot.summary().additional_properties)
}

fn micros(datum: &Datum) -> Option<i64> {
    if let PrimitiveLiteral::Long(micros) = datum.literal() { Some(*micros) } else { None }
}
