//! Hours of the wall clock: they begin where clocks read a full hour, and where a jump takes them into another one.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

use super::clock::{check_instant, first_instant, instant, is_repeat, jump, offset_seconds, reading};
use super::periods::{number, parse_date};
use super::{Interval, IntervalError};
use crate::Cadence;

const HOUR: TimeDelta = TimeDelta::hours(1);
const SECOND: TimeDelta = TimeDelta::seconds(1);

pub(super) fn containing(instant: DateTime<Utc>, zone: Tz) -> Result<Interval, IntervalError> {
    check_instant(instant)?;
    let local = reading(instant, zone);
    let hour = full_hour(local);
    let start = start(instant, local, hour, zone);
    Ok(Interval { text: text(start, hour, zone), start, end: end(instant, local, hour, zone) })
}

pub(super) fn parse(given: &str, zone: Tz) -> Result<Interval, IntervalError> {
    let wrong = || IntervalError::Text { text: given.into(), cadence: Cadence::H };
    let (hour, offset) = split(given).ok_or_else(wrong)?;
    let inside = match offset {
        // The last second: the first one may be before the jump that made the hour come again.
        Some(offset) => instant(hour + HOUR - SECOND, offset),
        None => first_instant(hour, zone).ok_or_else(wrong)?,
    };
    let interval = containing(inside, zone)?;
    if interval.text == given {
        Ok(interval)
    } else if full_hour(reading(inside, zone)) == hour {
        Err(IntervalError::Written { text: given.into(), right: interval.text })
    } else {
        Err(IntervalError::Skipped { text: given.into(), zone })
    }
}

/// Where the hour began that clocks show as `hour` at `instant`, when they read `local`.
fn start(instant: DateTime<Utc>, local: NaiveDateTime, hour: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    let straight = instant - (local - hour);
    let Some(jump) = jump(straight, instant, zone) else { return straight };
    // What clocks would have read, had they not jumped.
    let before = reading(jump - SECOND, zone) + SECOND;
    if full_hour(before - SECOND) == hour { jump - (before - hour) } else { jump }
}

/// Where the hour ends that clocks show as `hour` at `instant`, when they read `local`.
fn end(instant: DateTime<Utc>, local: NaiveDateTime, hour: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    let straight = instant + (hour + HOUR - local);
    let Some(jump) = jump(instant, straight, zone) else { return straight };
    let after = reading(jump, zone);
    if full_hour(after) == hour && after != hour { jump + (hour + HOUR - after) } else { jump }
}

fn full_hour(local: NaiveDateTime) -> NaiveDateTime {
    let past = TimeDelta::minutes(local.minute().into()) + TimeDelta::seconds(local.second().into());
    local - past - TimeDelta::nanoseconds(local.nanosecond().into())
}

fn text(start: DateTime<Utc>, hour: NaiveDateTime, zone: Tz) -> String {
    let text = hour.format("%Y-%m-%dT%H").to_string();
    if !is_repeat(start, zone) {
        return text;
    }
    let offset = offset_seconds(start, zone);
    let (sign, seconds) = (if offset < 0 { '-' } else { '+' }, offset.unsigned_abs());
    let text = format!("{text}{sign}{:02}{:02}", seconds / 3600, seconds / 60 % 60);
    if seconds % 60 == 0 { text } else { format!("{text}{:02}", seconds % 60) }
}

/// `2026-11-22T05` and its offset in seconds, if it has one: `+0900` or `+082752`.
fn split(given: &str) -> Option<(NaiveDateTime, Option<i32>)> {
    let (date, time) = given.split_once('T')?;
    let date: NaiveDate = parse_date(date)?;
    let hour = date.and_hms_opt(number(time.get(..2)?)?, 0, 0)?;
    let offset = time.get(2..)?;
    let sign = match offset.chars().next() {
        None => return Some((hour, None)),
        Some('+') => 1,
        Some('-') => -1,
        Some(_) => return None,
    };
    let digits = offset.get(1..)?;
    let (hours, minutes, seconds) = match digits.len() {
        4 => (number(digits.get(..2)?)?, number(digits.get(2..)?)?, 0),
        6 => (number(digits.get(..2)?)?, number(digits.get(2..4)?)?, number(digits.get(4..)?)?),
        _ => return None,
    };
    let seconds = i32::try_from(hours * 3600 + minutes * 60 + seconds).ok()?;
    Some((hour, Some(sign * seconds)))
}
