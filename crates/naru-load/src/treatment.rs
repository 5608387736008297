//! What a run must have before it treats a row: its key, and a table whose rows are treated the same way.

use naru_core::plan::{PlanColumn, ReplaceScope};
use naru_core::treatment::AppliedTreatments;
use naru_core::{LoadPlan, Mode};
use naru_decode::{Kernel, KeySource, TreatmentKey};
use naru_lake::LakeTable;

use crate::LoadError;

/// The kernel that decodes and treats these columns of a plan, and how it treats them.
///
/// # Errors
/// [`LoadError::TreatmentKey`], [`LoadError::Plan`].
pub(crate) fn kernel_of(
    plan: &LoadPlan,
    columns: &[PlanColumn],
    keys: &dyn KeySource,
) -> Result<(Kernel, AppliedTreatments), LoadError> {
    let key = key_of(plan, keys)?;
    let treatments = AppliedTreatments::of(plan, key.as_ref().map(TreatmentKey::id));
    Ok((Kernel::with_key(&plan.dialect, columns, key.as_ref())?, treatments))
}

/// The key, if the plan treats a column with it.
///
/// # Errors
/// [`LoadError::TreatmentKey`].
pub(crate) fn key_of(plan: &LoadPlan, keys: &dyn KeySource) -> Result<Option<TreatmentKey>, LoadError> {
    let columns = plan.keyed_columns();
    if columns.is_empty() {
        return Ok(None);
    }
    keys.treatment_key().map(Some).map_err(|source| LoadError::TreatmentKey { columns, source })
}

/// The id of the key, if the plan treats a column with it.
///
/// # Errors
/// [`LoadError::TreatmentKey`].
pub fn treatment_key_id(plan: &LoadPlan, keys: &dyn KeySource) -> Result<Option<String>, LoadError> {
    Ok(key_of(plan, keys)?.map(|key| key.id().to_owned()))
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
