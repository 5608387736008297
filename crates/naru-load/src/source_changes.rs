//! Sources that change while they are read.

use naru_core::LoadPlan;
use naru_lake::{LandedFile, LandingStore};

use crate::pipeline::{Stopped, Written};
use crate::{LoadError, Progress};

/// Looks once more, before anything is committed, for sources and control files that are no longer those of the plan. A
/// load that failed is no better told for it, unless its failure may come of such a change.
///
/// # Errors
/// [`LoadError::SourceChanged`]; [`LoadError::Lake`] if they cannot be looked for; [`LoadError::Stopped`] instead of looking.
pub(crate) async fn require_same_sources(
    plan: &LoadPlan,
    store: &dyn LandingStore,
    loaded: &Result<Written, Stopped>,
    progress: &dyn Progress,
) -> Result<(), LoadError> {
    let may_follow = |stopped: &Stopped| stopped.is_complete || may_be_unfinished(&stopped.error);
    if !loaded.as_ref().map_or_else(may_follow, |_| true) {
        return Ok(());
    }
    if progress.is_stopped() {
        return Err(LoadError::Stopped);
    }
    match first_changed(plan, store).await? {
        Some(changed) => Err(changed),
        None => Ok(()),
    }
}

/// Whether a source that is still being written, or that is taken away, would fail like this: its end is missing.
fn may_be_unfinished(error: &LoadError) -> bool {
    matches!(error, LoadError::ControlMismatch { .. } | LoadError::Source { .. } | LoadError::Rejected(_))
}

/// A source or control file that is no longer the one that was planned, looked for once more before the commit.
async fn first_changed(plan: &LoadPlan, store: &dyn LandingStore) -> Result<Option<LoadError>, LoadError> {
    let landed = store.list(&plan.landing).await?;
    for source in &plan.sources {
        let found = landed.iter().find(|file| file.location == source.location);
        if let Some(changed) = changed_file((&source.location, source.size_bytes, &source.etag), found) {
            return Ok(Some(changed));
        }
        if let Some(control) = &source.control {
            let found = store.find(&control.location).await?;
            let changed = changed_file((&control.location, control.size_bytes, &control.etag), found.as_ref());
            if changed.is_some() {
                return Ok(changed);
            }
        }
    }
    Ok(None)
}

fn changed_file((location, planned, etag): (&str, u64, &str), found: Option<&LandedFile>) -> Option<LoadError> {
    let is_same = found.is_some_and(|file| file.etag == etag);
    let read = found.map_or(0, |file| file.size_bytes);
    (!is_same).then(|| LoadError::SourceChanged { location: location.into(), planned, read })
}
