//! Deletions that later runs must not undo without a word.
//!
//! A table does not remember the keys that were deleted. So a key of an older interval that the table does not have may be
//! one that a later interval deleted, and inserting it would bring it back: its *revival*. What the run records tell is
//! which interval was the newest with rows that delete, and that is enough to be on the safe side:
//!
//! ```text
//!  keys of the run that the table does not have, and a later interval had rows that delete
//!    ├─ the same command runs the later interval again ─▶ goes on; the record says so, and the later run is undone
//!    ├─ `--force` ──────────────────────────────────────▶ goes on and tells; recorded in the same way
//!    └─ otherwise ──────────────────────────────────────▶ refused
//! ```
//!
//! A run that is *undone* so is not "unchanged" when it comes next, although its files are: it deletes again.

use serde::{Deserialize, Serialize};

use crate::Mode;

/// An interval whose run had rows that delete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletingInterval {
    /// The interval's text.
    pub interval: String,
    /// Its start, microseconds since 1970-01-01 UTC.
    pub start_micros: i64,
}

/// What a merge's run record says of deletions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletionsRecord {
    /// The newest interval with rows that delete, of this run and all before it, whether or not the table had their keys.
    pub newest: Option<DeletingInterval>,
    /// Keys that the run inserted, and that an interval up to `newest` may have deleted.
    pub revived: u64,
}

/// A run that the table records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastRun<'a> {
    /// Its mode.
    pub mode: Mode,
    /// Its interval's text.
    pub interval: &'a str,
    /// Its interval's start, microseconds since 1970-01-01 UTC.
    pub start_micros: i64,
    /// What it says; none: it is no merge, or of a version that did not record it.
    pub deletions: Option<&'a DeletionsRecord>,
}

/// What a run has to do about keys that the table does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revival {
    /// No later interval has deleted any key, or there are no such keys.
    None,
    /// Go on: the same command runs the intervals again that delete.
    RunAgain,
    /// Go on, and tell that every interval up to this one is to be run again.
    Tell(DeletingInterval),
    /// Refuse: this interval may have deleted them.
    Refuse(DeletingInterval),
}

/// The newest interval with rows that delete. A merge that does not say counts as one if the definition has a marker for
/// such rows.
pub fn newest_deleting<'a>(runs: impl IntoIterator<Item = PastRun<'a>>, has_marker: bool) -> Option<DeletingInterval> {
    let of_run = |run: PastRun<'a>| match run.deletions {
        Some(record) => record.newest.clone(),
        None if run.mode == Mode::Merge && has_marker => {
            Some(DeletingInterval { interval: run.interval.into(), start_micros: run.start_micros })
        }
        None => None,
    };
    newer(runs.into_iter().filter_map(of_run))
}

/// What a run records, whose table had `before` as its newest deleting interval. `deletes` is whether it has rows that
/// delete itself.
pub fn record(before: Option<DeletingInterval>, run: DeletingInterval, deletes: bool, revived: u64) -> DeletionsRecord {
    DeletionsRecord { newest: newer(before.into_iter().chain(deletes.then_some(run))), revived }
}

/// Decides about `unseen` keys of a run, which the table does not have and the run would insert.
///
/// `start_micros` is the run's interval, `newest` the table's newest deleting one; `runs_up_to_micros` the start of the last
/// interval that the same command runs after this one, in order.
pub fn decide_revival(
    unseen: u64,
    start_micros: i64,
    newest: Option<&DeletingInterval>,
    runs_up_to_micros: Option<i64>,
    force: bool,
) -> Revival {
    match newest.filter(|newest| unseen > 0 && newest.start_micros > start_micros) {
        None => Revival::None,
        Some(newest) if runs_up_to_micros.is_some_and(|last| last >= newest.start_micros) => Revival::RunAgain,
        Some(newest) if force => Revival::Tell(newest.clone()),
        Some(newest) => Revival::Refuse(newest.clone()),
    }
}

/// What a run records of deletions, and, of one that goes on by `force` alone, the interval up to which others are to be run
/// again. `past` are the table's recorded runs, `has_marker` whether the definition has one for rows that delete; `unseen`
/// and `runs_up_to_micros` as for [`decide_revival`], `deletes` and `run` as for [`record`].
///
/// # Errors
/// The interval that may have deleted the unseen keys: the run is to be refused.
pub fn settle<'a>(
    past: impl IntoIterator<Item = PastRun<'a>>,
    has_marker: bool,
    run: DeletingInterval,
    (unseen, deletes): (u64, bool),
    (runs_up_to_micros, force): (Option<i64>, bool),
) -> Result<(DeletionsRecord, Option<DeletingInterval>), DeletingInterval> {
    let newest = newest_deleting(past, has_marker);
    let (revived, told) = match decide_revival(unseen, run.start_micros, newest.as_ref(), runs_up_to_micros, force) {
        Revival::None => (0, None),
        Revival::RunAgain => (unseen, None),
        Revival::Tell(later) => (unseen, Some(later)),
        Revival::Refuse(later) => return Err(later),
    };
    Ok((record(newest, run, deletes, revived), told))
}

/// Whether runs that were committed after a run of the interval at `start_micros` may have brought back what it deleted.
pub fn is_undone<'a>(start_micros: i64, later: impl IntoIterator<Item = PastRun<'a>>) -> bool {
    later.into_iter().any(|run| {
        let may_hold = |record: &DeletionsRecord| {
            record.revived > 0 && record.newest.as_ref().is_some_and(|newest| newest.start_micros >= start_micros)
        };
        run.start_micros < start_micros && run.deletions.is_some_and(may_hold)
    })
}

fn newer(intervals: impl Iterator<Item = DeletingInterval>) -> Option<DeletingInterval> {
    intervals.max_by_key(|interval| interval.start_micros)
}

#[cfg(test)]
#[path = "deletions_tests.rs"]
mod tests;
