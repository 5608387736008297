//! What to do next about a run that is to be started, from the runs and the claim that are there: decisions only.

use std::time::Duration;

use super::claim::StartClaim;
use super::run::{GlueRun, GlueRunState};
use super::start_request::RunKey;

/// What the runs that are there call for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    /// A run of this key goes on.
    Attach(GlueRun),
    /// A run of this key has done the work.
    TakeOver(GlueRun),
    /// A run of this identity goes on by another plan.
    OtherPlan(GlueRun),
    /// This attempt is to be claimed.
    Claim(u32),
}

/// Decides by the runs of an identity. `fresh`: that a run has succeeded is not enough.
pub(super) fn by_runs(runs: &[GlueRun], key: &RunKey, fresh: bool) -> Step {
    let of_key = || runs.iter().filter(|run| run.key().as_ref() == Some(key));
    // The first of several, so that all who look see the same one.
    let first = |state: fn(&GlueRunState) -> bool| {
        of_key().filter(|run| state(&run.state)).min_by_key(|run| (run.attempt(), run.started_seconds, run.id.clone()))
    };
    if let Some(live) = first(GlueRunState::is_live) {
        return Step::Attach(live.clone());
    }
    if let Some(done) = first(|state| *state == GlueRunState::Succeeded).filter(|_| !fresh) {
        return Step::TakeOver(done.clone());
    }
    if let Some(other) = runs.iter().find(|run| run.state.is_live()) {
        return Step::OtherPlan(other.clone());
    }
    Step::Claim(of_key().map(GlueRun::attempt).max().unwrap_or_default() + 1)
}

/// What somebody else's claim calls for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ByClaim {
    /// Its run is known: look at it.
    LookAt(String),
    /// Its holder may still be at it: look again later.
    Wait,
    /// Its holder gave it up, or has been silent for too long: claim it over this version.
    TakeOver,
}

/// Decides by somebody else's claim. `unchanged`: how long it has been looked at without a change.
pub(super) fn by_claim(claim: &StartClaim, unchanged: Duration, grace: Duration) -> ByClaim {
    match &claim.run_id {
        Some(run_id) => ByClaim::LookAt(run_id.clone()),
        None if claim.released || unchanged >= grace => ByClaim::TakeOver,
        None => ByClaim::Wait,
    }
}
