//! A table beside its definition, as `naru plan` tells it.

use naru_core::LoadPlan;
use naru_core::diff::{Difference, Impact};
use naru_core::evolution::Evolution;
use naru_lake::LakeTable;
use serde::Serialize;

use crate::error::CommandError;
use crate::output;

/// A table beside its definition.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub(crate) enum TableState {
    Create,
    Unchanged,
    Differs {
        /// What a run would do.
        run: RunEvolution,
        differences: Vec<PlannedChange>,
    },
}

/// What a run would do about the differences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RunEvolution {
    /// Change the table in the commit of its rows.
    Evolves,
    /// Load beside them: they are in no row.
    Ignores,
    /// Fail.
    Fails,
}

/// A difference, and what it takes.
#[derive(Debug, Serialize)]
pub(crate) struct PlannedChange {
    /// The difference, for programs.
    #[serde(flatten)]
    difference: Difference,
    impact: Impact,
    /// The difference, for people.
    text: String,
    /// What to do, where a run would fail on it.
    remedy: Option<String>,
}

impl TableState {
    /// Compares the plan's table with its definition.
    ///
    /// # Errors
    /// A table that a definition cannot describe.
    pub(crate) fn of(plan: &LoadPlan, table: Option<&LakeTable>) -> Result<Self, CommandError> {
        let Some(table) = table.filter(|table| table.was_loaded()) else { return Ok(Self::Create) };
        let (differences, evolution) = naru_load::evolution_of(plan, table)?;
        if differences.is_empty() {
            return Ok(Self::Unchanged);
        }
        let (run, refused) = match evolution {
            Evolution::Leave => (RunEvolution::Ignores, Vec::new()),
            Evolution::Apply => (RunEvolution::Evolves, Vec::new()),
            Evolution::Refuse(refused) => (RunEvolution::Fails, refused),
        };
        let change = |difference: Difference| PlannedChange {
            impact: difference.impact(),
            text: difference.to_string(),
            remedy: refused.iter().find(|refused| refused.difference == difference).map(|found| found.remedy.clone()),
            difference,
        };
        Ok(Self::Differs { run, differences: differences.into_iter().map(change).collect() })
    }

    /// Whether a run fails on the differences.
    pub(crate) fn is_blocked(&self) -> bool {
        matches!(self, Self::Differs { run: RunEvolution::Fails, .. })
    }

    /// The differences' lines.
    pub(crate) fn changes(&self) -> Vec<String> {
        match self {
            Self::Differs { differences, .. } => differences.iter().map(|change| change.text.clone()).collect(),
            Self::Create | Self::Unchanged => Vec::new(),
        }
    }

    pub(crate) fn print(&self, plan: &LoadPlan) {
        let table = format!("{}.{}", plan.target.database, plan.target.table);
        let (run, differences) = match self {
            Self::Create => return output::line(format!("table     {table}: create")),
            Self::Unchanged => return output::line(format!("table     {table}: unchanged")),
            Self::Differs { run, differences } => (run, differences),
        };
        output::line(format!("table     {table}: differs from its definition"));
        for change in differences {
            output::line(format!("  {} {}", sign(&change.difference), change.text));
            if let Some(remedy) = &change.remedy {
                output::line(format!("      {remedy}"));
            }
        }
        let what = match run {
            RunEvolution::Evolves => "a run changes the table in the same commit as its rows",
            RunEvolution::Ignores => {
                "a run leaves these as they are, since they are in no row; `naru apply` changes them"
            }
            RunEvolution::Fails => "a run fails on what is told to do beforehand",
        };
        output::line(format!("policy    {}: {what}", plan.evolution));
    }
}

/// How a difference begins its line.
pub(crate) fn sign(difference: &Difference) -> char {
    match difference.impact() {
        Impact::Forbidden => '!',
        Impact::Destructive => '-',
        Impact::Additive => '+',
        Impact::Settings | Impact::Widening | Impact::Metadata => '~',
    }
}
