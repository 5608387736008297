//! Local times to offsets from UTC, remembered by the hour, since looking one up costs more than all else.

use chrono::{DateTime, LocalResult, Offset, TimeZone};
use chrono_tz::Tz;

use crate::Reason;

const HOUR_SECONDS: i64 = 3600;
const SLOTS: usize = 1024;

/// Offsets of whole local hours within which they do not change.
#[derive(Debug)]
pub(crate) struct ZoneOffsets {
    zone: Tz,
    /// Local hour since 1970 and its offset in seconds; direct-mapped.
    slots: Vec<(i64, i32)>,
}

impl ZoneOffsets {
    pub(crate) fn new(zone: Tz) -> Self {
        Self { zone, slots: vec![(i64::MIN, 0); SLOTS] }
    }

    /// Seconds east of UTC at a local time, given in seconds since 1970-01-01 00:00:00 local.
    #[inline]
    pub(crate) fn offset(&mut self, local_seconds: i64) -> Result<i32, Reason> {
        let hour = local_seconds.div_euclid(HOUR_SECONDS);
        let slot = hour.rem_euclid(SLOTS as i64) as usize;
        match self.slots[slot] {
            (known, offset) if known == hour => Ok(offset),
            _ => self.look_up(hour, slot, local_seconds),
        }
    }

    fn look_up(&mut self, hour: i64, slot: usize, local_seconds: i64) -> Result<i32, Reason> {
        let start = hour * HOUR_SECONDS;
        let ends = [start, start + HOUR_SECONDS - 1].map(|seconds| self.exact(seconds));
        if let [Ok(first), Ok(last)] = ends
            && first == last
        {
            self.slots[slot] = (hour, first);
        }
        self.exact(local_seconds)
    }

    fn exact(&self, local_seconds: i64) -> Result<i32, Reason> {
        let local = DateTime::from_timestamp(local_seconds, 0).ok_or(Reason::DateOutOfRange)?.naive_utc();
        match self.zone.offset_from_local_datetime(&local) {
            LocalResult::Single(offset) => Ok(offset.fix().local_minus_utc()),
            LocalResult::Ambiguous(..) => Err(Reason::AmbiguousByDst),
            LocalResult::None => Err(Reason::SkippedByDst),
        }
    }
}
