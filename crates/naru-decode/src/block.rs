//! A piece of a source that holds whole records.

use std::fmt;
use std::sync::Arc;

use crate::RangeStart;
use crate::layout::Layout;
use crate::source_position::Origin;

/// Whole records of a source, as UTF-8 text (invalid bytes of a UTF-8 source stay as they are), ready to be decoded on
/// any thread.
pub struct Block {
    pub(crate) text: Vec<u8>,
    pub(crate) origin: Origin,
    pub(crate) first_row: u64,
    pub(crate) records: u64,
    pub(crate) layout: Arc<Layout>,
}

impl fmt::Debug for Block {
    /// Where the block stands; its text holds values, which are not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Block");
        shown.field("first_row", &self.first_row).field("records", &self.records);
        shown.field("byte_offset", &self.byte_offset()).finish_non_exhaustive()
    }
}

impl Block {
    /// Number of the first data record in the source, from 1; headers and blank lines do not count.
    pub fn first_row(&self) -> u64 {
        self.first_row
    }

    /// Number of data records.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Physical line of the first byte, from 1.
    pub fn first_line(&self) -> u64 {
        self.origin.line
    }

    /// Offset of the first byte in the source's bytes, after decompression and before transcoding.
    pub fn byte_offset(&self) -> u64 {
        self.origin.byte_offset
    }

    /// Where the block starts, for [`crate::BlockReader::resume`].
    pub fn start(&self) -> RangeStart {
        RangeStart {
            byte_offset: self.byte_offset(),
            line: self.first_line(),
            row: self.first_row,
            field_columns: self.layout.columns.clone(),
        }
    }

    /// Length of the decoded text, in bytes.
    pub fn text_bytes(&self) -> usize {
        self.text.len()
    }

    /// The text's buffer, to be handed to [`crate::BlockReader::next_block`] again.
    pub fn into_buffer(self) -> Vec<u8> {
        self.text
    }
}
