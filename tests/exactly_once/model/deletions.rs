//! What the kept runs of a merge tell of deletions.

use super::batch::Day;

/// A run of an interval.
#[derive(Debug, Clone, Copy)]
struct Run {
    day: Day,
    /// The newest interval with rows that delete, up to this run.
    newest: Option<Day>,
    /// Whether it inserted keys that the table did not have and a later interval may have deleted.
    revives: bool,
}

/// The runs of a table, oldest first; none: another engine's snapshot.
#[derive(Debug, Clone, Default)]
pub(crate) struct Deletions {
    runs: Vec<Option<Run>>,
    /// Number of the oldest that is kept.
    first: usize,
}

impl Deletions {
    /// Whether a later interval than this may have deleted keys.
    pub(crate) fn may_hold_keys_before(&self, day: Day) -> bool {
        self.newest().is_some_and(|newest| newest > day)
    }

    /// A run that has rows that delete, and that inserted keys which the table did not have.
    pub(crate) fn loaded(&mut self, day: Day, deletes: bool, inserts_unseen: bool) {
        let revives = inserts_unseen && self.may_hold_keys_before(day);
        self.runs.push(Some(Run { day, newest: self.newest().max(deletes.then_some(day)), revives }));
    }

    /// Whether an earlier interval has come after this one's run that may have brought back what it deleted.
    pub(crate) fn is_undone(&self, day: Day) -> bool {
        let since = self.kept().rev().take_while(|run| run.day != day);
        let has_run = self.kept().any(|run| run.day == day);
        has_run && since.into_iter().any(|run| run.revives && run.day < day && run.newest >= Some(day))
    }

    pub(crate) fn compacted(&mut self) {
        self.runs.push(None);
    }

    /// Only so many of the newest snapshots are left.
    pub(crate) fn expired(&mut self, kept: usize) {
        self.first = self.runs.len().saturating_sub(kept);
    }

    fn newest(&self) -> Option<Day> {
        self.kept().filter_map(|run| run.newest).max()
    }

    fn kept(&self) -> impl DoubleEndedIterator<Item = &Run> {
        self.runs.iter().skip(self.first).flatten()
    }
}
