//! What a run has to do, decided before a row is read: by this track for itself, and for a run that Spark is to execute.

use naru_core::LoadPlan;
use naru_core::diff::Difference;
use naru_core::run::{Again, sources_digest};
use naru_core::treatment::AppliedTreatments;
use naru_decode::{KeySource, TreatmentKey};
use naru_lake::{Lake, SnapshotInfo};

use crate::decide_run::{decide_run, earlier_run};
use crate::evolution::Evolving;
use crate::outcome::{Outcome, OutcomeKind};
use crate::treatment::{key_of, require_same_treatment};
use crate::{LoadError, Quarantined};

/// What a run has to do.
pub(crate) enum Examined {
    /// Nothing.
    Unchanged(Outcome),
    /// Load; for the table as it is and is to be, none where there is no table yet.
    Load { reload: bool, evolving: Option<Evolving> },
}

/// Looks at what the plan's table holds and records.
///
/// # Errors
/// [`LoadError::TreatedOtherwise`], those of the decision, the lake's.
pub(crate) async fn examine(
    plan: &LoadPlan,
    treatments: &AppliedTreatments,
    lake: &Lake,
    force: bool,
    again: Again,
) -> Result<Examined, LoadError> {
    let existing = lake.table(&plan.target.database, &plan.target.table).await?;
    let evolving = existing.as_ref().map(|table| Evolving::of(plan, table)).transpose()?;
    let existing = evolving.as_ref().map(|evolving| &evolving.table);
    if let Some(table) = existing.filter(|_| !force) {
        require_same_treatment(plan, table, treatments)?;
    }
    Ok(match decide_run(plan, treatments, existing, force, again).await? {
        Ok(reload) => Examined::Load { reload, evolving },
        Err(unchanged) => Examined::Unchanged(unchanged),
    })
}

/// What a run has to do that another program executes.
#[derive(Debug)]
pub enum Ahead {
    /// Nothing.
    Unchanged(Box<Outcome>),
    /// Load.
    Load {
        /// [`OutcomeKind::Reloaded`] where it replaces what an earlier execution loaded.
        kind: OutcomeKind,
        /// What the run may change of the table's structure.
        evolved: Vec<Difference>,
    },
}

/// Decides what a run has to do that another program executes, as [`crate::execute`] decides it for itself. Changes
/// nothing.
///
/// # Errors
/// Those with which the run would end before it reads a row.
pub async fn decide_ahead(
    plan: &LoadPlan,
    lake: &Lake,
    keys: &dyn KeySource,
    force: bool,
    again: Again,
) -> Result<Ahead, LoadError> {
    let key = key_of(plan, keys)?;
    let treatments = AppliedTreatments::of(plan, key.as_ref().map(TreatmentKey::id));
    match examine(plan, &treatments, lake, force, again).await? {
        Examined::Unchanged(outcome) => Ok(Ahead::Unchanged(Box::new(outcome))),
        Examined::Load { reload, evolving } => {
            if let Some(evolving) = &evolving {
                evolving.require_allowed(plan)?;
            }
            let evolved = evolving.map(|evolving| evolving.changes).unwrap_or_default();
            Ok(Ahead::Load { kind: OutcomeKind::committed(reload), evolved })
        }
    }
}

/// What the plan's table records of a run that another program has executed; none if it does not hold these sources.
///
/// # Errors
/// The lake's.
pub async fn recorded_outcome(plan: &LoadPlan, lake: &Lake, kind: OutcomeKind) -> Result<Option<Outcome>, LoadError> {
    let Some(table) = lake.table(&plan.target.database, &plan.target.table).await? else { return Ok(None) };
    let Some(run) = earlier_run(plan, &table) else { return Ok(None) };
    let Some(record) = run.run.as_ref().filter(|record| record.sources_digest == sources_digest(&plan.sources)) else {
        return Ok(None);
    };
    let quarantined = if record.rejected > 0 { quarantined(plan, lake).await? } else { None };
    let recorded = Outcome::unchanged(Some(&run));
    let (files, size_bytes) = added(&run);
    Ok(Some(Outcome { kind, files, size_bytes, quarantined, ..recorded }))
}

/// Where the rows of the plan's run are that do not fit; none if there are none.
///
/// # Errors
/// The lake's.
pub async fn quarantined(plan: &LoadPlan, lake: &Lake) -> Result<Option<Quarantined>, LoadError> {
    let place = &plan.quarantine;
    let Some(table) = lake.table(&place.database, &place.table).await? else { return Ok(None) };
    let Some(run) = table.find_run(&plan.run) else { return Ok(None) };
    let rows = run.run.as_ref().map_or(0, |record| record.rows);
    Ok((rows > 0).then(|| Quarantined {
        database: place.database.clone(),
        table: place.table.clone(),
        snapshot_id: run.snapshot.snapshot_id(),
        rows,
    }))
}

/// Data files that a snapshot added, and their size in bytes, as its summary says.
fn added(run: &SnapshotInfo) -> (usize, u64) {
    let summary = &run.snapshot.summary().additional_properties;
    let count = |key: &str| summary.get(key).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    (usize::try_from(count("added-data-files")).unwrap_or(usize::MAX), count("added-files-size"))
}
