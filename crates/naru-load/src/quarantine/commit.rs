//! Commits to the quarantine table: the interval's rows become those that its latest execution refused.

use naru_core::LoadPlan;
use naru_core::diff::{Difference, TableDiff};
use naru_core::evolution::{self, EvolutionPolicy};
use naru_core::quarantine::{RejectsRecord, decode_digest, quarantine_spec};
use naru_lake::{Change, CommitOutcome, CommitRequest, DataFile, Lake, LakeErrorKind, LakeTable, RunRecord};

use super::reader::digest_of;
use super::refused::Refused;
use crate::LoadError;
use crate::write_target::WriteTarget;

/// The rows that a run refused, where they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// Physical database of the quarantine table.
    pub database: String,
    /// The quarantine table.
    pub table: String,
    /// The snapshot of it that holds the rows.
    pub snapshot_id: i64,
    /// How many rows there are.
    pub rows: u64,
}

/// The quarantine table of a plan; it need not exist yet.
pub(crate) struct QuarantineTable {
    table: LakeTable,
}

impl QuarantineTable {
    /// The table as it is, or as it will be made when the first row needs it.
    ///
    /// # Errors
    /// [`LoadError::TableDiffers`] for a table that is none of this version's; the lake's.
    pub(crate) async fn open(plan: &LoadPlan, lake: &Lake) -> Result<Self, LoadError> {
        let place = &plan.quarantine;
        Ok(match find(plan, lake).await? {
            Some(table) => Self { table },
            None => {
                let spec = quarantine_spec();
                let table = lake.draft_table(&place.database, &place.table, &place.location, &spec)?;
                Self { table }
            }
        })
    }

    /// What writers need to know of it.
    pub(crate) fn target<'a>(&'a self, lake: &'a Lake, plan: &LoadPlan) -> Result<WriteTarget<'a>, LoadError> {
        WriteTarget::of(lake, &self.table, &quarantine_spec(), plan)
    }
}

/// The plan's quarantine table, if there is one.
///
/// # Errors
/// [`LoadError::TableDiffers`] for a table that is none of this version's; the lake's.
pub(crate) async fn find(plan: &LoadPlan, lake: &Lake) -> Result<Option<LakeTable>, LoadError> {
    let place = &plan.quarantine;
    let Some(table) = lake.table(&place.database, &place.table).await? else { return Ok(None) };
    let mut differences = TableDiff::between(&table.spec()?, &quarantine_spec());
    differences.retain(Difference::changes_rows);
    if differences.is_empty() {
        return Ok(Some(table));
    }
    let remedy = || "give this table, which another program or version made, another name".to_owned();
    let refused =
        differences.into_iter().map(|difference| evolution::Refused { difference, remedy: remedy() }).collect();
    let table = format!("{}.{}", place.database, place.table);
    Err(LoadError::TableDiffers { table, policy: EvolutionPolicy::Freeze, differences: refused })
}

/// Makes the interval's rows of the quarantine table those that an execution refused, before the target's commit. Rows of an
/// execution that decoded the same bytes in the same way are there already: they stay, with their marks.
pub(crate) async fn commit_refused(
    plan: &LoadPlan,
    lake: &Lake,
    refused: Refused,
    attempts: u32,
) -> Result<Option<Quarantined>, LoadError> {
    let Refused { files, rows } = refused;
    let Some(table) = find_or_create(plan, lake, rows > 0).await? else { return Ok(None) };
    let digest = decode_digest(plan);
    let of = |snapshot_id| Quarantined {
        database: plan.quarantine.database.clone(),
        table: plan.quarantine.table.clone(),
        snapshot_id,
        rows,
    };
    if rows == 0 && table.files_of_interval(plan.interval.start.timestamp_micros()).await?.is_empty() {
        return Ok(None);
    }
    if rows > 0 && digest_of(&table, plan).await?.as_ref() == Some(&digest) {
        delete(lake, &files).await;
        return Ok(Some(of(table.snapshot_id().unwrap_or_default())));
    }
    let rejects = RejectsRecord { decode_digest: (rows > 0).then(|| digest.clone()), replays: Vec::new() };
    let run = RunRecord::of_quarantine(plan, rejects, digest, rows);
    let snapshot_id = commit(plan, lake, &table, files, run, attempts).await?;
    Ok((rows > 0).then(|| of(snapshot_id)))
}

/// Commits files as all rows of the plan's interval.
pub(crate) async fn commit(
    plan: &LoadPlan,
    lake: &Lake,
    table: &LakeTable,
    added: Vec<DataFile>,
    run: RunRecord,
    attempts: u32,
) -> Result<i64, LoadError> {
    let request = CommitRequest {
        database: table.database().into(),
        table: table.name().into(),
        base: table.snapshot_id(),
        change: Change::Append,
        interval_start_micros: plan.interval.start.timestamp_micros(),
        delta: None,
        added,
        run,
        attempts,
        allow_older: false,
        evolution: None,
    };
    Ok(match lake.commit(request).await? {
        CommitOutcome::Committed(committed) => committed.snapshot_id,
        CommitOutcome::AlreadyLoaded { snapshot_id } => snapshot_id,
    })
}

async fn find_or_create(plan: &LoadPlan, lake: &Lake, is_needed: bool) -> Result<Option<LakeTable>, LoadError> {
    if let Some(table) = find(plan, lake).await? {
        return Ok(Some(table));
    }
    if !is_needed {
        return Ok(None);
    }
    let place = &plan.quarantine;
    match lake.create_table(&place.database, &place.table, &place.location, &quarantine_spec()).await {
        // Another process was faster.
        Err(error) if error.kind() == LakeErrorKind::AlreadyExists => find(plan, lake).await,
        created => Ok(Some(created?)),
    }
}

/// Deletes files that no table holds; what cannot be deleted is found by maintenance.
pub(crate) async fn delete(lake: &Lake, files: &[DataFile]) {
    for file in files {
        if let Err(error) = lake.file_io().delete(file.location()).await {
            tracing::warn!(location = file.location(), %error, "a file that is not needed stays behind");
        }
    }
}
