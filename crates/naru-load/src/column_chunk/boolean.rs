//! Booleans: a bit each.

use arrow_array::Array;
use arrow_array::builder::BooleanBufferBuilder;
use arrow_array::cast::AsArray;
use parquet::basic::Encoding;
use parquet::file::statistics::Statistics;

use super::statistics::{Bounds, Number};
use super::values::{PageValues, ValueEncoder};

/// Gathers booleans.
pub(super) struct BooleanEncoder {
    bits: BooleanBufferBuilder,
    bounds: Bounds<bool>,
}

impl BooleanEncoder {
    pub(super) fn new() -> Self {
        Self { bits: BooleanBufferBuilder::new(0), bounds: None }
    }
}

impl ValueEncoder for BooleanEncoder {
    fn push(&mut self, array: &dyn Array) {
        self.bits.append_buffer(array.as_boolean().values());
    }

    fn plain_bytes(&self) -> usize {
        self.bits.len().div_ceil(8)
    }

    fn is_undecided(&self) -> bool {
        false
    }

    fn take_page(&mut self, out: &mut Vec<u8>) -> PageValues {
        let bits = self.bits.finish();
        out.extend_from_slice(bits.values());
        let trues = bits.count_set_bits();
        let page = (!bits.is_empty()).then_some((trues == bits.len(), trues > 0));
        let earlier = self.bounds.or(page);
        self.bounds = page.zip(earlier).map(|(page, earlier)| (page.0 & earlier.0, page.1 | earlier.1)).or(earlier);
        let plain = |value: bool| vec![u8::from(value)];
        PageValues { encoding: Encoding::PLAIN, bounds: page.map(|(least, greatest)| (plain(least), plain(greatest))) }
    }

    fn dictionary(&self) -> Option<(Vec<u8>, usize)> {
        None
    }

    fn statistics(&self, nulls: u64) -> Statistics {
        bool::statistics(self.bounds, nulls)
    }

    fn memory_size(&self) -> usize {
        self.bits.capacity() / 8
    }
}
