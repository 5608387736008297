//! What a mode promises, without files, snapshots or retries.

use super::batch::{Day, Row, Values};

/// Why a mode does not take a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// A newer interval is loaded.
    Older,
    /// Rows of one key that no order tells apart.
    Duplicates,
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

    fn boxed_clone(&self) -> Box<dyn TableModel>;
}

impl Clone for Box<dyn TableModel> {
    fn clone(&self) -> Self {
        self.boxed_clone()
    }
}
