//! Run keys of jobs that run on demand, as intervals.

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;
use sha2::{Digest, Sha256};

use super::{Interval, IntervalError};
use crate::Cadence;

const MICROS_OF_A_DAY: u64 = 86_400_000_000;

/// The interval of a run key that begins with a date: `2026-11-22`, `2026-11-22-second-delivery`.
///
/// Its start is the day's, and for a longer key an instant inside that day which the key alone decides (SHA-256 of the
/// key, modulo a day's microseconds): so a rerun finds its own rows by `load_interval`, and no other key's.
pub(super) fn of_run_key(key: &str, zone: Tz) -> Result<Interval, IntervalError> {
    let shaped = || IntervalError::RunKey { text: key.into() };
    let (date, rest) = key.split_at_checked(10).ok_or_else(shaped)?;
    let date = date.parse::<NaiveDate>().map_err(|_| shaped())?;
    let day = Interval::parse(Cadence::D, &date.to_string(), zone)?;
    if rest.is_empty() {
        return Interval::on_demand(key, day.start);
    }
    if !rest.starts_with(['-', '.', '_']) {
        return Err(shaped());
    }
    let digest = Sha256::digest(key.as_bytes());
    let number = digest.iter().take(8).fold(0u64, |number, byte| number << 8 | u64::from(*byte));
    let micros = 1 + number % (MICROS_OF_A_DAY - 1);
    Interval::on_demand(key, day.start + TimeDelta::microseconds(micros as i64))
}
