#![expect(clippy::unwrap_used, reason = "tests")]

use chrono::DateTime;
use chrono_tz::{America, Asia, TZ_VARIANTS};
use proptest::prelude::*;

use super::*;

fn job(table: &str, cadence: Cadence) -> JobName {
    format!("core__deposit__{table}__p1__append__auto__{cadence}").parse().unwrap()
}

fn need(own: Cadence, needed: Cadence, slice: &str) -> Result<Need, NeedError> {
    let (own, needed) = (job("mart", own), job("account", needed));
    let known = BTreeMap::from([(own.to_string(), &own), (needed.to_string(), &needed)]);
    Need::parse(&format!("{needed}{slice}"), &own, &known, false)
}

/// Texts of what a run for an interval needs.
fn required(own: Cadence, text: &str, needed: Cadence, slice: &str) -> Vec<String> {
    let interval = Interval::parse(own, text, Asia::Seoul).unwrap();
    let required = need(own, needed, slice).unwrap().required(&interval, Asia::Seoul).unwrap();
    required.into_iter().map(|interval| interval.text).collect()
}

#[test]
fn the_longer_cadence_is_the_slice() {
    use Cadence::{D, H, M, Q, W};
    assert_eq!(required(D, "2026-11-22", D, ""), ["2026-11-22"]);
    let days = required(M, "2026-02", D, "");
    assert_eq!((days.len(), days[0].as_str(), days[27].as_str()), (28, "2026-02-01", "2026-02-28"));
    assert_eq!(required(D, "2026-11-22", M, ""), ["2026-11"]);
    assert_eq!(required(H, "2026-11-22T05", D, ""), ["2026-11-22"]);
    assert_eq!(required(D, "2026-11-22", H, "").len(), 24);
    assert_eq!(required(Q, "2026-Q4", M, ""), ["2026-10", "2026-11", "2026-12"]);
    assert_eq!(required(W, "2026-W47", D, "").len(), 7);
}

#[test]
fn a_slice_of_ones_own_is_longer() {
    use Cadence::{D, H, M, W};
    assert_eq!(required(D, "2026-11-22", D, "@week").len(), 7);
    assert_eq!(required(H, "2026-11-22T05", H, "@day").len(), 24);
    // A week in two months needs both; a month needs all weeks that hold days of it.
    assert_eq!(required(W, "2026-W49", M, ""), ["2026-11", "2026-12"]);
    assert_eq!(required(M, "2026-11", W, ""), ["2026-W44", "2026-W45", "2026-W46", "2026-W47", "2026-W48", "2026-W49"]);
}

#[test]
fn waits_that_can_never_be_met_are_told() {
    use Cadence::{D, M, X};
    let told = |error: Result<Need, NeedError>| error.map(|need| need.slice).map_err(|e| (e.to_string(), e.hint()));
    let account = |cadence: &str| format!("core__deposit__account__p1__append__auto__{cadence}");
    let (message, hint) = told(need(D, M, "@day")).unwrap_err();
    assert_eq!(
        message,
        format!("needs {} within one day, and it runs every month: no day holds a run of it", account("m"))
    );
    assert_eq!(hint, format!("write \"{}@month\" or a longer slice, or leave the slice out", account("m")));
    let (message, _) = told(need(M, D, "@day")).unwrap_err();
    assert!(message.ends_with("the job itself runs every month: no day holds its interval"), "{message}");
    let (message, hint) = told(need(D, X, "")).unwrap_err();
    assert_eq!(message, format!("needs {}, which runs on demand: nothing says when it has run", account("x")));
    assert!(hint.starts_with("set [marks]"), "{hint}");
    let (_, hint) = told(need(D, D, "@mnth")).unwrap_err();
    assert_eq!(hint, "did you mean \"month\"?");
    assert!(told(need(D, D, "@")).unwrap_err().0.ends_with("slice is empty"));
}

#[test]
fn a_need_is_another_job_of_the_project() {
    let own = job("mart", Cadence::D);
    let account = job("account", Cadence::D);
    let known = BTreeMap::from([(own.to_string(), &own), (account.to_string(), &account)]);
    let parse = |text: &str| Need::parse(text, &own, &known, false);
    assert_eq!(parse(&own.to_string()), Err(NeedError::Itself));
    let error = parse("core__deposit__acount__p1__append__auto__d@month").unwrap_err();
    assert_eq!(error.hint(), format!("did you mean \"{account}\"?"));
    assert_eq!(parse("what").unwrap_err().to_string(), "needs \"what\", which is no job of this project");
}

#[test]
fn a_run_on_demand_is_waited_for_by_marks() {
    let (own, needed) = (job("mart", Cadence::D), job("account", Cadence::X));
    let known = BTreeMap::from([(needed.to_string(), &needed)]);
    let need = Need::parse(&needed.to_string(), &own, &known, true).unwrap();
    let day = Interval::parse(Cadence::D, "2026-11-22", Asia::Seoul).unwrap();
    assert_eq!((need.slice, need.required(&day, Asia::Seoul).unwrap()), (Slice::Day, Vec::new()));
    assert_eq!(need.window(&day, Asia::Seoul).unwrap(), Window { start: day.start, end: day.end });
    // What itself runs on demand has an instant for an interval.
    let run = Interval::of_run_key("2026-11-22", Asia::Seoul).unwrap();
    assert_eq!(need.window(&run, Asia::Seoul).unwrap(), Window { start: day.start, end: day.end });
}

#[test]
fn the_day_of_25_hours_needs_them_all() {
    let day = Interval::parse(Cadence::D, "2026-11-01", America::New_York).unwrap();
    let hours = need(Cadence::D, Cadence::H, "").unwrap().required(&day, America::New_York).unwrap();
    assert_eq!(hours.len(), 25);
}

proptest! {
    #[test]
    fn what_is_required_covers_the_interval_and_can_be_met(
        seconds in -1_000_000_000_i64..4_000_000_000,
        zone in proptest::sample::select(&TZ_VARIANTS[..]),
        own in proptest::sample::select(&Cadence::ALL[..6]),
        needed in proptest::sample::select(&Cadence::ALL[..6]),
        slice in proptest::option::of(proptest::sample::select(Slice::ALL)),
    ) {
        let text = slice.map(|slice| format!("@{slice}")).unwrap_or_default();
        let Ok(need) = need(own, needed, &text) else {
            // Refused only for a slice that somebody wrote.
            prop_assert!(slice.is_some());
            return Ok(());
        };
        if need.slice == Slice::Year && needed == Cadence::H {
            return Ok(());
        }
        let interval = Interval::containing(own, DateTime::from_timestamp(seconds, 0).unwrap(), zone).unwrap();
        let required = need.required(&interval, zone).unwrap();
        let (first, last) = (required.first().unwrap(), required.last().unwrap());
        prop_assert!(first.start <= interval.start && interval.end <= last.end);
        prop_assert!(required.windows(2).all(|pair| pair[0].end == pair[1].start));
        let window = need.window(&interval, zone).unwrap();
        prop_assert!(required.iter().all(|one| one.start < window.end && one.end > window.start));
    }
}
