//! Declared formats of dates and timestamps: a strict subset of strftime.
//!
//! | item | means |
//! | --- | --- |
//! | `%Y` | year, four digits |
//! | `%m` `%d` | month, day; two digits |
//! | `%b` | English month, three letters, any case |
//! | `%H` `%M` `%S` | hour 00 to 23, minute and second 00 to 59; two digits |
//! | `%I` `%p` | hour 01 to 12 with AM or PM, any case |
//! | `%f` | fraction of a second, one to nine digits; those finer than microseconds are zero |
//! | `%3f` `%6f` `%9f` | fraction, exactly so many digits |
//! | `%z` | offset from UTC: `Z`, `+09`, `+0900` or `+09:00` |
//! | `%%` | a percent sign |
//!
//! Any other character stands for itself. `%F` is `%Y-%m-%d` and `%T` is `%H:%M:%S`. There is no two-digit year: its
//! century would be a guess.

use std::fmt;
use std::str::FromStr;

/// One item of a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeItem {
    /// `%Y`
    Year,
    /// `%m`
    Month,
    /// `%b`
    MonthName,
    /// `%d`
    Day,
    /// `%H`
    Hour,
    /// `%I`
    Hour12,
    /// `%p`
    Meridiem,
    /// `%M`
    Minute,
    /// `%S`
    Second,
    /// `%f`, or `%3f`, `%6f`, `%9f` with the number of digits.
    Fraction(Option<u8>),
    /// `%z`
    Offset,
    /// A character that stands for itself.
    Literal(char),
}

/// A parsed format; printing gives the text that it was parsed from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeFormat {
    text: String,
    items: Vec<TimeItem>,
}

/// Why a text is not a format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeFormatError {
    /// An item that is not known.
    #[error("unknown format item \"%{0}\"; known are %Y %m %b %d %H %I %p %M %S %f %3f %6f %9f %z %F %T %%")]
    Unknown(String),
    /// `%y`
    #[error(
        "\"%y\" leaves the century to a guess; the source must give four digits (%Y), or load the column as string"
    )]
    TwoDigitYear,
    /// The same item twice.
    #[error("the format names the same part twice")]
    Repeated,
    /// A format that does not determine its type's value.
    #[error("the format lacks {0}")]
    Lacks(&'static str),
    /// A format with parts that its type does not have.
    #[error("the format has {0}, which the type does not hold")]
    Surplus(&'static str),
}

impl TimeFormat {
    /// The text that it was parsed from.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The items in order; neighbouring literals are separate items.
    pub fn items(&self) -> &[TimeItem] {
        &self.items
    }

    fn has(&self, want: impl Fn(&TimeItem) -> bool) -> bool {
        self.items.iter().any(want)
    }

    /// Checks that the format determines a date and nothing else.
    ///
    /// # Errors
    /// [`TimeFormatError::Lacks`] or [`TimeFormatError::Surplus`].
    pub fn check_date(&self) -> Result<(), TimeFormatError> {
        self.check_day()?;
        let of_day = |i: &TimeItem| {
            use TimeItem::{Fraction, Hour, Hour12, Meridiem, Minute, Offset, Second};
            matches!(i, Hour | Hour12 | Meridiem | Minute | Second | Fraction(_) | Offset)
        };
        if self.has(of_day) { Err(TimeFormatError::Surplus("a time of day")) } else { Ok(()) }
    }

    /// Checks that the format determines a timestamp; what is finer than it names is zero.
    ///
    /// # Errors
    /// [`TimeFormatError::Lacks`] or [`TimeFormatError::Surplus`].
    pub fn check_timestamp(&self, with_zone: bool) -> Result<(), TimeFormatError> {
        self.check_day()?;
        let has_hour12 = self.has(|i| *i == TimeItem::Hour12);
        if has_hour12 != self.has(|i| *i == TimeItem::Meridiem) {
            return Err(TimeFormatError::Lacks("%I or %p, which go together"));
        }
        let hour = has_hour12 || self.has(|i| *i == TimeItem::Hour);
        let minute = self.has(|i| *i == TimeItem::Minute);
        let second = self.has(|i| *i == TimeItem::Second);
        if minute && !hour {
            return Err(TimeFormatError::Lacks("the hour"));
        }
        if second && !minute {
            return Err(TimeFormatError::Lacks("the minute"));
        }
        if self.has(|i| matches!(i, TimeItem::Fraction(_))) && !second {
            return Err(TimeFormatError::Lacks("the second"));
        }
        if !with_zone && self.has(|i| *i == TimeItem::Offset) {
            return Err(TimeFormatError::Surplus("an offset (a timestamptz would hold it)"));
        }
        Ok(())
    }

    fn check_day(&self) -> Result<(), TimeFormatError> {
        if !self.has(|i| *i == TimeItem::Year) {
            return Err(TimeFormatError::Lacks("the year"));
        }
        if !self.has(|i| matches!(i, TimeItem::Month | TimeItem::MonthName)) {
            return Err(TimeFormatError::Lacks("the month"));
        }
        if self.has(|i| *i == TimeItem::Day) { Ok(()) } else { Err(TimeFormatError::Lacks("the day")) }
    }
}

impl FromStr for TimeFormat {
    type Err = TimeFormatError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        use TimeItem::{
            Day, Fraction, Hour, Hour12, Literal, Meridiem, Minute, Month, MonthName, Offset, Second, Year,
        };
        let mut items = Vec::new();
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            if c != '%' {
                items.push(Literal(c));
                continue;
            }
            match rest.next() {
                Some('Y') => items.push(Year),
                Some('m') => items.push(Month),
                Some('b') => items.push(MonthName),
                Some('d') => items.push(Day),
                Some('H') => items.push(Hour),
                Some('I') => items.push(Hour12),
                Some('p') => items.push(Meridiem),
                Some('M') => items.push(Minute),
                Some('S') => items.push(Second),
                Some('f') => items.push(Fraction(None)),
                Some('z') => items.push(Offset),
                Some('%') => items.push(Literal('%')),
                Some('F') => items.extend([Year, Literal('-'), Month, Literal('-'), Day]),
                Some('T') => items.extend([Hour, Literal(':'), Minute, Literal(':'), Second]),
                Some('y') => return Err(TimeFormatError::TwoDigitYear),
                Some(n @ ('3' | '6' | '9')) if rest.as_str().starts_with('f') => {
                    rest.next();
                    items.push(Fraction(Some(n as u8 - b'0')));
                }
                other => return Err(TimeFormatError::Unknown(other.map(String::from).unwrap_or_default())),
            }
        }
        let part = |i: &TimeItem| match i {
            MonthName => Month,
            Hour12 => Hour,
            Fraction(_) => Fraction(None),
            other => *other,
        };
        for (n, item) in items.iter().enumerate() {
            if !matches!(item, Literal(_)) && items[..n].iter().any(|earlier| part(earlier) == part(item)) {
                return Err(TimeFormatError::Repeated);
            }
        }
        Ok(Self { text: text.into(), items })
    }
}

impl fmt::Display for TimeFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
