//! What the table may record of an interval's runs: more than one thing where a crash or maintenance leaves it open.

use std::collections::BTreeSet;

use super::batch::{DAYS, Day};

/// A run that succeeded: which delivery it loaded, of how many files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Record {
    pub(crate) version: u64,
    pub(crate) files: usize,
}

/// The possible records of each day; none: the table records nothing.
#[derive(Debug, Clone)]
pub(crate) struct Records([BTreeSet<Option<Record>>; DAYS.len()]);

impl Records {
    pub(crate) fn new() -> Self {
        Self(std::array::from_fn(|_| BTreeSet::from([None])))
    }

    pub(crate) fn of(&self, day: Day) -> &BTreeSet<Option<Record>> {
        &self.0[day]
    }

    /// A run loaded this. Records of later days may count no more: a replacement went back.
    pub(crate) fn loaded(&mut self, day: Day, record: Record) {
        self.0[day] = BTreeSet::from([Some(record)]);
        forget(&mut self.0[day + 1..]);
    }

    /// A run said that this is loaded.
    pub(crate) fn is(&mut self, day: Day, record: Record) {
        self.0[day] = BTreeSet::from([Some(record)]);
    }

    /// Snapshots expired, and records with them.
    pub(crate) fn may_be_forgotten(&mut self) {
        forget(&mut self.0);
    }
}

fn forget(days: &mut [BTreeSet<Option<Record>>]) {
    for possible in days {
        possible.insert(None);
    }
}
