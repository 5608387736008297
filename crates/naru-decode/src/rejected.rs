//! The text of records that were rejected, for quarantine: worked out only for blocks that have some.

use std::fmt;

use crate::tokenize::{Field, Tokens, Width};
use crate::{Block, Kernel, Reject};

/// Fields that are tokenized at once to find where records start.
const CHUNK_FIELDS: usize = 8192;

/// A record that was rejected, as it stands in its source. Holds values, also those that a treatment would hide: it belongs
/// where the source's own level allows.
#[derive(Clone, PartialEq, Eq)]
pub struct RejectedRecord {
    /// Data record in the source, from 1.
    pub row: u64,
    /// The record as it stands, transcoded to UTF-8, with its quotes, escapes and line end. Malformed bytes are replacement
    /// characters.
    pub text: String,
    /// Its fields, as many as there are, without quotes and escapes.
    pub fields: Vec<String>,
}

impl fmt::Debug for RejectedRecord {
    /// The row; not what is in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RejectedRecord").field("row", &self.row).finish_non_exhaustive()
    }
}

impl Kernel {
    /// The records of a block that were rejected, in their order, each with its rejects. `rejects` are those that
    /// [`Kernel::decode`] gave of the block.
    pub fn rejected_records<'b>(&'b self, block: &'b Block, rejects: &'b [Reject]) -> RejectedRecords<'b> {
        RejectedRecords {
            kernel: self,
            block,
            rejects,
            chunk: Tokens::default(),
            chunk_first_row: block.first_row,
            chunk_end: 0,
            fields: Tokens::default(),
        }
    }

    /// The source's names of a block's fields, in the order of the fields.
    pub fn field_names(&self, block: &Block) -> Vec<&str> {
        let columns = self.header_columns();
        let of = |column: &u32| columns.get(*column as usize).map_or("", |column| column.name.as_str());
        block.layout.columns.iter().map(of).collect()
    }
}

/// The rejected records of a block; made by [`Kernel::rejected_records`].
pub struct RejectedRecords<'b> {
    kernel: &'b Kernel,
    block: &'b Block,
    /// Those that are still to come.
    rejects: &'b [Reject],
    /// Where some of the block's records start.
    chunk: Tokens,
    chunk_first_row: u64,
    chunk_end: usize,
    fields: Tokens,
}

impl<'b> Iterator for RejectedRecords<'b> {
    type Item = (RejectedRecord, &'b [Reject]);

    fn next(&mut self) -> Option<Self::Item> {
        let row = self.rejects.first()?.row;
        let (text, width) = (self.block.text.as_slice(), self.block.layout.width);
        loop {
            let index = usize::try_from(row.saturating_sub(self.chunk_first_row)).unwrap_or(usize::MAX);
            if let Some(start) = self.chunk.starts.get(index).copied() {
                let count = self.rejects.iter().take_while(|reject| reject.row == row).count();
                let (its, rest) = self.rejects.split_at(count);
                self.rejects = rest;
                return Some((self.record_at(row, start), its));
            }
            if self.chunk_end >= text.len() {
                return None;
            }
            self.chunk_first_row += self.chunk.starts.len() as u64;
            let (syntax, limit) = (self.kernel.syntax(), (CHUNK_FIELDS / width.max(1)).max(1));
            self.chunk_end = self.chunk.fill(text, self.chunk_end, syntax, Width::Exactly(width), limit);
        }
    }
}

impl RejectedRecords<'_> {
    fn record_at(&mut self, row: u64, start: usize) -> RejectedRecord {
        let text = self.block.text.as_slice();
        let decoded = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if let Some(length) = blank_line(&text[start..]) {
            // A record of one field, which is empty.
            return RejectedRecord { row, text: decoded(&text[start..start + length]), fields: vec![String::new()] };
        }
        let syntax = self.kernel.syntax();
        let end = self.fields.fill(text, start, syntax, Width::Any, 1);
        let mut plain = Vec::new();
        let field_text = |field: &Field| {
            plain.clear();
            if field.is_escaped() {
                syntax.unescape_into(field.raw(text), &mut plain);
            } else {
                plain.extend_from_slice(field.raw(text));
            }
            decoded(&plain)
        };
        let fields = self.fields.fields.iter().map(field_text).collect();
        RejectedRecord { row, text: decoded(&text[start..end]), fields }
    }
}

/// Length of a text's first line with its end, if there is nothing in it.
fn blank_line(text: &[u8]) -> Option<usize> {
    match text {
        [] => Some(0),
        [b'\n', ..] => Some(1),
        [b'\r', b'\n', ..] => Some(2),
        _ => None,
    }
}
