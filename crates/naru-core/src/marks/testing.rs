//! What every store of marks does; adapters' tests call it.
#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a suite fails by panicking")]

use chrono::{DateTime, Utc};
use chrono_tz::Asia;

use super::{Mark, MarkStore};
use crate::needs::Window;
use crate::{Cadence, Interval};

/// Runs the suite on a store without marks.
pub fn suite(store: &dyn MarkStore) {
    let job = "core__deposit__account__p1__append__auto__d";
    let zone = Asia::Seoul;
    let day = |text: &str| Interval::parse(Cadence::D, text, zone).unwrap();
    let at = |hour: u32| -> DateTime<Utc> { format!("2026-11-24T{hour:02}:00:00Z").parse().unwrap() };
    let mark = |interval: &Interval, hour| Mark::of(job, interval, at(hour), "the tests");
    let window = Window { start: day("2026-11-21").start, end: day("2026-11-23").end };

    let (first, second) = (day("2026-11-22"), day("2026-11-23"));
    assert_eq!(store.find(job, &first).unwrap(), None);
    assert_eq!(store.within(job, &window).unwrap(), []);

    store.put(&mark(&second, 1), &second).unwrap();
    store.put(&mark(&first, 2), &first).unwrap();
    assert_eq!(store.find(job, &first).unwrap(), Some(mark(&first, 2)));
    assert_eq!(
        store.within(job, &window).unwrap(),
        [mark(&first, 2), mark(&second, 1)],
        "in the order of their starts"
    );

    // Again: the newer one is there, and no second one.
    store.put(&mark(&first, 3), &first).unwrap();
    assert_eq!(store.find(job, &first).unwrap(), Some(mark(&first, 3)));
    assert_eq!(store.within(job, &window).unwrap().len(), 2);

    // Half-open, and of this job alone.
    let one_day = Window { start: first.start, end: first.end };
    assert_eq!(store.within(job, &one_day).unwrap(), [mark(&first, 3)]);
    assert_eq!(store.find("core__deposit__account", &first).unwrap(), None);
    assert_eq!(store.within("core__deposit__account", &window).unwrap(), []);

    // A run on demand has an instant.
    let run = Interval::of_run_key("2026-11-22-second", zone).unwrap();
    let of_run = Mark { job: "OTHER.JOB".into(), ..mark(&run, 4) };
    store.put(&of_run, &run).unwrap();
    assert_eq!(store.within("OTHER.JOB", &one_day).unwrap(), [of_run]);
}
