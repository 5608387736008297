//! What a merge is made over: the table as it is, or as it was before the run was last executed.
//!
//! A run that was the last to change the table is made over the state before it, as if it had never been. Of one that
//! others came after, its rows alone are taken for never loaded; what they had replaced is in the state before its first
//! execution.

/// The state that a merge looks into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// The table's current one.
    Current,
    /// An earlier snapshot; none: the empty table. What has come since is undone.
    Earlier(Option<i64>),
}

/// What a merge is made over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MergeBase {
    /// The state that it looks into.
    pub over: Over,
    /// The state from before the run's first execution, where its record tells.
    pub before_first: Option<Option<i64>>,
}

/// Decides by the executions of the run that are in force, from the newest: the snapshot that each made, and the one that
/// it records to have changed. `current` is the table's snapshot, `has_snapshot` whether it still has one.
pub fn base_of(
    executions: &[(i64, Option<Option<i64>>)],
    current: Option<i64>,
    has_snapshot: impl Fn(i64) -> bool,
) -> MergeBase {
    let before_first = executions.last().and_then(|(_, before)| *before);
    let newest = executions.first().filter(|(snapshot, _)| Some(*snapshot) == current);
    let over = match newest.and_then(|(_, before)| *before) {
        Some(before) if before.is_none_or(has_snapshot) => Over::Earlier(before),
        _ => Over::Current,
    };
    MergeBase { over, before_first }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_run_is_made_over_the_state_before_it() {
        let of = |executions: &[_], current| base_of(executions, current, |id| id != 1);
        let base = |over, before_first| MergeBase { over, before_first };
        assert_eq!(of(&[], Some(9)), base(Over::Current, None));
        assert_eq!(of(&[(9, Some(None))], Some(9)), base(Over::Earlier(None), Some(None)));
        assert_eq!(of(&[(9, Some(Some(7))), (8, Some(Some(5)))], Some(9)), base(Over::Earlier(Some(7)), Some(Some(5))));
        // Others came after it, the state has expired, or the record does not tell.
        assert_eq!(of(&[(9, Some(Some(7)))], Some(10)), base(Over::Current, Some(Some(7))));
        assert_eq!(of(&[(9, Some(Some(1)))], Some(9)), base(Over::Current, Some(Some(1))));
        assert_eq!(of(&[(9, None)], Some(9)), base(Over::Current, None));
    }
}
