//! Phases: the stages through which one and the same job is promoted.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::name::vocabulary::vocabulary;

/// A stage. Never part of a job's name, since the same file is promoted from one to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Development.
    #[default]
    Dev,
    /// Quality assurance.
    Qa,
    /// Production.
    Prod,
}

vocabulary!(
    Phase,
    "phase",
    {
        Dev => ("dev", "development"),
        Qa => ("qa", "quality assurance"),
        Prod => ("prod", "production"),
    },
    aliases: &[
        ("develop", "dev"),
        ("development", "dev"),
        ("test", "qa"),
        ("stg", "qa"),
        ("stage", "qa"),
        ("staging", "qa"),
        ("prd", "prod"),
        ("production", "prod"),
        ("live", "prod"),
    ],
    later: &[]
);
