//! What a mode promises, without files, snapshots or retries.

use super::batch::{Day, Row, Values};

/// Why a mode does not take a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// A newer interval is loaded.
    Older,
    /// Rows of one key that no order tells apart.
    Duplicates,
    /// Keys that a later interval may have deleted.
    MayBeDeleted,
}

/// A table in memory, by one mode's rules.
pub(crate) trait TableModel {
    /// Loads all rows of an interval, in place of what an earlier run of the interval had loaded; `force` goes back in
    /// time. The table is untouched when it is refused.
    fn load(&mut self, day: Day, batch: &[Values], force: bool) -> Result<(), Refusal>;

    /// The rows, in any order.
    fn rows(&self) -> Vec<Row>;

    /// Whether a run that is repeated, and finds nothing to do, would have left the table as it is. Not so where rows of
    /// it have been replaced by a later interval, which must not come back.
    fn repeats(&self) -> bool {
        true
    }

    /// Whether a run may be refused as older than the newest interval although no row is of a later one: bounds of files are
    /// wider than their rows once some of these are deleted.
    fn may_be_older(&self, _day: Day) -> bool {
        false
    }

    /// Whether earlier intervals have come since the interval's run that may have brought back what it deleted.
    fn is_undone(&self, _day: Day) -> bool {
        false
    }

    /// Another engine wrote all rows into one file.
    fn compacted(&mut self) {}

    /// Only so many of the newest snapshots are left.
    fn expired(&mut self, _kept: usize) {}

    /// The table lost a column.
    fn dropped(&mut self, _column: &str) {}

    fn boxed_clone(&self) -> Box<dyn TableModel>;
}

impl Clone for Box<dyn TableModel> {
    fn clone(&self) -> Self {
        self.boxed_clone()
    }
}
