//! What may have happened between a plan and its commit, and what it means for the commit.

use std::collections::HashSet;

use iceberg::spec::{FormatVersion, Snapshot};
use naru_core::table_spec::LOAD_INTERVAL;

use crate::commit::{CommitRequest, Committed};
use crate::error::{LakeError, LakeErrorKind};
use crate::history::{Share, share_of_interval};
use crate::manifests::{LoadedManifest, load_added_manifests, load_manifests};
use crate::row_delta::{RowDelta, check_concurrent};
use crate::run_record::{Change, RunRecord};
use crate::table::LakeTable;

/// What the table's state means for a commit.
pub(crate) enum Verdict {
    Proceed,
    /// Somebody else loaded the same run from the same sources.
    AlreadyLoaded {
        snapshot_id: i64,
    },
    /// This very request was committed before: its files are in the table.
    Ours(Committed),
}

/// Holds a request against the table's newest state.
pub(crate) async fn validate(table: &LakeTable, request: &CommitRequest) -> Result<Verdict, LakeError> {
    check_request(table, request)?;
    let (since_base, has_base) = snapshots_since_base(table, request);
    let mut newest: Option<(&Snapshot, RunRecord)> = None;
    for snapshot in since_base.iter().copied() {
        let Some(run) = RunRecord::from_properties(&snapshot.summary().additional_properties) else { continue };
        if run.identity != request.run.identity {
            if request.change != Change::ReplaceTable && is_treated_otherwise(request, &run) {
                return Err(conflict(table, request, "another process loaded rows that are treated otherwise")
                    .with("snapshot", snapshot.snapshot_id()));
            }
            if may_have_deleted(request, &run) {
                return Err(conflict(table, request, "another process deleted keys of a newer interval")
                    .with("snapshot", snapshot.snapshot_id()));
            }
            continue;
        }
        if holds_files_of(table, snapshot, request).await? {
            return Ok(Verdict::Ours(committed_before(table, snapshot)));
        }
        newest.get_or_insert((snapshot, run));
    }
    if let Some((snapshot, run)) = newest {
        let is_in_force = table.runs_in_force().any(|(in_force, _)| in_force.snapshot_id() == snapshot.snapshot_id());
        let is_same = run.sources_digest == request.run.sources_digest
            && run.rejects == request.run.rejects
            && !is_treated_otherwise(request, &run);
        if is_in_force && is_same {
            return Ok(Verdict::AlreadyLoaded { snapshot_id: snapshot.snapshot_id() });
        }
        return Err(conflict(
            table,
            request,
            "another process loaded the same interval from other sources, or treated otherwise",
        )
        .with("snapshot", snapshot.snapshot_id()));
    }
    if !has_base {
        return Err(conflict(table, request, "the table's history lost the snapshot that the run was planned for"));
    }
    if request.change == Change::Extend && table.find_run(&request.run.identity).is_none() {
        return Err(conflict(table, request, "the rows of the run that others were to join were replaced"));
    }
    if request.evolution.as_ref().is_some_and(|evolution| !evolution.fits(table)) {
        return Err(conflict(table, request, "the table's columns, partitioning or sort order were changed"));
    }
    if request.change != Change::ReplaceTable {
        check_overlaps(table, request)?;
    }
    if let Some(delta) = &request.delta {
        check_concurrent(table, request, delta, &since_base).await?;
    }
    Ok(Verdict::Proceed)
}

/// Whether the table's current state, or a snapshot of the same run, holds a file of the request.
pub(crate) async fn holds_any(table: &LakeTable, request: &CommitRequest) -> Result<bool, LakeError> {
    for info in table.snapshots() {
        if info.run.is_some_and(|run| run.identity == request.run.identity)
            && holds_files_of(table, &info.snapshot, request).await?
        {
            return Ok(true);
        }
    }
    let Some(current) = table.metadata().current_snapshot() else { return Ok(false) };
    let manifests = load_manifests(table, current).await?;
    Ok(is_any_live(&manifests, request))
}

/// Whether a run that was committed meanwhile treated the table's columns in another way, or under another key.
fn is_treated_otherwise(request: &CommitRequest, run: &RunRecord) -> bool {
    request.run.treatments.conflict_with(&run.treatments, |_| true).is_some()
}

/// Whether a run that was committed meanwhile has rows that delete, of a newer interval than the merge knows of: where the
/// table lacks their keys, no file tells of them.
fn may_have_deleted(request: &CommitRequest, run: &RunRecord) -> bool {
    let newest = |run: &RunRecord| Some(run.deletions.as_ref()?.newest.as_ref()?.start_micros);
    request.change == Change::Merge && newest(run) > newest(&request.run)
}

/// An error for which planning again is the remedy.
pub(crate) fn conflict(table: &LakeTable, request: &CommitRequest, what: &str) -> LakeError {
    LakeError::new(LakeErrorKind::Conflict, format!("{what} since the run was planned; run the job again"))
        .with("table", table.full_name())
        .with("interval", &request.run.identity.interval)
}

fn check_request(table: &LakeTable, request: &CommitRequest) -> Result<(), LakeError> {
    let error = |kind, message: &str| LakeError::new(kind, message).with("table", table.full_name());
    if table.metadata().format_version() != FormatVersion::V2 {
        return Err(error(LakeErrorKind::Unsupported, "naru writes tables of format version 2 only"));
    }
    let Some(id) = table.load_interval_id() else {
        return Err(error(
            LakeErrorKind::Unsupported,
            "the table has no load_interval column, which every table of naru's has",
        )
        .with("column", LOAD_INTERVAL));
    };
    if request.run.interval_start_micros != request.interval_start_micros {
        return Err(error(LakeErrorKind::InvalidInput, "the run's record and the request name different intervals"));
    }
    if (request.change == Change::Merge) != request.delta.is_some() {
        return Err(error(LakeErrorKind::InvalidInput, "a merge, and nothing else, says which rows go"));
    }
    let mut locations = HashSet::new();
    for file in request.delta.iter().flat_map(RowDelta::written) {
        locations.insert(file.location());
    }
    for file in &request.added {
        if share_of_interval(&file.file, id, request.interval_start_micros) != Share::All && file.record_count() > 0 {
            return Err(error(
                LakeErrorKind::InvalidInput,
                "a data file holds rows of another interval than the run's",
            )
            .with("file", file.location()));
        }
        if !locations.insert(file.location()) {
            return Err(error(LakeErrorKind::InvalidInput, "a data file is added twice").with("file", file.location()));
        }
    }
    Ok(())
}

/// The snapshots that the table's history has after the plan's base, newest first, and whether the base is there.
fn snapshots_since_base<'a>(table: &'a LakeTable, request: &CommitRequest) -> (Vec<&'a Snapshot>, bool) {
    let mut since = Vec::new();
    for snapshot in table.ancestry() {
        if Some(snapshot.snapshot_id()) == request.base {
            return (since, true);
        }
        since.push(snapshot.as_ref());
    }
    (since, request.base.is_none())
}

async fn holds_files_of(table: &LakeTable, snapshot: &Snapshot, request: &CommitRequest) -> Result<bool, LakeError> {
    if request.written().next().is_none() {
        return Ok(false);
    }
    Ok(is_any_live(&load_added_manifests(table, snapshot).await?, request))
}

fn is_any_live(manifests: &[LoadedManifest], request: &CommitRequest) -> bool {
    let ours: HashSet<&str> = request.written().map(|file| file.location()).collect();
    manifests.iter().flat_map(LoadedManifest::live_entries).any(|entry| ours.contains(entry.file_path()))
}

fn committed_before(table: &LakeTable, snapshot: &Snapshot) -> Committed {
    let properties = &snapshot.summary().additional_properties;
    let number = |key: &str| properties.get(key).and_then(|text| text.parse().ok()).unwrap_or_default();
    Committed {
        snapshot_id: snapshot.snapshot_id(),
        metadata_location: table.metadata_location().to_string(),
        added_rows: number("added-records"),
        removed_rows: number("deleted-records"),
        attempts: 0,
    }
}

/// Two runs whose intervals meet must be the same run: rows know their interval by its start only.
fn check_overlaps(table: &LakeTable, request: &CommitRequest) -> Result<(), LakeError> {
    let ours = &request.run;
    let span = |run: &RunRecord| (run.interval_start_micros, run.interval_end_micros);
    for (snapshot, run) in table.runs_in_force() {
        let message = if run.identity == ours.identity {
            if span(&run) == span(ours) {
                continue;
            }
            "the run's interval was loaded before with another start or end; was the project's time zone changed?"
        } else if run.overlaps(ours) {
            "the run's interval overlaps one that another run loaded; was the job's cadence or source changed?"
        } else {
            continue;
        };
        return Err(LakeError::new(LakeErrorKind::Refused, message)
            .with("table", table.full_name())
            .with("interval", &ours.identity.interval)
            .with("loaded interval", &run.identity.interval)
            .with("snapshot", snapshot.snapshot_id()));
    }
    Ok(())
}
