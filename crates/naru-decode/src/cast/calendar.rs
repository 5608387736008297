//! The proleptic Gregorian calendar, years 0001 to 9999.

use crate::Reason;

/// A text's parts of a date and time of day; what the text does not name is zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct TimeParts {
    pub(crate) year: u32,
    pub(crate) month: u32,
    pub(crate) day: u32,
    pub(crate) hour: u32,
    pub(crate) minute: u32,
    pub(crate) second: u32,
    pub(crate) micros: u32,
    /// Digits finer than microseconds that are not zero.
    pub(crate) is_too_fine: bool,
    /// Seconds east of UTC.
    pub(crate) offset_seconds: Option<i32>,
}

/// Days from 1970-01-01 to 0001-01-01 and to 9999-12-31.
pub(crate) const FIRST_DAY: i64 = -719_162;
pub(crate) const LAST_DAY: i64 = 2_932_896;

impl TimeParts {
    /// Days since 1970-01-01.
    #[inline]
    pub(crate) fn days(&self) -> Result<i32, Reason> {
        if self.year == 0 {
            return Err(Reason::DateOutOfRange);
        }
        if !(1..=12).contains(&self.month) || self.day == 0 || self.day > days_in_month(self.year, self.month) {
            return Err(Reason::NoSuchDay);
        }
        // Counted from 0000-03-01, so that the leap day is a year's last (Howard Hinnant, "chrono-Compatible Low-Level
        // Date Algorithms", days_from_civil).
        let year = self.year - u32::from(self.month <= 2);
        let month = (self.month + 9) % 12;
        let day_of_year = (153 * month + 2) / 5 + self.day - 1;
        let days = year * 365 + year / 4 - year / 100 + year / 400 + day_of_year;
        Ok(days.cast_signed() - 719_468)
    }

    /// Seconds since 1970-01-01 00:00:00, in whatever zone the parts are of.
    #[inline]
    pub(crate) fn seconds(&self) -> Result<i64, Reason> {
        if self.hour > 23 || self.minute > 59 || self.second > 59 {
            return Err(Reason::NotATimestamp);
        }
        let days = i64::from(self.days()?);
        if self.is_too_fine {
            return Err(Reason::TimestampPrecision);
        }
        Ok(days * 86_400 + i64::from(self.hour * 3600 + self.minute * 60 + self.second))
    }
}

#[inline]
fn days_in_month(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        // 31 but for April, June, September and November.
        _ => 30 + ((month + month / 8) & 1),
    }
}
