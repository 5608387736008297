//! Records that were kept aside, put into blocks again, so that they are decoded as if they stood in a source.

use std::sync::Arc;

use naru_core::dialect::{Encoding, Header};

use crate::layout::Layout;
use crate::reader::Splitter;
use crate::source_position::Origin;
use crate::{Block, Kernel};

/// Which field of a stored record belongs to which column of the kernel.
#[derive(Debug, Clone)]
pub struct RecordLayout(Arc<Layout>);

impl Kernel {
    /// The layout of records whose source named their fields so, in this order. None: the header does not have the
    /// kernel's columns, so that the records cannot be decoded by them.
    pub fn record_layout(&self, header: &[String]) -> Option<RecordLayout> {
        let columns = self.header_columns();
        let layout = match self.dialect().header {
            Header::ByName => Layout::by_name(columns, header, 1).ok()?,
            Header::ByPosition | Header::None => Layout::by_position(columns),
        };
        Some(RecordLayout(Arc::new(layout)))
    }

    /// Whether a text ([`crate::RejectedRecord::text`]) is one record in the kernel's dialect, which may be another than the
    /// one that it was cut out by.
    pub fn is_one_record(&self, layout: &RecordLayout, text: &str) -> bool {
        let text = text.as_bytes();
        let mut splitter = Splitter::new(*self.syntax(), None, layout.0.width == 1, self.max_record_bytes());
        if splitter.scan(text, true, u64::MAX).is_err() || splitter.open_quote().is_some() {
            return false;
        }
        splitter.finish(text);
        splitter.records == 1 && splitter.cut == text.len()
    }

    /// A block of so many records, each with its line end (the last one may lack it). `first_row` is the number of the
    /// first; the places of rejects count from the start of the text.
    pub fn block_of_records(&self, layout: &RecordLayout, text: Vec<u8>, records: u64, first_row: u64) -> Block {
        let origin = Origin { encoding: Encoding::Utf8, byte_offset: 0, line: 1, malformed: Vec::new() };
        Block { text, origin, first_row, records, layout: Arc::clone(&layout.0) }
    }
}
