//! What has landed: whose it is, and whether all of it is there.
//!
//! ```text
//!  bucket, key ──place_of──▶ job, interval ─▶ files, marker or list of files ──CompleteWhen::judge──▶ run it, or wait
//! ```

mod complete_when;
mod file_list;
mod judge;
mod place;

pub use complete_when::{CompleteWhen, CompleteWhenError};
pub use file_list::{FileList, MAX_LIST_BYTES};
pub use judge::{Completeness, Delivered, Sign};
pub use place::{PlaceError, definition_place, interval_of, landing_base, place_of};

/// The `[landing]` table of `naru.toml`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LandingSettings {
    /// When all files of an interval are there, unless a definition says it of its table (`@complete`).
    pub complete: CompleteWhen,
    /// How long after the last file an interval is looked at again, in minutes, at least 1. Default 120.
    pub look_back_minutes: u32,
    /// How long files may wait for their marker or list until somebody is told, in minutes, at least 1. Default 30.
    pub overdue_minutes: u32,
}

impl Default for LandingSettings {
    fn default() -> Self {
        Self { complete: CompleteWhen::default(), look_back_minutes: 120, overdue_minutes: 30 }
    }
}

impl LandingSettings {
    /// What is wrong with a rule by these settings: a quiet time that no look would see the end of.
    pub fn fault_of(&self, rule: &CompleteWhen) -> Option<String> {
        match rule {
            CompleteWhen::QuietMinutes(minutes) if *minutes >= self.look_back_minutes => {
                let back = self.look_back_minutes;
                Some(format!("{rule}: looks go back {back} minutes only, so that none would see its end"))
            }
            _ => None,
        }
    }
}

/// What to do about [`LandingSettings::fault_of`].
pub const LOOK_BACK_HINT: &str = "write a greater look_back_minutes under [landing] in naru.toml, or fewer minutes";
