//! Decodes a block: tokenizes some records at a time, and casts them column by column while they are in the cache.

use arrow_array::{BooleanArray, RecordBatch, RecordBatchOptions};
use arrow_buffer::BooleanBuffer;
use arrow_schema::ArrowError;
use arrow_select::filter::filter_record_batch;
use memchr::memchr_iter;

use crate::cast::{Cells, ColumnBuilder, FieldReject, Workspace};
use crate::source_position::Positions;
use crate::tokenize::{Tokens, Width};
use crate::{Block, ColumnSum, Kernel, Reason};

/// Fields that are tokenized before they are cast.
const CHUNK_FIELDS: usize = 8192;

/// What a block decodes to.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// The rows without rejects, with [`Kernel::schema`].
    pub batch: RecordBatch,
    /// Data records in the block, rejected ones included.
    pub records: u64,
    /// All bad values, by row and column; a row's own faults stand before its columns'.
    pub rejects: Vec<Reject>,
    /// Sums over all records, rejected ones included, in the order of [`Kernel::with_sums`].
    pub sums: Vec<ColumnSum>,
}

/// A bad value, or a bad record. Never holds the value.
///
/// A field has one at most, for the first of these that it is: text after its quote, bytes that are no text, a NUL, what
/// its column does not take. A record of the wrong width has one for that, one for each text after a quote, and one each
/// for its first bytes that are no text and its first NUL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reject {
    /// Data record in the source, from 1.
    pub row: u64,
    /// Column, as an index into the plan's columns; none when the record as a whole is at fault.
    pub column: Option<u32>,
    /// Physical line in the source, from 1, of `byte_offset`.
    pub line: u64,
    /// Where the field's text (after its quote) starts, or the bytes at fault stand, in the source's bytes after
    /// decompression and before transcoding; for a record with too few fields, where it starts.
    pub byte_offset: u64,
    /// What is wrong.
    pub reason: Reason,
}

/// A worker's reusable memory.
#[derive(Default)]
pub struct Scratch {
    tokens: Tokens,
    work: Option<Workspace>,
    /// Bytes of each column's text in the last block.
    text_bytes: Vec<usize>,
}

impl Kernel {
    /// Decodes a block that this kernel's reader made. Runs on any thread; `scratch` belongs to one kernel and thread.
    ///
    /// # Errors
    /// [`ArrowError`] if the columns do not make a batch; no input is known to bring that about.
    pub fn decode(&self, block: &Block, scratch: &mut Scratch) -> Result<Decoded, ArrowError> {
        let zone = self.zone();
        let work = scratch.work.get_or_insert_with(|| Workspace::new(zone));
        work.rejects.clear();
        scratch.text_bytes.resize(self.columns().len(), 0);
        let rows = usize::try_from(block.records).unwrap_or(0);
        let hints = self.columns().iter().zip(&scratch.text_bytes);
        let mut builders: Vec<_> =
            hints.map(|(column, bytes)| ColumnBuilder::new(column, rows, bytes + bytes / 8)).collect();
        let records = self.cast_all(block, &mut scratch.tokens, work, &mut builders);
        for (builder, bytes) in builders.iter().zip(&mut scratch.text_bytes) {
            *bytes = builder.bytes();
        }
        let arrays = builders.into_iter().map(ColumnBuilder::finish).collect::<Result<_, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(records));
        let mut batch = RecordBatch::try_new_with_options(self.schema(), arrays, &options)?;
        let sums = self.sums(&batch, &work.rejects);
        if !work.rejects.is_empty() {
            batch = filter_record_batch(&batch, &kept(&work.rejects, records))?;
        }
        Ok(Decoded { batch, records: records as u64, rejects: locate(block, &mut work.rejects), sums })
    }

    fn cast_all(
        &self,
        block: &Block,
        tokens: &mut Tokens,
        work: &mut Workspace,
        builders: &mut [ColumnBuilder<'_>],
    ) -> usize {
        let text = block.text.as_slice();
        let width = block.layout.width;
        let limit = (CHUNK_FIELDS / width.max(1)).max(1);
        let mut start = 0;
        let mut records = 0;
        while start < text.len() {
            let end = tokens.fill(text, start, self.syntax(), Width::Exactly(width), limit);
            let first_record = records as u32;
            Inspection { block, tokens, first_record, rejects: &mut work.rejects, mended: Vec::new() }.run(start, end);
            for (builder, index) in builders.iter_mut().zip(&block.layout.fields) {
                let cells = Cells {
                    text,
                    fields: &tokens.fields,
                    width,
                    index: *index,
                    first_record,
                    syntax: self.syntax(),
                    nulls: self.nulls(),
                };
                builder.append(&cells, work);
            }
            records += tokens.starts.len();
            start = end;
        }
        records
    }
}

/// Looks for what rejects a field whatever its type, and marks such fields, so that no cast looks at them.
struct Inspection<'a> {
    block: &'a Block,
    tokens: &'a mut Tokens,
    first_record: u32,
    rejects: &'a mut Vec<FieldReject>,
    /// Records of the wrong width, whose fields are placeholders; ascending.
    mended: Vec<usize>,
}

impl Inspection<'_> {
    fn run(&mut self, start: usize, end: usize) {
        for flaw in std::mem::take(&mut self.tokens.flaws) {
            if matches!(flaw.reason, Reason::TooFewFields | Reason::TooManyFields) {
                self.mended.push(flaw.record);
            }
            self.reject(flaw.record, flaw.field, flaw.position, flaw.reason);
        }
        let text = self.block.text.as_slice();
        let malformed = &self.block.origin.malformed;
        let first = malformed.partition_point(|bad| bad.position < start);
        for bad in malformed[first..].iter().take_while(|bad| bad.position < end) {
            self.reject_at(bad.position, Reason::InvalidEncoding);
        }
        let mut from = start;
        while let Err(error) = simdutf8::compat::from_utf8(&text[from..end]) {
            let position = from + error.valid_up_to();
            self.reject_at(position, Reason::InvalidEncoding);
            from = error.error_len().map_or(end, |length| position + length);
        }
        for position in memchr_iter(0, &text[start..end]) {
            self.reject_at(start + position, Reason::NulByte);
        }
    }

    /// Rejects the field at a position, once; of a record of the wrong width, the record.
    fn reject_at(&mut self, position: usize, reason: Reason) {
        let width = self.block.layout.width;
        let record = self.tokens.starts.partition_point(|start| *start <= position).saturating_sub(1);
        let fields = &self.tokens.fields[record * width..(record + 1) * width];
        let field = fields.partition_point(|field| field.start() <= position).saturating_sub(1);
        if self.mended.binary_search(&record).is_ok() {
            let row = self.first_record + record as u32;
            let is_known = |last: &FieldReject| (last.record, last.column, last.reason) == (row, None, reason);
            if !self.rejects.last().is_some_and(is_known) {
                self.reject(record, None, position, reason);
            }
        } else if !fields[field].is_rejected() {
            self.reject(record, Some(field), position, reason);
        }
    }

    fn reject(&mut self, record: usize, field: Option<usize>, position: usize, reason: Reason) {
        let width = self.block.layout.width;
        if let Some(field) = field.and_then(|field| self.tokens.fields.get_mut(record * width + field)) {
            field.reject();
        }
        let column = field.and_then(|field| self.block.layout.columns.get(field).copied());
        self.rejects.push(FieldReject { record: self.first_record + record as u32, column, position, reason });
    }
}

/// Which rows have no reject.
fn kept(rejects: &[FieldReject], records: usize) -> BooleanArray {
    let mut kept = vec![true; records];
    for reject in rejects {
        kept[reject.record as usize] = false;
    }
    BooleanArray::new(BooleanBuffer::collect_bool(records, |record| kept[record]), None)
}

/// Rejects with their places, ordered by row and column.
fn locate(block: &Block, rejects: &mut [FieldReject]) -> Vec<Reject> {
    rejects.sort_by_key(|reject| reject.position);
    let mut positions = Positions::new(&block.text, &block.origin);
    let place = |reject: &FieldReject| {
        let (byte_offset, line) = positions.locate(reject.position);
        let row = block.first_row + u64::from(reject.record);
        Reject { row, column: reject.column, line, byte_offset, reason: reject.reason }
    };
    let mut located: Vec<_> = rejects.iter().map(place).collect();
    located.sort();
    located
}
