//! Sums of columns over all records of a block, rejected ones included.

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Int32Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use naru_core::control::ExactSum;

use crate::cast::FieldReject;
use crate::{Kernel, Reason};

/// A column's sum over the records of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ColumnSum {
    /// Sum of the values that can be read, times ten to the column's scale. Nulls add nothing.
    pub total: ExactSum,
    /// Records whose value cannot be read.
    pub unread: u64,
}

impl Kernel {
    /// The sums that were asked for, of a batch that still holds its rejected rows (whose bad values stand as zero).
    pub(crate) fn sums(&self, batch: &RecordBatch, rejects: &[FieldReject]) -> Vec<ColumnSum> {
        let summed = self.summed().iter();
        summed
            .map(|position| ColumnSum {
                total: total(batch.column(*position)),
                unread: unread(rejects, self.columns()[*position].index),
            })
            .collect()
    }
}

fn total(array: &dyn Array) -> ExactSum {
    let mut sum = ExactSum::default();
    if let Some(values) = array.as_primitive_opt::<Decimal128Type>() {
        values.iter().flatten().for_each(|value| sum.add(value));
    } else if let Some(values) = array.as_primitive_opt::<Int64Type>() {
        values.iter().flatten().for_each(|value| sum.add(value.into()));
    } else if let Some(values) = array.as_primitive_opt::<Int32Type>() {
        values.iter().flatten().for_each(|value| sum.add(value.into()));
    }
    sum
}

/// Records of which this column, or the record as a whole, was rejected. A null that was rejected is known to be null.
fn unread(rejects: &[FieldReject], column: u32) -> u64 {
    let is_unread = |reject: &&FieldReject| match reject.column {
        Some(rejected) => rejected == column && reject.reason != Reason::NullInRequired,
        None => true,
    };
    let mut records: Vec<u32> = rejects.iter().filter(is_unread).map(|reject| reject.record).collect();
    records.sort_unstable();
    records.dedup();
    records.len() as u64
}
