//! Intervals: the half-open span of logical time that one run covers.
//!
//! | cadence | text | covers |
//! | --- | --- | --- |
//! | `h` | `2026-11-22T05` | from the full hour to the next |
//! | `d` | `2026-11-22` | a calendar day: 23, 24 or 25 hours |
//! | `w` | `2026-W47` | an ISO 8601 week, from Monday |
//! | `m` | `2026-11` | a month |
//! | `q` | `2026-Q4` | a quarter |
//! | `y` | `2026` | a year |
//! | `x` | a run key | nothing: see [`Interval::on_demand`] |
//!
//! All of them are of the wall clock in the project's time zone. Where clocks go back, one hour's text stands for two
//! hours; the second one carries its offset from UTC, as in `2026-11-01T01-0500`. A shift of less than an hour makes
//! the hour that it falls into shorter or longer. A day that begins in a gap begins where the gap ends.

mod bound;
mod clock;
mod error;
mod hours;
mod periods;
mod run_key;
mod tile;

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use error::IntervalError;
pub use tile::MAX_TILES;

use crate::Cadence;

/// Greatest length of a run key, in bytes.
pub const MAX_RUN_KEY_BYTES: usize = 63;

/// A half-open span of logical time `[start, end)`, with its text in the project's time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Interval {
    /// `2026-11-22T05` h, `2026-11-22` d, `2026-W47` w, `2026-11` m, `2026-Q4` q, `2026` y, a run key for `x`.
    pub text: String,
    /// First instant inside.
    pub start: DateTime<Utc>,
    /// First instant after.
    pub end: DateTime<Utc>,
}

impl Interval {
    /// The interval of a cadence that an instant falls into.
    ///
    /// # Errors
    /// [`IntervalError::OnDemand`] for cadence `x`, [`IntervalError::Range`] outside the years 1 to 9998.
    pub fn containing(cadence: Cadence, instant: DateTime<Utc>, zone: Tz) -> Result<Self, IntervalError> {
        match cadence {
            Cadence::X => Err(IntervalError::OnDemand),
            Cadence::H => hours::containing(instant, zone),
            _ => periods::containing(cadence, instant, zone),
        }
    }

    /// The interval that a text names: the cadence's own text or, for cadences from `d` on, a date inside, as in
    /// `2026-11-22`.
    ///
    /// # Errors
    /// [`IntervalError::Text`] and [`IntervalError::Written`] for what is no text of the cadence,
    /// [`IntervalError::Skipped`] for an hour or a day that the zone's clocks pass over, [`IntervalError::OnDemand`]
    /// for cadence `x`.
    pub fn parse(cadence: Cadence, text: &str, zone: Tz) -> Result<Self, IntervalError> {
        match cadence {
            Cadence::X => Err(IntervalError::OnDemand),
            Cadence::H => hours::parse(text, zone),
            _ => periods::parse(cadence, text, zone),
        }
    }

    /// The interval of an on-demand run. It covers no span of its own: `end` is `start`. What it is, is its run key;
    /// `start` (whole microseconds, what is finer is cut off) is what its rows carry as `load_interval`, so a rerun must
    /// be given the same one, and two run keys of a table different ones.
    ///
    /// # Errors
    /// [`IntervalError::RunKey`] unless the key is `[a-z0-9][a-z0-9._-]{0,62}`, [`IntervalError::Range`] outside the
    /// years 1 to 9998.
    pub fn on_demand(run_key: &str, start: DateTime<Utc>) -> Result<Self, IntervalError> {
        let first = run_key.bytes().next().is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-');
        if !first || !run_key.bytes().all(legal) || run_key.len() > MAX_RUN_KEY_BYTES {
            return Err(IntervalError::RunKey { text: run_key.into() });
        }
        clock::check_instant(start)?;
        let start = DateTime::from_timestamp_micros(start.timestamp_micros()).ok_or(IntervalError::Range)?;
        Ok(Self { text: run_key.into(), start, end: start })
    }

    /// The interval of a run key that begins with a date: `2026-11-22`, `2026-11-22-second-delivery`. The key alone
    /// decides its start, an instant of that day, so that a rerun has the same one.
    ///
    /// # Errors
    /// [`IntervalError::RunKey`] for what is no such key, and as [`Interval::on_demand`].
    pub fn of_run_key(run_key: &str, zone: Tz) -> Result<Self, IntervalError> {
        run_key::of_run_key(run_key, zone)
    }

    /// The instant that a bound of a span names: an instant, a time of the project's clocks, or the text of an interval of
    /// any cadence, for its first instant.
    ///
    /// # Errors
    /// [`IntervalError::Bound`] for any other text, [`IntervalError::Repeated`], [`IntervalError::Skipped`] and
    /// [`IntervalError::Written`] for times that the zone's clocks read twice or never.
    pub fn bound(text: &str, zone: Tz) -> Result<DateTime<Utc>, IntervalError> {
        bound::parse(text, zone)
    }

    /// The intervals of a cadence that tile `[start, end)`, in order, without a gap.
    ///
    /// # Errors
    /// [`IntervalError::Cut`] for a bound that is inside an interval, with the nearest right ones,
    /// [`IntervalError::Empty`] unless `start` is before `end`, [`IntervalError::TooMany`] above [`MAX_TILES`].
    pub fn between(
        cadence: Cadence,
        start: DateTime<Utc>,
        end: DateTime<Utc>,
        zone: Tz,
    ) -> Result<Vec<Self>, IntervalError> {
        tile::between(cadence, start, end, zone)
    }

    /// The interval that begins where this one ends.
    ///
    /// # Errors
    /// As [`Interval::containing`].
    pub fn next(&self, cadence: Cadence, zone: Tz) -> Result<Self, IntervalError> {
        Self::containing(cadence, self.end, zone)
    }

    /// The interval that ends where this one begins.
    ///
    /// # Errors
    /// As [`Interval::containing`].
    pub fn previous(&self, cadence: Cadence, zone: Tz) -> Result<Self, IntervalError> {
        Self::containing(cadence, self.start - chrono::TimeDelta::microseconds(1), zone)
    }

    /// Whether an instant falls into it.
    pub fn contains(&self, instant: DateTime<Utc>) -> bool {
        self.start <= instant && instant < self.end
    }

    /// Greatest length of a cadence's texts, in bytes.
    pub const fn max_text_bytes(cadence: Cadence) -> usize {
        match cadence {
            // With an offset that has seconds, as zones had before they were standardized.
            Cadence::H => "2026-11-22T05+082752".len(),
            Cadence::D => "2026-11-22".len(),
            Cadence::W => "2026-W47".len(),
            Cadence::M | Cadence::Q => "2026-11".len(),
            Cadence::Y => "2026".len(),
            Cadence::X => MAX_RUN_KEY_BYTES,
        }
    }
}
