//! The table that a run's rows are written for: as it is, or as its definition says where the plan's policy allows that.

use naru_core::LoadPlan;
use naru_core::diff::{Difference, TableDiff};
use naru_core::evolution::{self, Refused};
use naru_lake::{Evolution, LakeTable};

use crate::LoadError;

/// What a run does about the differences between its table and its definition.
#[derive(Debug)]
pub(crate) struct Evolving {
    /// What rows are written for; with changes, in memory only until the commit.
    pub(crate) table: LakeTable,
    /// What the commit changes beside the rows.
    pub(crate) evolution: Evolution,
    /// Differences that the commit does away with.
    pub(crate) changes: Vec<Difference>,
    /// Differences that stand in the way of any row.
    refused: Vec<Refused>,
}

impl Evolving {
    pub(crate) fn of(plan: &LoadPlan, table: &LakeTable) -> Result<Self, LoadError> {
        let (differences, decision) = evolution_of(plan, table)?;
        let (changes, refused) = match decision {
            evolution::Evolution::Apply => (differences, Vec::new()),
            evolution::Evolution::Leave => (Vec::new(), Vec::new()),
            evolution::Evolution::Refuse(refused) => (Vec::new(), refused),
        };
        let (table, evolution) = if changes.is_empty() {
            (table.clone(), Evolution::none(table))
        } else {
            Evolution::to(table, &plan.target.spec)?
        };
        Ok(Self { table, evolution, changes, refused })
    }

    /// Refuses to write across differences that may not be done away with.
    pub(crate) fn require_allowed(&self, plan: &LoadPlan) -> Result<(), LoadError> {
        if self.refused.is_empty() {
            return Ok(());
        }
        let table = format!("{}.{}", plan.target.database, plan.target.table);
        Err(LoadError::TableDiffers { table, policy: plan.evolution, differences: self.refused.clone() })
    }
}

/// The table as a run of the plan would write for it: evolved in memory where that is allowed, else as it is.
///
/// # Errors
/// A table whose schema this version does not understand, or that cannot become what the plan says.
pub fn table_as_planned(plan: &LoadPlan, table: &LakeTable) -> Result<LakeTable, LoadError> {
    Ok(Evolving::of(plan, table)?.table)
}

/// How a table differs from a plan's definition, and what a run does about it.
///
/// # Errors
/// A table whose schema this version does not understand.
pub fn evolution_of(plan: &LoadPlan, table: &LakeTable) -> Result<(Vec<Difference>, evolution::Evolution), LoadError> {
    let differences = TableDiff::between(&table.spec()?, &plan.target.spec);
    let decision = evolution::by_run(plan.evolution, &differences, table.was_loaded());
    Ok((differences, decision))
}
