#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::{America, Asia, Atlantic, Australia, Europe, Pacific, TZ_VARIANTS, Tz};
use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

/// `text: start .. end (hours)`.
fn show(interval: &Interval) -> String {
    let hours = (interval.end - interval.start).num_minutes() as f64 / 60.0;
    format!("{}: {} .. {} ({hours} h)", interval.text, interval.start, interval.end)
}

fn parsed(cadence: Cadence, text: &str, zone: Tz) -> String {
    match Interval::parse(cadence, text, zone) {
        Ok(interval) => show(&interval),
        Err(error) => format!("{error}\nhint: {}", error.hint()),
    }
}

#[test]
fn every_cadence_has_its_text() {
    let texts: Vec<String> = [Cadence::H, Cadence::D, Cadence::W, Cadence::M, Cadence::Q, Cadence::Y]
        .map(|cadence| show(&Interval::containing(cadence, at("2026-11-22T05:17:00+09:00"), Asia::Seoul).unwrap()))
        .into();
    assert_snapshot!(texts.join("\n"), @r"
    2026-11-22T05: 2026-11-21 20:00:00 UTC .. 2026-11-21 21:00:00 UTC (1 h)
    2026-11-22: 2026-11-21 15:00:00 UTC .. 2026-11-22 15:00:00 UTC (24 h)
    2026-W47: 2026-11-15 15:00:00 UTC .. 2026-11-22 15:00:00 UTC (168 h)
    2026-11: 2026-10-31 15:00:00 UTC .. 2026-11-30 15:00:00 UTC (720 h)
    2026-Q4: 2026-09-30 15:00:00 UTC .. 2026-12-31 15:00:00 UTC (2208 h)
    2026: 2025-12-31 15:00:00 UTC .. 2026-12-31 15:00:00 UTC (8760 h)
    ");
}

#[test]
fn a_date_names_the_interval_around_it() {
    for (cadence, text) in [
        (Cadence::D, "2026-11-22"),
        (Cadence::W, "2026-W47"),
        (Cadence::M, "2026-11"),
        (Cadence::Q, "2026-Q4"),
        (Cadence::Y, "2026"),
    ] {
        assert_eq!(Interval::parse(cadence, "2026-11-22", Asia::Seoul).unwrap().text, text);
    }
    assert_snapshot!(parsed(Cadence::H, "2026-11-22", Asia::Seoul), @r#"
    "2026-11-22" is no interval of a job that runs every hour
    hint: write an hour, as in 2026-11-22T05
    "#);
}

#[test]
fn iso_weeks_keep_their_own_year() {
    assert_eq!(Interval::parse(Cadence::W, "2027-01-01", Asia::Seoul).unwrap().text, "2026-W53");
    assert_eq!(Interval::parse(Cadence::W, "2024-12-30", Asia::Seoul).unwrap().text, "2025-W01");
    assert!(Interval::parse(Cadence::W, "2026-W53", Asia::Seoul).is_ok());
    assert_snapshot!(parsed(Cadence::W, "2025-W53", Asia::Seoul), @r#"
    "2025-W53" is no interval of a job that runs every week
    hint: write an ISO week, as in 2026-W47, or a day in it, as in 2026-11-22
    "#);
}

#[test]
fn days_are_as_long_as_they_are() {
    assert_snapshot!(parsed(Cadence::D, "2026-03-08", America::New_York), @"2026-03-08: 2026-03-08 05:00:00 UTC .. 2026-03-09 04:00:00 UTC (23 h)");
    assert_snapshot!(parsed(Cadence::D, "2026-11-01", America::New_York), @"2026-11-01: 2026-11-01 04:00:00 UTC .. 2026-11-02 05:00:00 UTC (25 h)");
}

#[test]
fn days_without_a_midnight_begin_after_the_gap() {
    assert_snapshot!(parsed(Cadence::D, "2018-11-04", America::Sao_Paulo), @"2018-11-04: 2018-11-04 03:00:00 UTC .. 2018-11-05 02:00:00 UTC (23 h)");
    assert_snapshot!(parsed(Cadence::D, "2024-03-31", Asia::Beirut), @"2024-03-31: 2024-03-30 22:00:00 UTC .. 2024-03-31 21:00:00 UTC (23 h)");
    assert_snapshot!(parsed(Cadence::H, "2024-03-31T00", Asia::Beirut), @r"
    there is no 2024-03-31T00 in Asia/Beirut: its clocks pass over it
    hint: take the one before or after it; there is nothing to load
    ");
}

#[test]
fn clocks_that_go_back_over_midnight_leave_no_gap_between_days() {
    // Fall back from 00:00 to 23:00 (Beirut), from 01:00 to 00:00 (Azores), from 00:01 to 23:01 (St. John's, 2010).
    for (zone, start, end) in [
        (Asia::Beirut, "2024-10-26T00:00:00+03:00", "2024-10-29T00:00:00+02:00"),
        (Atlantic::Azores, "2024-10-26T00:00:00+00:00", "2024-10-29T00:00:00-01:00"),
        (America::St_Johns, "2010-11-06T00:00:00-02:30", "2010-11-09T00:00:00-03:30"),
    ] {
        let days = Interval::between(Cadence::D, at(start), at(end), zone).unwrap();
        assert_eq!(days.len(), 3, "{zone}");
        assert!(days.windows(2).all(|pair| pair[0].end == pair[1].start), "{zone}");
    }
}

#[test]
fn a_day_that_never_was_is_refused() {
    assert_snapshot!(parsed(Cadence::D, "2011-12-30", Pacific::Apia), @r"
    there is no 2011-12-30 in Pacific/Apia: its clocks pass over it
    hint: take the one before or after it; there is nothing to load
    ");
    let before = Interval::parse(Cadence::D, "2011-12-29", Pacific::Apia).unwrap();
    assert_eq!(before.next(Cadence::D, Pacific::Apia).unwrap().text, "2011-12-31");
}

#[test]
fn the_hour_that_comes_twice_has_two_texts() {
    let hours =
        Interval::between(Cadence::H, at("2026-10-25T00:00:00Z"), at("2026-10-25T03:00:00Z"), Europe::Berlin).unwrap();
    assert_snapshot!(hours.iter().map(show).collect::<Vec<_>>().join("\n"), @r"
    2026-10-25T02: 2026-10-25 00:00:00 UTC .. 2026-10-25 01:00:00 UTC (1 h)
    2026-10-25T02+0100: 2026-10-25 01:00:00 UTC .. 2026-10-25 02:00:00 UTC (1 h)
    2026-10-25T03: 2026-10-25 02:00:00 UTC .. 2026-10-25 03:00:00 UTC (1 h)
    ");
    for hour in &hours {
        assert_eq!(Interval::parse(Cadence::H, &hour.text, Europe::Berlin), Ok(hour.clone()));
    }
    assert_snapshot!(parsed(Cadence::H, "2026-10-25T03+0100", Europe::Berlin), @r#"
    the hour "2026-10-25T03+0100" is written "2026-10-25T03"
    hint: write 2026-10-25T03
    "#);
}

#[test]
fn shifts_of_half_an_hour_change_the_hour_that_they_fall_into() {
    let zone = Australia::Lord_Howe;
    let back =
        Interval::between(Cadence::H, at("2026-04-05T00:00:00+11:00"), at("2026-04-05T03:00:00+10:30"), zone).unwrap();
    assert_snapshot!(back.iter().map(show).collect::<Vec<_>>().join("\n"), @r"
    2026-04-05T00: 2026-04-04 13:00:00 UTC .. 2026-04-04 14:00:00 UTC (1 h)
    2026-04-05T01: 2026-04-04 14:00:00 UTC .. 2026-04-04 15:30:00 UTC (1.5 h)
    2026-04-05T02: 2026-04-04 15:30:00 UTC .. 2026-04-04 16:30:00 UTC (1 h)
    ");
    assert_snapshot!(parsed(Cadence::H, "2026-10-04T02", zone), @"2026-10-04T02: 2026-10-03 15:30:00 UTC .. 2026-10-03 16:00:00 UTC (0.5 h)");
}

#[test]
fn a_bound_inside_an_interval_names_the_right_ones() {
    let (start, end) = (at("2026-11-20T00:00:00+09:00"), at("2026-11-22T05:30:00+09:00"));
    let error = Interval::between(Cadence::D, start, end, Asia::Seoul).unwrap_err();
    assert_snapshot!(format!("{error}\nhint: {}", error.hint()), @r"
    the end 2026-11-22T05:30:00+09:00 cuts the interval 2026-11-22 of a job that runs every day
    hint: the nearest right bounds are 2026-11-22T00:00:00+09:00 and 2026-11-23T00:00:00+09:00
    ");
    let error = Interval::between(Cadence::D, start, start, Asia::Seoul).unwrap_err();
    assert_snapshot!(error, @"the span from 2026-11-20T00:00:00+09:00 to 2026-11-20T00:00:00+09:00 is empty");
    let error = Interval::between(Cadence::H, at("1900-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z"), Tz::UTC);
    assert_eq!(error, Err(IntervalError::TooMany { limit: MAX_TILES }));
}

#[test]
fn on_demand_runs_are_their_run_key() {
    let start = at("2026-11-22T05:00:00.123456789Z");
    let interval = Interval::on_demand("backfill-2026.1", start).unwrap();
    assert_eq!(interval.text, "backfill-2026.1");
    assert_eq!(interval.start, at("2026-11-22T05:00:00.123456Z"));
    assert_eq!(interval.end, interval.start);
    for key in ["", ".", "-a", "A", "a/b", "a b", "가", &"a".repeat(64)] {
        assert_eq!(Interval::on_demand(key, start), Err(IntervalError::RunKey { text: key.into() }));
    }
    assert_eq!(Interval::containing(Cadence::X, start, Tz::UTC), Err(IntervalError::OnDemand));
    assert_eq!(Interval::parse(Cadence::X, "backfill", Tz::UTC), Err(IntervalError::OnDemand));
}

#[test]
fn the_ends_of_time_are_errors() {
    for cadence in &Cadence::ALL[..6] {
        for instant in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            assert_eq!(Interval::containing(*cadence, instant, Asia::Seoul), Err(IntervalError::Range));
        }
        for text in ["0000", "0000-01-01", "9999", "9999-12-31", "9999-Q4", "9999-12", "9999-W52", "9999-12-31T23"] {
            assert!(Interval::parse(*cadence, text, Asia::Seoul).is_err(), "{cadence} {text}");
        }
    }
}

fn zone() -> impl Strategy<Value = Tz> {
    let tricky = [Asia::Beirut, America::Sao_Paulo, America::St_Johns, Australia::Lord_Howe, Pacific::Apia];
    prop_oneof![proptest::sample::select(tricky.to_vec()), proptest::sample::select(&TZ_VARIANTS[..])]
}

fn natural_cadence() -> impl Strategy<Value = Cadence> {
    proptest::sample::select(&Cadence::ALL[..6])
}

/// From 1850 to 2100.
fn instant() -> impl Strategy<Value = DateTime<Utc>> {
    (-3_786_912_000_i64..4_102_444_800).prop_map(|seconds| DateTime::from_timestamp(seconds, 0).unwrap())
}

fn check(cadence: Cadence, instant: DateTime<Utc>, zone: Tz) -> Result<(), TestCaseError> {
    let interval = Interval::containing(cadence, instant, zone).expect("in range");
    prop_assert!(interval.contains(instant), "{} {instant} is outside {}", zone, show(&interval));
    let again = Interval::containing(cadence, interval.start, zone).expect("in range");
    prop_assert_eq!(&again, &interval, "{} at the start", zone);
    let last = Interval::containing(cadence, interval.end - TimeDelta::nanoseconds(1), zone).expect("in range");
    prop_assert_eq!(&last, &interval, "{} at the end", zone);
    let next = interval.next(cadence, zone).expect("in range");
    prop_assert_eq!(next.start, interval.end, "{} a gap", zone);
    prop_assert_ne!(&next.text, &interval.text);
    prop_assert_eq!(Interval::parse(cadence, &interval.text, zone), Ok(interval.clone()), "{}", zone);
    prop_assert!(interval.text.len() <= Interval::max_text_bytes(cadence));
    Ok(())
}

proptest! {
    #[test]
    fn every_instant_has_its_interval(cadence in natural_cadence(), instant in instant(), zone in zone()) {
        check(cadence, instant, zone)?;
    }

    #[test]
    fn tiles_have_no_gap(cadence in natural_cadence(), instant in instant(), zone in zone(), count in 1..40_usize) {
        let first = Interval::containing(cadence, instant, zone).expect("in range");
        let mut last = first.clone();
        for _ in 1..count {
            last = last.next(cadence, zone).expect("in range");
        }
        let tiles = Interval::between(cadence, first.start, last.end, zone).expect("right bounds");
        prop_assert_eq!(tiles.len(), count);
        prop_assert_eq!(&tiles[0], &first);
        prop_assert_eq!(&tiles[count - 1], &last);
        prop_assert!(tiles.windows(2).all(|pair| pair[0].end == pair[1].start));
    }

    #[test]
    fn any_text_is_an_interval_or_an_error(cadence in natural_cadence(), text in "([0-9]{4}-?[QWT0-9+-]{0,12}|.*)", zone in zone()) {
        if let Ok(interval) = Interval::parse(cadence, &text, zone) {
            prop_assert!(interval.start < interval.end);
        }
    }
}

/// Every change of an eighth of all zones' clocks between 1900 and 2040, from both sides.
#[test]
fn hours_and_days_hold_around_every_jump() {
    for zone in TZ_VARIANTS.into_iter().step_by(8) {
        let mut day = at("1900-01-01T00:00:00Z");
        while day < at("2040-01-01T00:00:00Z") {
            let next = day + TimeDelta::days(7);
            if let Some(jump) = clock::jump(day, next, zone) {
                for minutes in [-90, -61, -31, -1, 0, 1, 29, 59, 61] {
                    let instant = jump + TimeDelta::minutes(minutes);
                    check(Cadence::H, instant, zone).unwrap();
                    check(Cadence::D, instant, zone).unwrap();
                }
            }
            day = next;
        }
    }
}
