//! Whether a text is of a date's or timestamp's form, and which day it names. What is loaded is read by the decode
//! kernel; a format proposed here is held against the sample there.

use chrono::{Datelike, NaiveDate};

use crate::time_format::TimeItem;

/// What a date or time says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    /// Days since the first day of the year 1.
    pub(super) day: i32,
    pub(super) year: i32,
    pub(super) has_offset: bool,
}

/// Reads a text by a format's items; none if it has another form, or names a day or time that does not exist.
pub(super) fn read(items: &[TimeItem], text: &str) -> Option<Moment> {
    let mut reader = Reader { rest: text, ..Reader::default() };
    for item in items {
        reader.take(*item)?;
    }
    reader.finish()
}

/// ISO 8601 as definitions without a format have it: `2026-11-22T05:06:07`, a space for the `T`, a fraction, an offset.
pub(super) fn read_iso(text: &str) -> Option<Moment> {
    use TimeItem::{Day, Hour, Literal, Minute, Month, Second, Year};
    let mut reader = Reader { rest: text, ..Reader::default() };
    for item in [Year, Literal('-'), Month, Literal('-'), Day] {
        reader.take(item)?;
    }
    reader.rest = reader.rest.strip_prefix(['T', ' '])?;
    for item in [Hour, Literal(':'), Minute, Literal(':'), Second] {
        reader.take(item)?;
    }
    if let Some(fraction) = reader.rest.strip_prefix('.') {
        reader.rest = fraction;
        reader.take(TimeItem::Fraction(None))?;
    }
    if !reader.rest.is_empty() {
        reader.take(TimeItem::Offset)?;
    }
    reader.finish()
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

#[derive(Default)]
struct Reader<'t> {
    rest: &'t str,
    year: u32,
    month: u32,
    day: u32,
    has_offset: bool,
}

impl Reader<'_> {
    fn take(&mut self, item: TimeItem) -> Option<()> {
        match item {
            TimeItem::Year => self.year = self.number(4)?,
            TimeItem::Month => self.month = self.number(2)?,
            TimeItem::MonthName => {
                let name = self.characters(3)?.to_ascii_lowercase();
                self.month = MONTHS.iter().position(|month| *month == name)? as u32 + 1;
            }
            TimeItem::Day => self.day = self.number(2)?,
            TimeItem::Hour => self.below(24)?,
            TimeItem::Hour12 => {
                self.number(2).filter(|hour| (1..=12).contains(hour))?;
            }
            TimeItem::Meridiem => {
                let name = self.characters(2)?;
                (name.eq_ignore_ascii_case("am") || name.eq_ignore_ascii_case("pm")).then_some(())?;
            }
            TimeItem::Minute | TimeItem::Second => self.below(60)?,
            TimeItem::Fraction(digits) => self.fraction(digits)?,
            TimeItem::Offset => self.offset()?,
            TimeItem::Literal(c) => self.rest = self.rest.strip_prefix(c)?,
        }
        Some(())
    }

    fn finish(self) -> Option<Moment> {
        let date = NaiveDate::from_ymd_opt(i32::try_from(self.year).ok()?, self.month, self.day)?;
        (self.rest.is_empty() && self.year > 0).then(|| Moment {
            day: date.num_days_from_ce(),
            year: date.year(),
            has_offset: self.has_offset,
        })
    }

    fn characters(&mut self, bytes: usize) -> Option<&str> {
        let (head, rest) = self.rest.split_at_checked(bytes)?;
        self.rest = rest;
        Some(head)
    }

    fn number(&mut self, digits: usize) -> Option<u32> {
        let head = self.characters(digits)?;
        head.bytes().all(|byte| byte.is_ascii_digit()).then(|| head.parse().ok())?
    }

    fn below(&mut self, limit: u32) -> Option<()> {
        self.number(2).filter(|number| *number < limit).map(|_| ())
    }

    /// One to nine digits, finer than microseconds only if zero: nothing is rounded.
    fn fraction(&mut self, digits: Option<u8>) -> Option<()> {
        let all = self.rest.bytes().take(9).take_while(u8::is_ascii_digit).count();
        let count = digits.map_or(all, usize::from);
        let head = self.characters(count).filter(|_| count > 0 && count <= all)?;
        head.bytes().skip(6).all(|byte| byte == b'0').then_some(())
    }

    /// `Z`, `+09`, `+0900`, `+09:00`.
    fn offset(&mut self) -> Option<()> {
        self.has_offset = true;
        if let Some(rest) = self.rest.strip_prefix('Z') {
            self.rest = rest;
            return Some(());
        }
        self.rest = self.rest.strip_prefix(['+', '-'])?;
        self.below(19)?;
        if let Some(rest) = self.rest.strip_prefix(':') {
            self.rest = rest;
            return self.below(60);
        }
        if self.rest.starts_with(|c: char| c.is_ascii_digit()) { self.below(60) } else { Some(()) }
    }
}
