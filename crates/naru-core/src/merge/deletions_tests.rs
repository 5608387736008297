#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;

fn interval(n: i64) -> DeletingInterval {
    DeletingInterval { interval: format!("day {n}"), start_micros: n }
}

fn past(start_micros: i64, deletions: Option<&DeletionsRecord>) -> PastRun<'_> {
    PastRun { mode: Mode::Merge, interval: "day", start_micros, deletions }
}

#[test]
fn the_newest_deleting_interval_is_carried_on() {
    let first = record(None, interval(2), true, 0);
    let second = record(first.newest.clone(), interval(3), false, 0);
    assert_eq!(second.newest, Some(interval(2)));
    let late = record(second.newest.clone(), interval(1), true, 4);
    assert_eq!((late.newest.clone(), late.revived), (Some(interval(2)), 4));
    assert_eq!(newest_deleting([past(1, Some(&late)), past(0, Some(&DeletionsRecord::default()))], true), late.newest);
}

#[test]
fn a_merge_that_does_not_say_may_have_deleted() {
    let silent = |mode| PastRun { mode, interval: "day 5", start_micros: 5, deletions: None };
    assert_eq!(newest_deleting([silent(Mode::Merge)], true), Some(interval(5)));
    assert_eq!(newest_deleting([silent(Mode::Merge)], false), None);
    assert_eq!(newest_deleting([silent(Mode::Append), silent(Mode::Scd2)], true), None);
}

#[test]
fn keys_that_the_table_lacks_are_refused_below_a_deleting_interval() {
    let newest = interval(2);
    let decide = |unseen, start, up_to, force| decide_revival(unseen, start, Some(&newest), up_to, force);
    assert_eq!(decide(0, 1, None, false), Revival::None);
    assert_eq!(decide(1, 2, None, false), Revival::None);
    assert_eq!(decide(1, 1, None, false), Revival::Refuse(interval(2)));
    assert_eq!(decide(1, 1, None, true), Revival::Tell(interval(2)));
    assert_eq!(decide(1, 1, Some(1), false), Revival::Refuse(interval(2)));
    for force in [false, true] {
        assert_eq!(decide(1, 1, Some(2), force), Revival::RunAgain);
    }
    assert_eq!(decide_revival(1, 1, None, None, false), Revival::None);
}

/// What an interval's files say of the one key. The order grows with the interval, as a source's time of change does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Nothing,
    Row,
    Deleted,
}

/// A table of one key.
#[derive(Default)]
struct Table {
    /// The interval that the key's row is of.
    row: Option<i64>,
    /// Committed runs, oldest first.
    runs: Vec<(i64, DeletionsRecord)>,
}

impl Table {
    fn past(&self) -> impl Iterator<Item = PastRun<'_>> {
        self.runs.iter().map(|(start, deletions)| past(*start, Some(deletions)))
    }

    /// A run, as the rules have it; what it decided, none: there was nothing to do.
    fn run(&mut self, start: i64, says: Says, up_to: Option<i64>, force: bool) -> Option<Revival> {
        let recorded = self.runs.iter().rposition(|(run, _)| *run == start);
        if let Some(at) = recorded
            && !force
            && !is_undone(start, self.past().skip(at + 1))
        {
            return None;
        }
        let newest = newest_deleting(self.past(), true);
        let unseen = u64::from(says == Says::Row && self.row.is_none());
        let revival = decide_revival(unseen, start, newest.as_ref(), up_to, force);
        if matches!(revival, Revival::Refuse(_)) {
            return Some(revival);
        }
        let is_older = self.row.is_some_and(|row| row > start);
        match says {
            Says::Row if !is_older => self.row = Some(start),
            Says::Deleted if !is_older => self.row = None,
            _ => {}
        }
        let revived = if revival == Revival::None { 0 } else { unseen };
        self.runs.push((start, record(newest, interval(start), says == Says::Deleted, revived)));
        Some(revival)
    }

    /// The row that the intervals would have left, of those that are loaded, one after the other.
    fn in_order(&self, says: &[Says]) -> Option<i64> {
        let is_loaded = |start: i64| self.runs.iter().any(|(run, _)| *run == start);
        let loaded = (0i64..).zip(says).filter(|(start, _)| is_loaded(*start));
        loaded.fold(None, |row, (start, says)| match says {
            Says::Nothing => row,
            Says::Row => Some(start),
            Says::Deleted => None,
        })
    }
}

fn days() -> impl Strategy<Value = Vec<Says>> {
    proptest::collection::vec(prop_oneof![Just(Says::Nothing), Just(Says::Row), Just(Says::Deleted)], 1..6)
}

proptest! {
    #[test]
    fn what_is_loaded_without_a_word_is_as_in_order(
        says in days(),
        order in proptest::collection::vec(0usize..6, 0..12),
    ) {
        let mut table = Table::default();
        for at in order {
            let at = at % says.len();
            table.run(i64::try_from(at).unwrap(), says[at], None, false);
            prop_assert_eq!(table.row, table.in_order(&says));
        }
    }

    #[test]
    fn a_span_mends_what_was_forced_also_when_it_is_cut_off(
        says in days(),
        order in proptest::collection::vec((0usize..6, any::<bool>()), 0..12),
        cut_off in 0usize..6,
    ) {
        let mut table = Table::default();
        for (at, force) in order {
            let at = at % says.len();
            table.run(i64::try_from(at).unwrap(), says[at], None, force);
        }
        let last = i64::try_from(says.len() - 1).unwrap();
        for days in [cut_off.min(says.len()), says.len()] {
            for (start, says) in (0..).zip(&says).take(days) {
                let decided = table.run(start, *says, Some(last), false);
                prop_assert!(!matches!(decided, Some(Revival::Refuse(_) | Revival::Tell(_))));
            }
        }
        prop_assert_eq!(table.row, table.in_order(&says));
        // Nothing is left to be done.
        for (start, says) in (0..).zip(&says) {
            prop_assert_eq!(table.run(start, *says, Some(last), false), None);
        }
    }
}
