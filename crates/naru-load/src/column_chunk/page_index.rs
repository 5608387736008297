//! What readers skip a chunk's pages by.
//!
//! Format: <https://parquet.apache.org/docs/file-format/pageindex/>

use std::cmp::Ordering;

use parquet::basic::{BoundaryOrder, Type};
use parquet::errors::Result;
use parquet::file::metadata::ColumnIndexBuilder;
use parquet::file::page_index::column_index::ColumnIndexMetaData;

/// The index of a chunk's pages.
pub(super) struct PageIndex {
    physical_type: Type,
    builder: ColumnIndexBuilder,
    last: Option<(Vec<u8>, Vec<u8>)>,
    is_ascending: bool,
    is_descending: bool,
}

impl PageIndex {
    pub(super) fn new(physical_type: Type) -> Self {
        let builder = ColumnIndexBuilder::new(physical_type);
        Self { physical_type, builder, last: None, is_ascending: true, is_descending: true }
    }

    /// Takes the next page's least and greatest value in plain encoding.
    pub(super) fn append(&mut self, bounds: Option<(Vec<u8>, Vec<u8>)>, nulls: usize, is_all_null: bool) {
        match bounds {
            Some((least, greatest)) => {
                if let Some((last_least, last_greatest)) = &self.last {
                    let orders = [self.compare(last_least, &least), self.compare(last_greatest, &greatest)];
                    self.is_ascending &= orders.iter().all(|order| order.is_le());
                    self.is_descending &= orders.iter().all(|order| order.is_ge());
                }
                self.builder.append(false, least.clone(), greatest.clone(), nulls as i64);
                self.last = Some((least, greatest));
            }
            None if is_all_null => self.builder.append(true, Vec::new(), Vec::new(), nulls as i64),
            // Values without an order: nothing can be said of the page, and so nothing of the chunk.
            None => self.builder.to_invalid(),
        }
    }

    pub(super) fn finish(mut self) -> Result<Option<ColumnIndexMetaData>> {
        if !self.builder.valid() {
            return Ok(None);
        }
        self.builder.set_boundary_order(match (self.is_ascending, self.is_descending) {
            (true, _) => BoundaryOrder::ASCENDING,
            (_, true) => BoundaryOrder::DESCENDING,
            _ => BoundaryOrder::UNORDERED,
        });
        self.builder.build().map(Some)
    }

    fn compare(&self, left: &[u8], right: &[u8]) -> Ordering {
        match self.physical_type {
            Type::INT32 => number(left, i32::from_le_bytes).cmp(&number(right, i32::from_le_bytes)),
            Type::INT64 => number(left, i64::from_le_bytes).cmp(&number(right, i64::from_le_bytes)),
            Type::FLOAT => compare_floats(number(left, f32::from_le_bytes), number(right, f32::from_le_bytes)),
            Type::DOUBLE => compare_floats(number(left, f64::from_le_bytes), number(right, f64::from_le_bytes)),
            // Big-endian with a sign, of equal length.
            Type::FIXED_LEN_BYTE_ARRAY => {
                let sign = |bytes: &[u8]| bytes.first().map(|first| *first as i8);
                sign(left).cmp(&sign(right)).then_with(|| left.cmp(right))
            }
            Type::BOOLEAN | Type::BYTE_ARRAY | Type::INT96 => left.cmp(right),
        }
    }
}

fn number<const N: usize, T>(bytes: &[u8], read: impl Fn([u8; N]) -> T) -> T {
    read(bytes.first_chunk().copied().unwrap_or([0; N]))
}

fn compare_floats<T: PartialOrd>(left: T, right: T) -> Ordering {
    left.partial_cmp(&right).unwrap_or(Ordering::Equal)
}
