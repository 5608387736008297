//! Values of varying length, one after the other.

use arrow_array::StringArray;
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::ArrowError;

use super::column_builder::null_buffer;

/// Small values are copied as so many bytes and cut, which is a few instructions instead of a call.
const SMALL_BYTES: usize = 32;

pub(super) struct Lengthy {
    offsets: Vec<i32>,
    pub(super) bytes: Vec<u8>,
}

type Buffers = (OffsetBuffer<i32>, Buffer, Option<NullBuffer>);

impl Lengthy {
    pub(super) fn with_capacity(values: usize, bytes: usize) -> Self {
        let mut offsets = Vec::with_capacity(values + 1);
        offsets.push(0);
        Self { offsets, bytes: Vec::with_capacity(bytes) }
    }

    /// Bytes of all values so far.
    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Appends a part of a text to the value.
    #[inline]
    pub(super) fn push_part(&mut self, text: &[u8], start: usize, length: usize) {
        match text[start..].first_chunk::<SMALL_BYTES>() {
            Some(small) if length <= SMALL_BYTES => {
                let end = self.bytes.len() + length;
                self.bytes.extend_from_slice(small);
                self.bytes.truncate(end);
            }
            _ => self.bytes.extend_from_slice(&text[start..start + length]),
        }
    }

    #[inline]
    pub(super) fn end_value(&mut self) {
        // A block's text stays below 2 GiB; what treatments make of it is looked at once it is whole.
        self.offsets.push(self.bytes.len() as i32);
    }

    /// Arrow's buffers. `nulls` are the positions of null values, ascending.
    pub(super) fn into_buffers(self, nulls: &[u32]) -> Result<Buffers, ArrowError> {
        if i32::try_from(self.bytes.len()).is_err() {
            return Err(ArrowError::OffsetOverflowError(self.bytes.len()));
        }
        let values = self.offsets.len() - 1;
        let offsets = OffsetBuffer::new(ScalarBuffer::from(self.offsets));
        Ok((offsets, Buffer::from_vec(self.bytes), null_buffer(nulls, values)))
    }

    /// The values as strings, without looking whether they are.
    ///
    /// # Safety
    /// Each value is UTF-8.
    #[allow(unsafe_code, reason = "Arrow has no safe way to make a string array without checking its text")]
    pub(super) unsafe fn into_text(self, nulls: &[u32]) -> Result<StringArray, ArrowError> {
        let (offsets, bytes, nulls) = self.into_buffers(nulls)?;
        debug_assert!(StringArray::try_new(offsets.clone(), bytes.clone(), nulls.clone()).is_ok());
        // SAFETY: the offsets are those of the bytes and there is a null bit a value; the rest is the caller's promise.
        Ok(unsafe { StringArray::new_unchecked(offsets, bytes, nulls) })
    }
}
