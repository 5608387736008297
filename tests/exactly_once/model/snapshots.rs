//! The states that a table went through, as far as they have not expired.

use super::batch::{Day, Row};

/// The states of a table, oldest first. An expired one keeps its number.
#[derive(Debug, Clone, Default)]
pub(crate) struct Snapshots<S> {
    all: Vec<Snapshot<S>>,
    /// Number of the oldest that is kept.
    first: usize,
}

#[derive(Debug, Clone)]
struct Snapshot<S> {
    /// The interval whose run made it; none: another engine's.
    run: Option<Day>,
    /// What the run was made over; none: the empty table.
    before: Option<usize>,
    state: S,
}

impl<S: Clone + Default> Snapshots<S> {
    /// The state of the table.
    pub(crate) fn newest(&self) -> S {
        self.all.last().map_or_else(S::default, |snapshot| snapshot.state.clone())
    }

    /// What a run is made over: the state before it if it was the last to change the table, else the newest.
    pub(crate) fn base(&self, day: Day) -> (Option<usize>, S) {
        let newest = self.all.len().checked_sub(1);
        let before = self.all.last().filter(|last| last.run == Some(day)).map(|last| last.before);
        let base = before.filter(|before| self.is_kept(*before)).unwrap_or(newest);
        (base, self.state(base))
    }

    /// The state before an interval's first run, as far as the kept runs tell.
    pub(crate) fn before_first(&self, day: Day) -> Option<S> {
        let first = self.kept().find(|snapshot| snapshot.run == Some(day))?;
        self.is_kept(first.before).then(|| self.state(first.before))
    }

    /// The newest interval that a kept run or a row is of.
    pub(crate) fn newest_day(&self, rows: &[Row]) -> Option<Day> {
        self.kept().filter_map(|snapshot| snapshot.run).chain(rows.iter().map(|row| row.day)).max()
    }

    /// The newest interval that any run was of. Bounds of files may still tell of it.
    pub(crate) fn newest_ever(&self) -> Option<Day> {
        self.all.iter().filter_map(|snapshot| snapshot.run).max()
    }

    pub(crate) fn loaded(&mut self, day: Day, before: Option<usize>, state: S) {
        self.all.push(Snapshot { run: Some(day), before, state });
    }

    /// Another engine wrote the same rows.
    pub(crate) fn compacted(&mut self) {
        let state = self.newest();
        self.all.push(Snapshot { run: None, before: None, state });
    }

    /// Only so many of the newest are left.
    pub(crate) fn expired(&mut self, kept: usize) {
        self.first = self.all.len().saturating_sub(kept);
    }

    pub(crate) fn states_mut(&mut self) -> impl Iterator<Item = &mut S> {
        self.all.iter_mut().map(|snapshot| &mut snapshot.state)
    }

    fn kept(&self) -> impl Iterator<Item = &Snapshot<S>> {
        self.all.iter().skip(self.first)
    }

    fn is_kept(&self, number: Option<usize>) -> bool {
        number.is_none_or(|number| number >= self.first)
    }

    fn state(&self, number: Option<usize>) -> S {
        number.and_then(|number| self.all.get(number)).map_or_else(S::default, |snapshot| snapshot.state.clone())
    }
}
