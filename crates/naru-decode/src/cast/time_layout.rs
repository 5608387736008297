//! Time formats whose parts all stand at fixed positions: the fast path of nearly every file.

use naru_core::time_format::{TimeFormat, TimeItem};

use super::calendar::TimeParts;

/// Where the parts stand.
#[derive(Debug, Clone, Default)]
pub(crate) struct TimeLayout {
    length: usize,
    year: usize,
    month: usize,
    day: usize,
    hour: Option<usize>,
    minute: Option<usize>,
    second: Option<usize>,
    /// Position and number of digits.
    fraction: Option<(usize, usize)>,
    literals: Vec<(usize, u8)>,
}

impl TimeLayout {
    /// None if some part's length or place varies, or is no number.
    pub(crate) fn new(format: &TimeFormat) -> Option<Self> {
        let mut layout = Self::default();
        for item in format.items() {
            let at = layout.length;
            layout.length += match item {
                TimeItem::Year => 4,
                TimeItem::Month | TimeItem::Day | TimeItem::Hour | TimeItem::Minute | TimeItem::Second => 2,
                TimeItem::Fraction(Some(digits)) => usize::from(*digits),
                TimeItem::Literal(c) => c.len_utf8(),
                TimeItem::MonthName
                | TimeItem::Hour12
                | TimeItem::Meridiem
                | TimeItem::Offset
                | TimeItem::Fraction(None) => return None,
            };
            match item {
                TimeItem::Year => layout.year = at,
                TimeItem::Month => layout.month = at,
                TimeItem::Day => layout.day = at,
                TimeItem::Hour => layout.hour = Some(at),
                TimeItem::Minute => layout.minute = Some(at),
                TimeItem::Second => layout.second = Some(at),
                TimeItem::Fraction(Some(digits)) => layout.fraction = Some((at, usize::from(*digits))),
                TimeItem::Literal(c) => {
                    let mut bytes = [0; 4];
                    layout.literals.extend(c.encode_utf8(&mut bytes).bytes().enumerate().map(|(n, b)| (at + n, b)));
                }
                _ => {}
            }
        }
        Some(layout)
    }

    #[inline]
    pub(crate) fn parse(&self, text: &[u8]) -> Option<TimeParts> {
        if text.len() != self.length || self.literals.iter().any(|(at, byte)| text[*at] != *byte) {
            return None;
        }
        let mut digits = Digits { text, is_wrong: false };
        let mut parts = TimeParts {
            year: digits.four(self.year),
            month: digits.two(self.month),
            day: digits.two(self.day),
            hour: self.hour.map_or(0, |at| digits.two(at)),
            minute: self.minute.map_or(0, |at| digits.two(at)),
            second: self.second.map_or(0, |at| digits.two(at)),
            ..TimeParts::default()
        };
        if digits.is_wrong {
            return None;
        }
        if let Some((at, count)) = self.fraction {
            (parts.micros, parts.is_too_fine) = parse_fraction(&text[at..at + count])?;
        }
        Some(parts)
    }
}

/// Reads digits, and remembers whether one of them was none.
pub(crate) struct Digits<'t> {
    pub(crate) text: &'t [u8],
    pub(crate) is_wrong: bool,
}

impl Digits<'_> {
    #[inline]
    pub(crate) fn two(&mut self, at: usize) -> u32 {
        self.one(at) * 10 + self.one(at + 1)
    }

    #[inline]
    pub(crate) fn four(&mut self, at: usize) -> u32 {
        self.two(at) * 100 + self.two(at + 2)
    }

    #[inline]
    fn one(&mut self, at: usize) -> u32 {
        let digit = self.text[at].wrapping_sub(b'0');
        self.is_wrong |= digit > 9;
        u32::from(digit)
    }
}

/// Microseconds of one to nine fraction digits, and whether finer digits are not zero.
pub(crate) fn parse_fraction(digits: &[u8]) -> Option<(u32, bool)> {
    if digits.is_empty() || digits.len() > 9 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut micros = 0;
    for n in 0..6 {
        micros = micros * 10 + digits.get(n).map_or(0, |digit| u32::from(digit - b'0'));
    }
    Some((micros, digits.iter().skip(6).any(|digit| *digit != b'0')))
}
