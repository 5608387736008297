//! One row for each key of a batch: the last, or an error.

use std::cmp::Ordering;

use arrow_array::ArrayRef;
use arrow_row::{RowConverter, Rows, SortField};
use arrow_schema::ArrowError;

use crate::MergeError;
use crate::changes::Place;
use crate::error::DuplicateKey;
use crate::keys::KeyIndex;
use crate::staged::StagedBatch;

/// Duplicates that an error tells; all are counted.
const TOLD: usize = 20;

/// Rows as text that is equal where the rows are, and for a single column ordered as its values are.
pub(crate) struct Comparable {
    batches: Vec<Rows>,
}

impl Comparable {
    /// Of some columns of batches.
    pub(crate) fn of(batches: &[Vec<ArrayRef>]) -> Result<Self, ArrowError> {
        let Some(first) = batches.first() else { return Ok(Self { batches: Vec::new() }) };
        let fields = first.iter().map(|column| SortField::new(column.data_type().clone())).collect();
        let converter = RowConverter::new(fields)?;
        let batches = batches.iter().map(|columns| converter.convert_columns(columns)).collect::<Result<_, _>>()?;
        Ok(Self { batches })
    }

    /// A row.
    pub(crate) fn row(&self, (batch, row): Place) -> &[u8] {
        self.batches[batch].row(row).data()
    }
}

/// Two rows of which nothing says which is last.
struct Tie {
    key: u32,
    earlier: Place,
    later: Place,
}

/// Which rows of a run count.
pub(crate) struct Incoming {
    /// For each key of the index the row that is last; none for keys that only the table has.
    pub(crate) last: Vec<Option<Place>>,
}

impl Incoming {
    /// Finds the last row of each key. Rows that are the same in `content`, and in what they do to their key, count once.
    ///
    /// # Errors
    /// `DuplicateKeys` where nothing says which of several rows is last.
    pub(crate) fn of(
        staged: &[StagedBatch],
        numbers: &[Vec<u32>],
        index: &KeyIndex,
        order: Option<&Comparable>,
        content: &Comparable,
        location: impl Fn(usize) -> String,
    ) -> Result<Self, MergeError> {
        let mut last: Vec<Option<Place>> = vec![None; index.len()];
        // Keys of which two rows are last; a later one may still come.
        let mut ties: Vec<Tie> = Vec::new();
        for (batch, numbers) in numbers.iter().enumerate() {
            for (row, number) in numbers.iter().enumerate() {
                let place = (batch, row);
                let Some(slot) = last.get_mut(*number as usize) else { continue };
                let Some(earlier) = *slot else {
                    *slot = Some(place);
                    continue;
                };
                match order.map_or(Ordering::Equal, |order| order.row(place).cmp(order.row(earlier))) {
                    Ordering::Greater => *slot = Some(place),
                    Ordering::Less => {}
                    Ordering::Equal => {
                        let same_end = staged[batch].deletes(row) == staged[earlier.0].deletes(earlier.1);
                        if !same_end || content.row(place) != content.row(earlier) {
                            ties.push(Tie { key: *number, earlier, later: place });
                        }
                    }
                }
            }
        }
        let is_still_tied = |tie: &&Tie| {
            let winner = last[tie.key as usize];
            winner.is_some_and(|winner| order.is_none_or(|order| order.row(winner) == order.row(tie.earlier)))
        };
        let ties: Vec<_> = ties.iter().filter(is_still_tied).collect();
        if ties.is_empty() {
            return Ok(Self { last });
        }
        let place = |(batch, row): Place| (location(staged[batch].source), staged[batch].record(row));
        let told = ties.iter().take(TOLD);
        let first = told.map(|tie| DuplicateKey { first: place(tie.earlier), second: place(tie.later) });
        Err(MergeError::DuplicateKeys { first: first.collect(), total: ties.len(), has_order: order.is_some() })
    }
}
