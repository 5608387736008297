//! How many rows a snapshot added, deleted and holds, as its summary tells without any other file.

use std::collections::HashMap;

use iceberg::spec::Snapshot;

/// Rows, by a snapshot's summary. Keys as in Iceberg's Java library (`SnapshotSummary`); a count is none where its key is
/// missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowCounts {
    /// Rows that the snapshot added.
    pub added: Option<u64>,
    /// Rows that it deleted, with their files or by position delete files.
    pub deleted: Option<u64>,
    /// Rows that the table holds after it.
    pub total: Option<u64>,
    /// Whether `total` is certain. Delete files may name a row twice, or rows of files that are gone; how many rows
    /// equality deletes match is not known.
    pub total_is_exact: bool,
}

impl RowCounts {
    /// Those of a snapshot.
    pub fn of(snapshot: &Snapshot) -> Self {
        Self::of_summary(&snapshot.summary().additional_properties)
    }

    fn of_summary(summary: &HashMap<String, String>) -> Self {
        let count = |key: &str| summary.get(key).and_then(|text| text.parse::<u64>().ok());
        let or_zero = |key: &str| count(key).unwrap_or(0);
        let by_position = or_zero("added-position-deletes");
        let deleted = match (count("deleted-records"), by_position) {
            (None, 0) => None,
            // Rows that were deleted by position before are not deleted a second time with their file.
            (rows, _) => Some((rows.unwrap_or(0) + by_position).saturating_sub(or_zero("removed-position-deletes"))),
        };
        let deleted_by_files = or_zero("total-position-deletes");
        Self {
            added: count("added-records"),
            deleted,
            total: count("total-records").map(|rows| rows.saturating_sub(deleted_by_files)),
            total_is_exact: deleted_by_files == 0 && or_zero("total-equality-deletes") == 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(summary: &[(&str, u64)]) -> RowCounts {
        RowCounts::of_summary(&summary.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect())
    }

    #[test]
    fn position_deletes_are_no_rows() {
        let merged = counts(&[
            ("added-records", 3),
            ("added-position-deletes", 2),
            ("total-records", 10),
            ("total-position-deletes", 2),
        ]);
        assert_eq!((merged.added, merged.deleted, merged.total), (Some(3), Some(2), Some(8)));
        assert!(!merged.total_is_exact);
        let compacted = counts(&[
            ("added-records", 8),
            ("deleted-records", 10),
            ("removed-position-deletes", 2),
            ("total-records", 8),
            ("total-position-deletes", 0),
        ]);
        assert_eq!((compacted.added, compacted.deleted, compacted.total), (Some(8), Some(8), Some(8)));
        assert!(compacted.total_is_exact);
    }

    #[test]
    fn what_the_summary_lacks_is_not_known() {
        let empty = counts(&[]);
        assert_eq!((empty.added, empty.deleted, empty.total), (None, None, None));
        assert!(!counts(&[("total-records", 1), ("total-equality-deletes", 1)]).total_is_exact);
    }
}
