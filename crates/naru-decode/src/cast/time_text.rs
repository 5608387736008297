//! Texts of dates and times: declared formats and ISO 8601.

use naru_core::time_format::{TimeFormat, TimeItem};

use super::calendar::TimeParts;
use super::time_layout::{Digits, TimeLayout, parse_fraction};

/// Offsets from UTC reach this far, in minutes (as in ISO 8601 practice: ±18:00).
const GREATEST_OFFSET_MINUTES: u32 = 18 * 60;

/// How a date or time is written.
#[derive(Debug)]
pub(crate) enum TimeText {
    /// `2026-11-22T05:06:07` with `T` or a space, an optional fraction and, with a zone, an optional offset.
    Iso {
        /// Whether an offset may follow.
        with_zone: bool,
    },
    /// A declared format with all parts at fixed positions.
    Layout(TimeLayout),
    /// Any other declared format.
    Items(Vec<TimeItem>),
}

impl TimeText {
    pub(crate) fn new(format: &TimeFormat) -> Self {
        TimeLayout::new(format).map_or_else(|| Self::Items(format.items().to_vec()), Self::Layout)
    }

    /// The parts that the text names, ranges unchecked; none if it has another form.
    #[inline]
    pub(crate) fn parse(&self, text: &[u8]) -> Option<TimeParts> {
        match self {
            Self::Iso { with_zone } => parse_iso(text, *with_zone),
            Self::Layout(layout) => layout.parse(text),
            Self::Items(items) => parse_items(items, text),
        }
    }
}

#[inline]
fn parse_iso(text: &[u8], with_zone: bool) -> Option<TimeParts> {
    let (head, rest) = text.split_first_chunk::<19>()?;
    let is_punctuated =
        head[4] == b'-' && head[7] == b'-' && matches!(head[10], b'T' | b' ') && head[13] == b':' && head[16] == b':';
    let mut digits = Digits { text: head, is_wrong: !is_punctuated };
    let mut parts = TimeParts {
        year: digits.four(0),
        month: digits.two(5),
        day: digits.two(8),
        hour: digits.two(11),
        minute: digits.two(14),
        second: digits.two(17),
        ..TimeParts::default()
    };
    if digits.is_wrong {
        return None;
    }
    let mut rest = rest;
    if let [b'.', fraction @ ..] = rest {
        let end = fraction.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(fraction.len());
        (parts.micros, parts.is_too_fine) = parse_fraction(&fraction[..end])?;
        rest = &fraction[end..];
    }
    if with_zone && !rest.is_empty() {
        parts.offset_seconds = Some(take_offset(&mut rest)?);
    }
    rest.is_empty().then_some(parts)
}

fn parse_items(items: &[TimeItem], text: &[u8]) -> Option<TimeParts> {
    let mut parts = TimeParts::default();
    let mut is_afternoon = None;
    let mut rest = text;
    for item in items {
        match item {
            TimeItem::Year => parts.year = take_number(&mut rest, 4)?,
            TimeItem::Month => parts.month = take_number(&mut rest, 2)?,
            TimeItem::MonthName => parts.month = take_month_name(&mut rest)?,
            TimeItem::Day => parts.day = take_number(&mut rest, 2)?,
            TimeItem::Hour => parts.hour = take_number(&mut rest, 2)?,
            TimeItem::Hour12 => {
                parts.hour = take_number(&mut rest, 2).filter(|hour| (1..=12).contains(hour))?;
            }
            TimeItem::Meridiem => {
                let (name, after) = rest.split_first_chunk::<2>()?;
                is_afternoon = match &name.map(|byte| byte.to_ascii_uppercase()) {
                    b"AM" => Some(false),
                    b"PM" => Some(true),
                    _ => return None,
                };
                rest = after;
            }
            TimeItem::Minute => parts.minute = take_number(&mut rest, 2)?,
            TimeItem::Second => parts.second = take_number(&mut rest, 2)?,
            TimeItem::Fraction(count) => {
                let all = rest.iter().take(9).take_while(|byte| byte.is_ascii_digit()).count();
                let (digits, after) = rest.split_at_checked(count.map_or(all, usize::from))?;
                (parts.micros, parts.is_too_fine) = parse_fraction(digits)?;
                rest = after;
            }
            TimeItem::Offset => parts.offset_seconds = Some(take_offset(&mut rest)?),
            TimeItem::Literal(c) => rest = rest.strip_prefix(c.encode_utf8(&mut [0; 4]).as_bytes())?,
        }
    }
    if let Some(is_afternoon) = is_afternoon {
        parts.hour = parts.hour % 12 + if is_afternoon { 12 } else { 0 };
    }
    rest.is_empty().then_some(parts)
}

fn take_number(rest: &mut &[u8], digits: usize) -> Option<u32> {
    let (number, after) = rest.split_at_checked(digits)?;
    *rest = after;
    number.iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u32::from(byte - b'0')))
}

fn take_month_name(rest: &mut &[u8]) -> Option<u32> {
    const NAMES: [&[u8; 3]; 12] =
        [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
    let (name, after) = rest.split_first_chunk::<3>()?;
    *rest = after;
    let name = name.map(|byte| byte.to_ascii_lowercase());
    NAMES.iter().position(|known| **known == name).map(|index| index as u32 + 1)
}

/// `Z`, `+09`, `+0900` or `+09:00`, in seconds east of UTC.
fn take_offset(rest: &mut &[u8]) -> Option<i32> {
    let (first, after) = rest.split_first()?;
    *rest = after;
    let sign = match first {
        b'Z' => return Some(0),
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let hours = take_number(rest, 2)?;
    let minutes = match rest {
        [b':', after @ ..] => {
            *rest = after;
            take_number(rest, 2)?
        }
        [b'0'..=b'9', ..] => take_number(rest, 2)?,
        _ => 0,
    };
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= GREATEST_OFFSET_MINUTES).then(|| sign * total.cast_signed() * 60)
}
