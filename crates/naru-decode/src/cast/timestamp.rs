//! Dates, timestamps and instants.

use super::calendar::{FIRST_DAY, LAST_DAY};
use super::time_text::TimeText;
use super::zone::ZoneOffsets;
use crate::Reason;

const DAY_SECONDS: i64 = 86_400;

/// Days since 1970-01-01.
#[inline]
pub(crate) fn parse_date(format: &TimeText, text: &[u8]) -> Result<i32, Reason> {
    format.parse(text).ok_or(Reason::NotADate)?.days()
}

/// Microseconds since 1970-01-01 00:00:00, without a zone.
#[inline]
pub(crate) fn parse_timestamp(format: &TimeText, text: &[u8]) -> Result<i64, Reason> {
    let parts = format.parse(text).ok_or(Reason::NotATimestamp)?;
    Ok(parts.seconds()? * 1_000_000 + i64::from(parts.micros))
}

/// Microseconds since 1970-01-01 00:00:00 UTC; a text without an offset is local to the zone.
#[inline]
pub(crate) fn parse_instant(format: &TimeText, zone: &mut ZoneOffsets, text: &[u8]) -> Result<i64, Reason> {
    let parts = format.parse(text).ok_or(Reason::NotATimestamp)?;
    let local = parts.seconds()?;
    let offset = match parts.offset_seconds {
        Some(offset) => offset,
        None => zone.offset(local)?,
    };
    let seconds = local - i64::from(offset);
    if !(FIRST_DAY * DAY_SECONDS..(LAST_DAY + 1) * DAY_SECONDS).contains(&seconds) {
        return Err(Reason::DateOutOfRange);
    }
    Ok(seconds * 1_000_000 + i64::from(parts.micros))
}
