//! Dates, timestamps and instants, by chrono's calendar and chrono-tz's zones.

use chrono::{Datelike, Duration, LocalResult, NaiveDate, NaiveDateTime, TimeZone};
use naru_core::time_format::{TimeFormat, TimeItem};
use naru_decode::Reason;

use crate::reference::Value;

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// What a text says, as numbers.
#[derive(Default)]
struct Parts {
    year: u32,
    month: u32,
    day: u32,
    hour: u32,
    hour12: Option<u32>,
    is_afternoon: bool,
    minute: u32,
    second: u32,
    nanosecond: u32,
    /// East of UTC.
    offset_minutes: Option<i32>,
}

pub(crate) fn date(format: &str, text: &str) -> Result<Value, Reason> {
    let parts = declared(format, text).ok_or(Reason::NotADate)?;
    Ok(Value::Date((day(&parts)? - NaiveDate::default()).num_days() as i32))
}

pub(crate) fn timestamp(format: Option<&str>, text: &str) -> Result<Value, Reason> {
    let parts = match format {
        Some(format) => declared(format, text),
        None => iso(text).filter(|parts| parts.offset_minutes.is_none()),
    };
    let local = local(&parts.ok_or(Reason::NotATimestamp)?)?;
    Ok(Value::Timestamp(local.and_utc().timestamp_micros()))
}

pub(crate) fn instant(format: Option<&str>, zone: &str, text: &str) -> Result<Value, Reason> {
    let parts = match format {
        Some(format) => declared(format, text),
        None => iso(text),
    };
    let parts = parts.ok_or(Reason::NotATimestamp)?;
    let local = local(&parts)?;
    let zone: chrono_tz::Tz = zone.parse().map_err(|_| Reason::NotATimestamp)?;
    let utc = match parts.offset_minutes {
        Some(minutes) => local - Duration::minutes(i64::from(minutes)),
        None => match zone.from_local_datetime(&local) {
            LocalResult::Single(instant) => instant.naive_utc(),
            LocalResult::None => return Err(Reason::SkippedByDst),
            LocalResult::Ambiguous(..) => return Err(Reason::AmbiguousByDst),
        },
    };
    if !(1..=9999).contains(&utc.year()) {
        return Err(Reason::DateOutOfRange);
    }
    Ok(Value::Timestamp(utc.and_utc().timestamp_micros()))
}

/// `2026-11-22T05:06:07`, with `T` or a space, perhaps a fraction, perhaps an offset.
fn iso(text: &str) -> Option<Parts> {
    ["%FT%T", "%F %T", "%FT%T.%f", "%F %T.%f", "%FT%T%z", "%F %T%z", "%FT%T.%f%z", "%F %T.%f%z"]
        .iter()
        .find_map(|format| declared(format, text))
}

/// The parts of a text that has the format to its end.
fn declared(format: &str, text: &str) -> Option<Parts> {
    let format: TimeFormat = format.parse().ok()?;
    let mut parts = Parts::default();
    let mut rest = text;
    for item in format.items() {
        match *item {
            TimeItem::Year => parts.year = number(&mut rest, 4)?,
            TimeItem::Month => parts.month = number(&mut rest, 2)?,
            TimeItem::Day => parts.day = number(&mut rest, 2)?,
            TimeItem::Hour => parts.hour = up_to(&mut rest, 23)?,
            TimeItem::Hour12 => parts.hour12 = Some(up_to(&mut rest, 12).filter(|hour| *hour > 0)?),
            TimeItem::Minute => parts.minute = up_to(&mut rest, 59)?,
            TimeItem::Second => parts.second = up_to(&mut rest, 59)?,
            TimeItem::MonthName => {
                let name = take(&mut rest, 3)?.to_ascii_lowercase();
                parts.month = 1 + MONTHS.iter().position(|month| *month == name)? as u32;
            }
            TimeItem::Meridiem => {
                parts.is_afternoon = match take(&mut rest, 2)?.to_ascii_lowercase().as_str() {
                    "am" => false,
                    "pm" => true,
                    _ => return None,
                }
            }
            TimeItem::Fraction(digits) => {
                let all = rest.bytes().take_while(u8::is_ascii_digit).count();
                let length = digits.map_or(all, usize::from);
                if length == 0 || length > 9 {
                    return None;
                }
                parts.nanosecond = number(&mut rest, length)? * 10_u32.pow(9 - length as u32);
            }
            TimeItem::Offset => parts.offset_minutes = Some(offset(&mut rest)?),
            TimeItem::Literal(character) => rest = rest.strip_prefix(character)?,
        }
    }
    rest.is_empty().then_some(parts)
}

fn take<'t>(rest: &mut &'t str, length: usize) -> Option<&'t str> {
    let (taken, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(taken)
}

fn number(rest: &mut &str, length: usize) -> Option<u32> {
    let digits = take(rest, length)?;
    if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
}

/// Two digits of a time of day.
fn up_to(rest: &mut &str, greatest: u32) -> Option<u32> {
    number(rest, 2).filter(|number| *number <= greatest)
}

/// `Z`, `+09`, `+0900` or `+09:00`, in minutes; at most 18 hours.
fn offset(rest: &mut &str) -> Option<i32> {
    if let Some(after) = rest.strip_prefix('Z') {
        *rest = after;
        return Some(0);
    }
    let sign = match take(rest, 1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let hours = number(rest, 2)?;
    let mut minutes = 0;
    if rest.starts_with(':') {
        take(rest, 1)?;
        minutes = number(rest, 2)?;
    } else if rest.starts_with(|next: char| next.is_ascii_digit()) {
        minutes = number(rest, 2)?;
    }
    let all = hours * 60 + minutes;
    (minutes < 60 && all <= 18 * 60).then_some(sign * all as i32)
}

/// A day of the years 0001 to 9999.
fn day(parts: &Parts) -> Result<NaiveDate, Reason> {
    if parts.year == 0 {
        return Err(Reason::DateOutOfRange);
    }
    NaiveDate::from_ymd_opt(parts.year as i32, parts.month, parts.day).ok_or(Reason::NoSuchDay)
}

/// A day with a time of day, to the microsecond.
fn local(parts: &Parts) -> Result<NaiveDateTime, Reason> {
    let day = day(parts)?;
    let hour = match parts.hour12 {
        Some(hour) => hour % 12 + if parts.is_afternoon { 12 } else { 0 },
        None => parts.hour,
    };
    if !parts.nanosecond.is_multiple_of(1000) {
        return Err(Reason::TimestampPrecision);
    }
    day.and_hms_nano_opt(hour, parts.minute, parts.second, parts.nanosecond).ok_or(Reason::NotATimestamp)
}
