//! Wall clocks: what a zone's clocks read at an instant, when they read it, and where they jump.

use chrono::{DateTime, Datelike, LocalResult, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{GapInfo, Tz};

use super::IntervalError;

/// What the zone's clocks are ahead of UTC at an instant, in seconds.
pub(super) fn offset_seconds(instant: DateTime<Utc>, zone: Tz) -> i32 {
    zone.offset_from_utc_datetime(&instant.naive_utc()).fix().local_minus_utc()
}

/// What the zone's clocks read at an instant.
pub(super) fn reading(instant: DateTime<Utc>, zone: Tz) -> NaiveDateTime {
    instant.naive_utc() + seconds(offset_seconds(instant, zone))
}

/// The instant at which clocks that are so many seconds ahead of UTC read `local`.
pub(super) fn instant(local: NaiveDateTime, offset_seconds: i32) -> DateTime<Utc> {
    (local - seconds(offset_seconds)).and_utc()
}

/// The first instant at which the zone's clocks read `local`, or have jumped past it.
pub(super) fn first_instant(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    match zone.offset_from_local_datetime(&local) {
        LocalResult::Single(offset) => Some(instant(local, offset.fix().local_minus_utc())),
        LocalResult::Ambiguous(one, other) => {
            // The further ahead of UTC, the earlier.
            Some(instant(local, one.fix().local_minus_utc().max(other.fix().local_minus_utc())))
        }
        LocalResult::None => {
            let (gap, offset) = GapInfo::new(&local, &zone)?.begin?;
            Some(instant(gap, offset.fix().local_minus_utc()))
        }
    }
}

/// Whether the zone's clocks read at `instant` what they had read once before.
pub(super) fn is_repeat(instant: DateTime<Utc>, zone: Tz) -> bool {
    first_instant(reading(instant, zone), zone).is_some_and(|first| first < instant)
}

/// The instant in `(after, until]` at which the zone's offset changes, if it differs at the two. Offsets change on full
/// seconds, and never twice within an hour.
pub(super) fn jump(after: DateTime<Utc>, until: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
    let offset = offset_seconds(after, zone);
    if offset == offset_seconds(until, zone) {
        return None;
    }
    let (mut low, mut high) = (after.timestamp(), until.timestamp());
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        match DateTime::from_timestamp(middle, 0) {
            Some(instant) if offset_seconds(instant, zone) == offset => low = middle,
            _ => high = middle,
        }
    }
    DateTime::from_timestamp(high, 0)
}

/// Refuses instants whose local year might not have four digits.
pub(super) fn check_instant(instant: DateTime<Utc>) -> Result<(), IntervalError> {
    if (1..=9998).contains(&instant.year()) { Ok(()) } else { Err(IntervalError::Range) }
}

/// An instant as the zone's clocks show it, with the offset: `2026-11-22T00:00:00+09:00`.
pub(super) fn show(instant: DateTime<Utc>, zone: Tz) -> String {
    instant.with_timezone(&zone.offset_from_utc_datetime(&instant.naive_utc()).fix()).to_rfc3339()
}

fn seconds(seconds: i32) -> TimeDelta {
    TimeDelta::seconds(i64::from(seconds))
}
