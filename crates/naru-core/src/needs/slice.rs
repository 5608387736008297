//! Slices: the stretch of the calendar within which what a job needs must have succeeded.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::interval::IntervalError;
use crate::name::vocabulary::vocabulary;
use crate::{Cadence, Interval};

/// A stretch of the calendar in the project's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Slice {
    /// A full hour of the clock.
    Hour,
    /// A calendar day.
    Day,
    /// A week from Monday.
    Week,
    /// A month.
    Month,
    /// A quarter.
    Quarter,
    /// A year.
    Year,
}

vocabulary!(
    Slice,
    "slice",
    {
        Hour => ("hour", "a full hour"),
        Day => ("day", "a calendar day"),
        Week => ("week", "a week from Monday"),
        Month => ("month", "a month"),
        Quarter => ("quarter", "a quarter"),
        Year => ("year", "a year"),
    },
    aliases: &[
        ("h", "hour"),
        ("hourly", "hour"),
        ("d", "day"),
        ("daily", "day"),
        ("w", "week"),
        ("weekly", "week"),
        ("m", "month"),
        ("monthly", "month"),
        ("q", "quarter"),
        ("quarterly", "quarter"),
        ("y", "year"),
        ("yearly", "year"),
    ],
    later: &[]
);

impl Slice {
    /// The slice that one interval of a cadence fills; none on demand.
    pub const fn of_cadence(cadence: Cadence) -> Option<Self> {
        match cadence {
            Cadence::H => Some(Self::Hour),
            Cadence::D => Some(Self::Day),
            Cadence::W => Some(Self::Week),
            Cadence::M => Some(Self::Month),
            Cadence::Q => Some(Self::Quarter),
            Cadence::Y => Some(Self::Year),
            Cadence::X => None,
        }
    }

    /// The cadence whose intervals are such slices.
    pub const fn cadence(self) -> Cadence {
        match self {
            Self::Hour => Cadence::H,
            Self::Day => Cadence::D,
            Self::Week => Cadence::W,
            Self::Month => Cadence::M,
            Self::Quarter => Cadence::Q,
            Self::Year => Cadence::Y,
        }
    }

    /// The slice of a need that says none: the longer one of the two jobs' cadences; a day where both run on demand.
    pub fn between(job: Cadence, needed: Cadence) -> Self {
        Self::of_cadence(job).max(Self::of_cadence(needed)).unwrap_or(Self::Day)
    }

    /// The slices that an interval touches: one, but where a week lies in two months. `end` is the first instant after.
    ///
    /// # Errors
    /// `Range` outside the years that intervals have.
    pub fn around(self, interval: &Interval, zone: Tz) -> Result<Window, IntervalError> {
        let first = Interval::containing(self.cadence(), interval.start, zone)?;
        if interval.end <= first.end {
            return Ok(Window { start: first.start, end: first.end });
        }
        let last = Interval::containing(self.cadence(), interval.end - chrono::TimeDelta::microseconds(1), zone)?;
        Ok(Window { start: first.start, end: last.end })
    }
}

/// A half-open span of time `[start, end)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Window {
    /// First instant inside.
    pub start: chrono::DateTime<chrono::Utc>,
    /// First instant after.
    pub end: chrono::DateTime<chrono::Utc>,
}

impl Window {
    /// The intervals of a cadence that lie in it, also in part, in order; none on demand.
    ///
    /// # Errors
    /// `Range` outside the years that intervals have.
    pub fn intervals(&self, cadence: Cadence, zone: Tz) -> Result<Vec<Interval>, IntervalError> {
        let mut intervals = Vec::new();
        if cadence == Cadence::X {
            return Ok(intervals);
        }
        let mut next = Interval::containing(cadence, self.start, zone)?;
        while next.start < self.end {
            let following = next.next(cadence, zone)?;
            intervals.push(std::mem::replace(&mut next, following));
        }
        Ok(intervals)
    }
}
