//! A merge on its way into a commit.

use iceberg::spec::Datum;
use naru_lake::{Over, RowDelta};
use naru_merge::{DeletionCounts, MergeCounts};

use crate::merge::write::MergeFiles;

/// A merge that is ready to be committed.
#[derive(Default)]
pub(crate) struct Merged {
    pub(crate) files: MergeFiles,
    pub(crate) keys: Vec<(i32, Datum, Datum)>,
    pub(crate) counts: MergeCounts,
    pub(crate) deletions: DeletionCounts,
}

impl Merged {
    /// What the commit changes beside the files that it adds.
    pub(crate) fn delta(&self, over: Over) -> RowDelta {
        RowDelta {
            over,
            removed: self.files.removed.clone(),
            rewritten: self.files.rewritten.clone(),
            deletes: self.files.deletes.clone(),
            referenced: self.files.referenced.clone(),
            keys: self.keys.clone(),
        }
    }

    /// Widens the ranges of keys that were looked for. A column whose values are not known is in none.
    pub(crate) fn add_keys(&mut self, extremes: Vec<(i32, Datum, Datum)>) {
        for (id, least, greatest) in extremes {
            match self.keys.iter_mut().find(|(known, ..)| *known == id) {
                None => self.keys.push((id, least, greatest)),
                Some((_, low, high)) => {
                    if least < *low {
                        *low = least;
                    }
                    if greatest > *high {
                        *high = greatest;
                    }
                }
            }
        }
    }
}
