//! Which rows of a page have a value, as definition levels.

use arrow_array::builder::BooleanBufferBuilder;
use arrow_buffer::NullBuffer;

use super::hybrid::{put_packed_bits, put_run};

/// Rows of a column's page that may be null.
pub(super) struct Validity {
    bits: BooleanBufferBuilder,
    pub(super) nulls: usize,
}

impl Validity {
    pub(super) fn new() -> Self {
        Self { bits: BooleanBufferBuilder::new(0), nulls: 0 }
    }

    /// Takes rows; none: all of them have a value.
    pub(super) fn push(&mut self, validity: Option<&NullBuffer>, rows: usize) {
        match validity {
            None => self.bits.append_n(rows, true),
            Some(validity) => {
                self.bits.append_buffer(validity.inner());
                self.nulls += validity.null_count();
            }
        }
    }

    /// Appends the page's levels, and begins the next page's. A level is 1 where there is a value; their size comes first, in
    /// four bytes.
    pub(super) fn take_levels(&mut self, out: &mut Vec<u8>) {
        let rows = self.bits.len();
        let bits = self.bits.finish();
        let place = out.len();
        out.extend_from_slice(&[0; 4]);
        match std::mem::take(&mut self.nulls) {
            0 => put_run(1, rows, 1, out),
            nulls if nulls == rows => put_run(0, rows, 1, out),
            _ => put_packed_bits(bits.values(), out),
        }
        let size = (out.len() - place - 4) as u32;
        out[place..place + 4].copy_from_slice(&size.to_le_bytes());
    }

    pub(super) fn memory_size(&self) -> usize {
        self.bits.capacity() / 8
    }
}
