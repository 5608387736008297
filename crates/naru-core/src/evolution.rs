//! What of the differences between a table and its definition may be done away with, by a run or by a person.
//!
//! ```text
//!                      evolve   additive   freeze
//!  settings            run      run        left alone
//!  additive            run      run        saved plan
//!  widening, metadata  run      apply      saved plan
//!  destructive         apply --allow-destructive    (freeze: of a saved plan)
//!  forbidden           never: the difference says the way out
//! ```
//!
//! A table that never held a row may become anything.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Phase;
use crate::diff::{Difference, Impact};
use crate::name::vocabulary::vocabulary;

/// What runs may change of a table's structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EvolutionPolicy {
    /// All that loses no value.
    Evolve,
    /// New optional columns, comments and settings of new files.
    Additive,
    /// Nothing.
    Freeze,
}

vocabulary!(
    EvolutionPolicy,
    "policy",
    {
        Evolve => ("evolve", "all that loses no value"),
        Additive => ("additive", "new optional columns, comments and file settings"),
        Freeze => ("freeze", "nothing"),
    },
    aliases: &[("add", "additive"), ("frozen", "freeze"), ("none", "freeze"), ("all", "evolve")],
    later: &[]
);

impl EvolutionPolicy {
    /// The policy of a phase whose project says nothing.
    pub fn default_of(phase: Phase) -> Self {
        match phase {
            Phase::Dev => Self::Evolve,
            Phase::Qa => Self::Additive,
            Phase::Prod => Self::Freeze,
        }
    }

    /// Whether a run may make a change of this impact.
    pub fn allows(self, impact: Impact) -> bool {
        match self {
            Self::Evolve => impact <= Impact::Metadata,
            Self::Additive => impact <= Impact::Additive,
            Self::Freeze => false,
        }
    }
}

/// A difference that stays, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The difference.
    pub difference: Difference,
    /// What to do, in half a sentence.
    pub remedy: String,
}

/// What becomes of all differences between a table and its definition: they are done away with together or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evolution {
    /// The table stays as it is; what differs, if anything, is in no row.
    Leave,
    /// The table becomes as the definition says.
    Apply,
    /// Those that stand in the way.
    Refuse(Vec<Refused>),
}

/// What a person who applies changes has said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Deliberate {
    /// Values may get out of reach.
    pub allow_destructive: bool,
    /// The changes were saved as a plan before, for others to look at.
    pub from_saved_plan: bool,
}

/// What a run does about its table's differences. `has_rows`: the table has, or may have, held rows.
pub fn by_run(policy: EvolutionPolicy, differences: &[Difference], has_rows: bool) -> Evolution {
    let settings_only = differences.iter().all(|difference| !difference.changes_rows());
    if differences.is_empty() || (has_rows && settings_only && policy == EvolutionPolicy::Freeze) {
        return Evolution::Leave;
    }
    decide(differences, has_rows, |difference| match difference.impact() {
        impact if policy.allows(impact) => None,
        Impact::Destructive => Some(destructive(policy)),
        _ => Some(match policy {
            EvolutionPolicy::Freeze => format!("{SAVED_PLAN} does it"),
            _ => "`naru apply` does it".into(),
        }),
    })
}

/// What `apply` does about a table's differences.
pub fn by_person(
    policy: EvolutionPolicy,
    differences: &[Difference],
    has_rows: bool,
    deliberate: Deliberate,
) -> Evolution {
    if differences.is_empty() {
        return Evolution::Leave;
    }
    let is_frozen = policy == EvolutionPolicy::Freeze && !deliberate.from_saved_plan;
    decide(differences, has_rows, |difference| match difference.impact() {
        Impact::Destructive if !deliberate.allow_destructive => Some(destructive(policy)),
        _ => is_frozen.then(|| format!("this phase is frozen: {SAVED_PLAN} does it")),
    })
}

const SAVED_PLAN: &str = "`naru plan JOB --out plan.json`, then `naru apply plan.json`";

fn destructive(policy: EvolutionPolicy) -> String {
    let apply = match policy {
        EvolutionPolicy::Freeze => format!("{SAVED_PLAN} with `--allow-destructive`"),
        _ => "`naru apply --allow-destructive`".into(),
    };
    format!(
        "{apply} loses its values; otherwise bring it back into the definition, or name it as a column's renamed_from"
    )
}

fn decide(differences: &[Difference], has_rows: bool, remedy: impl Fn(&Difference) -> Option<String>) -> Evolution {
    if !has_rows {
        return Evolution::Apply;
    }
    let refused = differences.iter().filter_map(|difference| {
        let remedy = difference.way_out().or_else(|| remedy(difference))?;
        Some(Refused { difference: difference.clone(), remedy })
    });
    let refused: Vec<Refused> = refused.collect();
    if refused.is_empty() { Evolution::Apply } else { Evolution::Refuse(refused) }
}
