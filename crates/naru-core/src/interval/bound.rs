//! Bounds of a span of time, as people write them.
//!
//! | written | is |
//! | --- | --- |
//! | `2026-11-22T00:00:00+09:00` | that instant (RFC 3339) |
//! | `2026-11-22T00:00`, `2026-11-22T00:00:00` | what the project's clocks read |
//! | `2026-11-22T05`, `2026-11-22`, `2026-W47`, `2026-11`, `2026-Q4`, `2026` | the first instant of that interval |

use chrono::{DateTime, LocalResult, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

use super::clock::show;
use super::{Interval, IntervalError};
use crate::Cadence;

/// The cadences in whose texts a bound may be written. A date is a day, also for a job that runs every month: so days
/// come before the cadences that take a date for the interval around it.
const CADENCES: [Cadence; 6] = [Cadence::H, Cadence::D, Cadence::W, Cadence::M, Cadence::Q, Cadence::Y];

/// How a time of the project's clocks is written, without an offset.
const LOCAL_TIMES: [&str; 4] = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"];

pub(super) fn parse(text: &str, zone: Tz) -> Result<DateTime<Utc>, IntervalError> {
    if let Ok(instant) = text.parse::<DateTime<Utc>>() {
        return Ok(instant);
    }
    for cadence in CADENCES {
        match Interval::parse(cadence, text, zone) {
            Ok(interval) => return Ok(interval.start),
            Err(IntervalError::Text { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    let mut local_times = LOCAL_TIMES.iter().filter_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    match local_times.next() {
        Some(local) => local_time(text, local, zone),
        None => Err(IntervalError::Bound { text: text.into() }),
    }
}

fn local_time(text: &str, local: NaiveDateTime, zone: Tz) -> Result<DateTime<Utc>, IntervalError> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(instant) => Ok(instant.to_utc()),
        LocalResult::Ambiguous(first, second) => Err(IntervalError::Repeated {
            text: text.into(),
            zone,
            first: show(first.to_utc(), zone),
            second: show(second.to_utc(), zone),
        }),
        LocalResult::None => Err(IntervalError::Skipped { text: text.into(), zone }),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use chrono_tz::{America, Asia, TZ_VARIANTS};
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::*;

    fn told(text: &str, zone: Tz) -> String {
        match parse(text, zone) {
            Ok(instant) => show(instant, zone),
            Err(error) => format!("{error}\nhint: {}", error.hint()),
        }
    }

    #[test]
    fn instants_clock_times_and_texts() {
        for text in [
            "2026-11-01",
            "2026-11",
            "2026-11-01T00",
            "2026-11-01T00:00",
            "2026-11-01 00:00:00",
            "2026-10-31T15:00:00Z",
            "2026-11-01T00:00:00+09:00",
        ] {
            assert_eq!(told(text, Asia::Seoul), "2026-11-01T00:00:00+09:00", "{text}");
        }
        assert_eq!(told("2026-W47", Asia::Seoul), "2026-11-16T00:00:00+09:00");
        assert_eq!(told("2026-Q4", Asia::Seoul), "2026-10-01T00:00:00+09:00");
        assert_eq!(told("2026", Asia::Seoul), "2026-01-01T00:00:00+09:00");
    }

    #[test]
    fn what_names_no_instant() {
        assert_snapshot!(told("yesterday", Asia::Seoul), @r#"
        "yesterday" is no bound of a span
        hint: write a day or another interval, as in 2026-11-22, or an instant, as in 2026-11-22T00:00:00+09:00
        "#);
        assert_snapshot!(told("2026-11-01T01:30:00", America::New_York), @r"
        the clocks of America/New_York read 2026-11-01T01:30:00 twice
        hint: write 2026-11-01T01:30:00-04:00 or 2026-11-01T01:30:00-05:00
        ");
        assert_snapshot!(told("2026-03-08T02:30:00", America::New_York), @r"
        there is no 2026-03-08T02:30:00 in America/New_York: its clocks pass over it
        hint: take the one before or after it; there is nothing to load
        ");
    }

    proptest! {
        #[test]
        fn a_text_is_where_its_interval_begins(
            seconds in -2_000_000_000_i64..4_000_000_000,
            zone in proptest::sample::select(&TZ_VARIANTS[..]),
            cadence in proptest::sample::select(&CADENCES[..]),
        ) {
            let interval = Interval::containing(cadence, DateTime::from_timestamp(seconds, 0).unwrap(), zone).unwrap();
            prop_assert_eq!(parse(&interval.text, zone), Ok(interval.start));
        }
    }
}
