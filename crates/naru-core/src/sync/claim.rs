//! One sync of a phase at a time: who is at it, and since when.
//!
//! ```text
//!  nobody, or released ─▶ claimed     on a condition, so that of two at once one wins
//!  held                ─▶ refused, try again later
//!  held by the dead    ─▶ taken over, and the record of the dead ended as unknown
//! ```

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Where the claim stands in the audit bucket.
pub const CLAIM_KEY: &str = "sync/claim.json";

/// How long a holder may say nothing until it counts as dead, in minutes. It says something at each step.
pub const STALE_MINUTES: i64 = 10;

/// Who syncs a phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncClaim {
    /// The process, unlike any other.
    pub process: ProcessName,
    /// Who asked for it, for people.
    pub by: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When its holder said something last.
    pub renewed_at: DateTime<Utc>,
    /// Key of its record.
    pub record: String,
    /// Whether its holder is at work.
    pub status: ClaimStatus,
}

/// Whether a claim's holder is at work, as it has said itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClaimStatus {
    /// It is, or was killed.
    Held,
    /// It has ended.
    Released,
}

/// A process, unlike any other: where it was started, and as which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessName {
    /// The machine since its last start, and the space of its processes' ids; empty: not known.
    pub machine: String,
    /// The id.
    pub id: u32,
    /// When it was started, as the machine counts; 0: not known.
    pub started: u64,
}

/// What a claim that is there means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimState {
    /// Its sync has ended.
    Released,
    /// Its holder is dead: killed, or silent for too long.
    Dead,
    /// Its holder is at work.
    Held,
}

impl SyncClaim {
    /// Judges a claim. `is_alive` says of a process of this machine whether it is; none: it is of another machine.
    pub fn state(&self, now: DateTime<Utc>, is_alive: impl FnOnce(&ProcessName) -> Option<bool>) -> ClaimState {
        if self.status == ClaimStatus::Released {
            return ClaimState::Released;
        }
        let is_silent = now - self.renewed_at >= TimeDelta::minutes(STALE_MINUTES);
        match is_alive(&self.process) {
            Some(false) => ClaimState::Dead,
            Some(true) | None if is_silent => ClaimState::Dead,
            Some(true) | None => ClaimState::Held,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_held_until_it_is_released_or_its_holder_is_dead() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        let claim = |status, silent_minutes| SyncClaim {
            process: ProcessName { machine: "m".into(), id: 1, started: 2 },
            by: "ci".into(),
            started_at: DateTime::UNIX_EPOCH,
            renewed_at: now - TimeDelta::minutes(silent_minutes),
            record: "r".into(),
            status,
        };
        assert_eq!(claim(ClaimStatus::Released, 0).state(now, |_| Some(true)), ClaimState::Released);
        assert_eq!(claim(ClaimStatus::Held, 9).state(now, |_| None), ClaimState::Held);
        assert_eq!(claim(ClaimStatus::Held, 10).state(now, |_| None), ClaimState::Dead);
        assert_eq!(claim(ClaimStatus::Held, 0).state(now, |_| Some(true)), ClaimState::Held);
        assert_eq!(claim(ClaimStatus::Held, 0).state(now, |_| Some(false)), ClaimState::Dead);
    }
}
