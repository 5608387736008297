//! Days, weeks, months, quarters and years: periods that begin with a day.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;

use super::clock::{check_instant, first_instant, reading};
use super::{Interval, IntervalError};
use crate::Cadence;

pub(super) fn containing(cadence: Cadence, instant: DateTime<Utc>, zone: Tz) -> Result<Interval, IntervalError> {
    check_instant(instant)?;
    let mut first = first_day(cadence, reading(instant, zone).date()).ok_or(IntervalError::Range)?;
    loop {
        let interval = beginning_with(cadence, first, zone)?;
        if instant < interval.end {
            return Ok(interval);
        }
        // Clocks that went back over midnight show the day before once more, but the new day had begun.
        first = first_day_after(cadence, first).ok_or(IntervalError::Range)?;
    }
}

pub(super) fn parse(cadence: Cadence, text: &str, zone: Tz) -> Result<Interval, IntervalError> {
    let first = parse_date(text).and_then(|day| first_day(cadence, day)).or_else(|| parse_period(cadence, text));
    let first = first.ok_or_else(|| IntervalError::Text { text: text.into(), cadence })?;
    let interval = beginning_with(cadence, first, zone)?;
    if interval.start < interval.end { Ok(interval) } else { Err(IntervalError::Skipped { text: text.into(), zone }) }
}

/// `2026-11-22`, all ten characters.
pub(super) fn parse_date(text: &str) -> Option<NaiveDate> {
    let (year, month_day) = text.split_once('-')?;
    let (month, day) = month_day.split_once('-')?;
    NaiveDate::from_ymd_opt(parse_year(year)?, two_digits(month)?, two_digits(day)?)
}

/// A number of ASCII digits only.
pub(super) fn number(digits: &str) -> Option<u32> {
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

fn two_digits(text: &str) -> Option<u32> {
    if text.len() == 2 { number(text) } else { None }
}

fn parse_year(text: &str) -> Option<i32> {
    if text.len() == 4 { number(text).and_then(|year| year.try_into().ok()) } else { None }
}

/// The first day of the period that a cadence's own text names.
fn parse_period(cadence: Cadence, text: &str) -> Option<NaiveDate> {
    if cadence == Cadence::Y {
        return NaiveDate::from_ymd_opt(parse_year(text)?, 1, 1);
    }
    let (year, part) = text.split_once('-')?;
    let year = parse_year(year)?;
    match cadence {
        Cadence::W => NaiveDate::from_isoywd_opt(year, two_digits(part.strip_prefix('W')?)?, Weekday::Mon),
        Cadence::M => NaiveDate::from_ymd_opt(year, two_digits(part)?, 1),
        Cadence::Q => match part {
            "Q1" => NaiveDate::from_ymd_opt(year, 1, 1),
            "Q2" => NaiveDate::from_ymd_opt(year, 4, 1),
            "Q3" => NaiveDate::from_ymd_opt(year, 7, 1),
            "Q4" => NaiveDate::from_ymd_opt(year, 10, 1),
            _ => None,
        },
        Cadence::H | Cadence::D | Cadence::Y | Cadence::X => None,
    }
}

fn beginning_with(cadence: Cadence, first: NaiveDate, zone: Tz) -> Result<Interval, IntervalError> {
    if !(1..=9998).contains(&first.year()) {
        return Err(IntervalError::Range);
    }
    let midnight = |day: NaiveDate| first_instant(day.and_time(NaiveTime::MIN), zone);
    let start = midnight(first).ok_or(IntervalError::Range)?;
    let end = first_day_after(cadence, first).and_then(midnight).ok_or(IntervalError::Range)?;
    Ok(Interval { text: text(cadence, first), start, end })
}

/// The first day of the period that a day is in.
fn first_day(cadence: Cadence, day: NaiveDate) -> Option<NaiveDate> {
    match cadence {
        Cadence::H | Cadence::D | Cadence::X => Some(day),
        Cadence::W => day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into())),
        Cadence::M => day.with_day(1),
        Cadence::Q => NaiveDate::from_ymd_opt(day.year(), day.month0() / 3 * 3 + 1, 1),
        Cadence::Y => NaiveDate::from_ymd_opt(day.year(), 1, 1),
    }
}

/// The first day of the period after the one that begins with `first`.
fn first_day_after(cadence: Cadence, first: NaiveDate) -> Option<NaiveDate> {
    match cadence {
        Cadence::H | Cadence::D | Cadence::X => first.succ_opt(),
        Cadence::W => first.checked_add_days(Days::new(7)),
        Cadence::M => first.checked_add_months(Months::new(1)),
        Cadence::Q => first.checked_add_months(Months::new(3)),
        Cadence::Y => first.checked_add_months(Months::new(12)),
    }
}

fn text(cadence: Cadence, first: NaiveDate) -> String {
    match cadence {
        Cadence::W => first.format("%G-W%V").to_string(),
        Cadence::M => first.format("%Y-%m").to_string(),
        Cadence::Q => format!("{:04}-Q{}", first.year(), first.month0() / 3 + 1),
        Cadence::Y => first.format("%Y").to_string(),
        Cadence::H | Cadence::D | Cadence::X => first.format("%Y-%m-%d").to_string(),
    }
}
