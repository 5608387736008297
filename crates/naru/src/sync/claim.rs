//! Holding the claim of a phase, so that one sync runs at a time.

use chrono::{DateTime, TimeDelta, Utc};
use naru_core::sync::{ClaimState, ClaimStatus, SyncClaim, SyncStatus};

use super::target::SyncTarget;
use crate::error::{CommandError, Exit};
use crate::process;

/// A holder says that it is at work no more often than this.
const RENEW_SECONDS: i64 = 20;

/// The claim, while this process holds it.
pub(crate) struct HeldClaim<'a> {
    target: &'a dyn SyncTarget,
    claim: SyncClaim,
    version: String,
}

impl<'a> HeldClaim<'a> {
    /// Takes the claim for a sync with this record. Of a holder that is dead it is taken over, and its record ended.
    ///
    /// # Errors
    /// Another sync is at work: exit 75.
    pub(crate) fn take(
        target: &'a dyn SyncTarget,
        by: String,
        started_at: DateTime<Utc>,
        record: String,
    ) -> Result<Self, CommandError> {
        let process = process::this();
        let claim = SyncClaim { process, by, started_at, renewed_at: started_at, record, status: ClaimStatus::Held };
        let there = target.claim()?;
        let over = match &there {
            None => None,
            Some((other, version)) => match other.state(Utc::now(), process::is_alive) {
                ClaimState::Held => return Err(held_by(other)),
                ClaimState::Released | ClaimState::Dead => Some(version.as_str()),
            },
        };
        let Some(version) = target.put_claim(&claim, over)? else {
            // The answer to a request that was sent twice may be that it was there already: then it is ours.
            return match target.claim()? {
                Some((found, version)) if found == claim => Ok(Self { target, claim, version }),
                Some((other, _)) => Err(held_by(&other)),
                None => Err(CommandError::failed("the claim of the sync is gone").with_exit(Exit::TryAgainLater)),
            };
        };
        if let Some((dead, _)) = there.filter(|(other, _)| other.status == ClaimStatus::Held) {
            end_record(target, &dead)?;
        }
        Ok(Self { target, claim, version })
    }

    /// Says that this process is at work still.
    ///
    /// # Errors
    /// It was silent for so long that another has taken over: exit 75.
    pub(crate) fn renew(&mut self) -> Result<(), CommandError> {
        let now = Utc::now();
        if now - self.claim.renewed_at < TimeDelta::seconds(RENEW_SECONDS) {
            return Ok(());
        }
        self.put(SyncClaim { renewed_at: now, ..self.claim.clone() })
    }

    /// Lets go of the claim.
    ///
    /// # Errors
    /// As [`Self::renew`].
    pub(crate) fn release(mut self) -> Result<(), CommandError> {
        self.put(SyncClaim { renewed_at: Utc::now(), status: ClaimStatus::Released, ..self.claim.clone() })
    }

    fn put(&mut self, claim: SyncClaim) -> Result<(), CommandError> {
        let found = match self.target.put_claim(&claim, Some(&self.version))? {
            Some(version) => Some(version),
            None => self.target.claim()?.filter(|(found, _)| *found == claim).map(|(_, version)| version),
        };
        let Some(version) = found else {
            return Err(CommandError::failed(
                "another sync of this phase has taken over, since this one said nothing for long",
            )
            .with_exit(Exit::TryAgainLater)
            .hint("when it has ended, run the same command again"));
        };
        (self.claim, self.version) = (claim, version);
        Ok(())
    }
}

/// Whether a sync has died that nobody has cleaned up after.
pub(crate) fn is_left_by_the_dead(target: &dyn SyncTarget) -> Result<bool, CommandError> {
    let is_dead = |claim: SyncClaim| claim.state(Utc::now(), process::is_alive) == ClaimState::Dead;
    Ok(target.claim()?.is_some_and(|(claim, _)| is_dead(claim)))
}

fn held_by(claim: &SyncClaim) -> CommandError {
    let (by, since) = (&claim.by, claim.started_at.format("%FT%TZ"));
    CommandError::failed(format!("this phase is being synced by {by}, since {since}"))
        .with_exit(Exit::TryAgainLater)
        .hint("nothing was changed; when it has ended, run the same command again")
}

/// Ends the record of a sync that was killed: what it had done of what it meant to do is not known.
fn end_record(target: &dyn SyncTarget, dead: &SyncClaim) -> Result<(), CommandError> {
    let Some(bytes) = target.record(&dead.record)? else { return Ok(()) };
    let Ok(mut record) = serde_json::from_slice::<serde_json::Value>(&bytes) else { return Ok(()) };
    let is_running = serde_json::json!(SyncStatus::Running);
    if record["status"] != is_running {
        return Ok(());
    }
    record["status"] = serde_json::json!(SyncStatus::Unknown);
    record["error"] = "it ended without a word: killed, or its machine was".into();
    record["ended_at"] = serde_json::json!(Utc::now());
    let json = serde_json::to_vec_pretty(&record)
        .map_err(|error| CommandError::failed(format!("cannot write the record as JSON: {error}")))?;
    target.write_record(&dead.record, json)
}
