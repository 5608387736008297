//! Run keys of jobs that run on demand.

use chrono_tz::Asia::Seoul;
use naru_core::interval::{Interval, IntervalError};
use proptest::prelude::*;

#[test]
fn a_bare_date_is_its_day_and_a_longer_key_an_instant_of_it() {
    let day = Interval::of_run_key("2026-11-22", Seoul).unwrap();
    assert_eq!(day.start.to_rfc3339(), "2026-11-21T15:00:00+00:00");
    let second = Interval::of_run_key("2026-11-22-second-delivery", Seoul).unwrap();
    assert!(day.start < second.start && second.start < day.start + chrono::TimeDelta::days(1));
}

#[test]
fn what_does_not_begin_with_a_date_is_no_run_key() {
    for key in ["", "first", "2026-11", "2026-02-30", "2026-11-22x", "2026-11-22-Ü", "20261122-a"] {
        let error = Interval::of_run_key(key, Seoul).unwrap_err();
        assert!(matches!(error, IntervalError::RunKey { .. }), "{key}: {error:?}");
    }
}

proptest! {
    #[test]
    fn the_key_alone_decides(a in "-[a-z0-9]{1,20}", b in "-[a-z0-9]{1,20}") {
        let key = |suffix: &str| format!("2026-11-22{suffix}");
        let start = |suffix: &str| Interval::of_run_key(&key(suffix), Seoul).unwrap().start;
        prop_assert_eq!(start(&a), start(&a));
        prop_assert!(a == b || start(&a) != start(&b));
    }
}
