//! What a run must have before it treats a row: its key, and a table whose rows are treated the same way.

use naru_core::plan::ReplaceScope;
use naru_core::treatment::AppliedTreatments;
use naru_core::{LoadPlan, Mode};
use naru_decode::{KeySource, TreatmentKey};
use naru_lake::LakeTable;

use crate::LoadError;

/// The key, if the plan treats a column with it.
pub(crate) fn key_of(plan: &LoadPlan, keys: &dyn KeySource) -> Result<Option<TreatmentKey>, LoadError> {
    let columns = plan.keyed_columns();
    if columns.is_empty() {
        return Ok(None);
    }
    keys.treatment_key().map(Some).map_err(|source| LoadError::TreatmentKey { columns, source })
}

/// Refuses rows that would stand beside rows treated in another way or under another key. Where all rows are replaced,
/// there are none.
///
/// # Errors
/// [`LoadError::TreatedOtherwise`].
pub fn require_same_treatment(
    plan: &LoadPlan,
    table: &LakeTable,
    treatments: &AppliedTreatments,
) -> Result<(), LoadError> {
    if plan.mode == Mode::Replace && plan.replace == ReplaceScope::Table {
        return Ok(());
    }
    match table.treatment_conflict(&plan.run, treatments) {
        None => Ok(()),
        Some((interval, conflict)) => Err(LoadError::TreatedOtherwise { table: table.full_name(), interval, conflict }),
    }
}
