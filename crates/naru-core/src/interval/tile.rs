//! Tiling a span of time with intervals.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::clock::show;
use super::{Interval, IntervalError};
use crate::Cadence;

/// The most intervals that one span may be tiled with: eleven years of hours.
pub const MAX_TILES: usize = 100_000;

pub(super) fn between(
    cadence: Cadence,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    zone: Tz,
) -> Result<Vec<Interval>, IntervalError> {
    let mut next = Interval::containing(cadence, start, zone)?;
    check_bound("start", cadence, start, &next, zone)?;
    check_bound("end", cadence, end, &Interval::containing(cadence, end, zone)?, zone)?;
    if start >= end {
        return Err(IntervalError::Empty { start: show(start, zone), end: show(end, zone) });
    }
    let mut tiles = Vec::new();
    while next.start < end {
        if tiles.len() == MAX_TILES {
            return Err(IntervalError::TooMany { limit: MAX_TILES });
        }
        let following = next.next(cadence, zone)?;
        tiles.push(std::mem::replace(&mut next, following));
    }
    Ok(tiles)
}

/// Refuses a bound that is not where the interval around it begins.
fn check_bound(
    bound: &'static str,
    cadence: Cadence,
    given: DateTime<Utc>,
    around: &Interval,
    zone: Tz,
) -> Result<(), IntervalError> {
    if around.start == given {
        return Ok(());
    }
    Err(IntervalError::Cut {
        bound,
        given: show(given, zone),
        cadence,
        text: around.text.clone(),
        before: show(around.start, zone),
        after: show(around.end, zone),
    })
}
