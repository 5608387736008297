//! The claim of a start: who asks Glue for an attempt of a run.

use serde::{Deserialize, Serialize};

/// A claim, as it is written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartClaim {
    /// Who holds it: unlike any other process's word, and of use to a person, as `host:pid:uuid`.
    pub holder: String,
    /// The Glue job.
    pub job: String,
    /// The run's identity.
    pub run: String,
    /// Digest of its load plan.
    pub plan_digest: String,
    /// The attempt, from 1.
    pub attempt: u32,
    /// The run that was started; none until it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// Glue refused the start, for certain: anybody may start this attempt.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub released: bool,
}
