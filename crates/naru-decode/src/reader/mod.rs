//! Reads one source and cuts it into blocks of whole records.
//!
//! ```text
//!  Read ▸ decompress ▸ text_source (byte-order mark, transcoding) ▸ window ▸ split ▸ Block
//! ```

mod cp949;
mod decompress;
mod range;
mod split;
mod text_source;
mod window;

use std::io::Read;
use std::ops::Deref;
use std::sync::Arc;

use naru_core::dialect::Header;
use naru_core::plan::SourceCompression;

pub(crate) use self::decompress::Decompressor;
pub use self::range::{RangeStart, SourceRange, find_ranges};
pub(crate) use self::split::Splitter;
pub(crate) use self::text_source::{LEAST_SPACE, TextSource};
use self::window::Window;
use crate::layout::Layout;
use crate::source_error::QuotePlace;
use crate::tokenize::{Tokens, Width};
use crate::trailer::TrailerMark;
use crate::{Block, Kernel, SourceError, Trailer};

/// A block's size unless the caller says otherwise, in bytes of decoded text.
pub const DEFAULT_BLOCK_BYTES: usize = 4 * 1024 * 1024;

/// Greatest size of a block, so that with a record on top its text stays below 2 GiB.
const GREATEST_BLOCK_BYTES: usize = 512 * 1024 * 1024;

/// Reads one source: decompression, byte-order mark, transcoding, skipped rows, header; yields blocks of whole records,
/// in order.
///
/// Holds one window of text: the block size, and more only while a single record is larger, up to the dialect's
/// `max_record_bytes`.
///
/// `K` is how the reader holds its kernel: `&Kernel`, or an `Arc<Kernel>` for a reader that outlives its maker.
pub struct BlockReader<K: Deref<Target = Kernel> + Clone, R: Read> {
    kernel: K,
    source: TextSource<R>,
    window: Window,
    block_bytes: usize,
    layout: Option<Arc<Layout>>,
    next_row: u64,
    /// Whether the source's end is to come, with its trailer record where the kernel expects one.
    ends_source: bool,
    trailer: Option<Trailer>,
}

impl<K: Deref<Target = Kernel> + Clone, R: Read> BlockReader<K, R> {
    /// Starts reading a source. A block holds about `block_bytes` of decoded text, or one record if that is larger.
    ///
    /// # Errors
    /// [`SourceError::Io`], [`SourceError::Broken`] or [`SourceError::Truncated`] if the first bytes cannot be read,
    /// [`SourceError::ByteOrderMark`].
    pub fn new(kernel: K, input: R, compression: SourceCompression, block_bytes: usize) -> Result<Self, SourceError> {
        let encoding = kernel.dialect().encoding;
        let (source, mark_bytes) = TextSource::new(input, compression, encoding)?;
        let window = Window::new(encoding, mark_bytes);
        let block_bytes = block_bytes.clamp(1, GREATEST_BLOCK_BYTES);
        Ok(Self { kernel, source, window, block_bytes, layout: None, next_row: 1, ends_source: true, trailer: None })
    }

    /// Starts reading at a record inside a source that is not compressed; `input` stands there already. The records come
    /// out as they do when the source is read from its beginning.
    ///
    /// # Errors
    /// [`SourceError::RangeStart`] if the start is none of this kernel's sources.
    pub fn resume(kernel: K, input: R, start: &RangeStart, block_bytes: usize) -> Result<Self, SourceError> {
        let encoding = kernel.dialect().encoding;
        let layout = Layout::by_fields(kernel.header_columns(), &start.field_columns);
        let source = TextSource::resume(input, encoding, start.byte_offset);
        let (Some(layout), Some(source)) = (layout, source) else {
            return Err(SourceError::RangeStart { byte_offset: start.byte_offset });
        };
        let mut window = Window::new(encoding, start.byte_offset);
        window.origin.line = start.line;
        let block_bytes = block_bytes.clamp(1, GREATEST_BLOCK_BYTES);
        let layout = Some(Arc::new(layout));
        Ok(Self { kernel, source, window, block_bytes, layout, next_row: start.row, ends_source: true, trailer: None })
    }

    /// The same reader for an input that ends where another range starts: no trailer record is expected there.
    #[must_use]
    pub fn without_source_end(self) -> Self {
        Self { ends_source: false, ..self }
    }

    /// The next block, or none at the end. `recycled` is a buffer to use, from [`Block::into_buffer`].
    ///
    /// # Errors
    /// Any [`SourceError`]; the source cannot be read any further then.
    pub fn next_block(&mut self, recycled: Option<Vec<u8>>) -> Result<Option<Block>, SourceError> {
        let kernel = self.kernel.clone();
        let mark = kernel.trailer_mark().filter(|_| self.ends_source);
        let layout = match &self.layout {
            Some(layout) => Arc::clone(layout),
            None => {
                let layout = Arc::new(self.read_layout()?);
                Arc::clone(self.layout.insert(layout))
            }
        };
        while self.trailer.is_none() {
            let splitter = self.split(&kernel, layout.width == 1, u64::MAX, mark)?;
            match (splitter.cut, splitter.trailer_end) {
                (0, Some(end)) => {
                    self.take_trailer(end);
                    continue;
                }
                (0, None) => return self.end(mark),
                _ => {}
            }
            if splitter.records == 0 {
                self.window.drop_front(splitter.cut);
                continue;
            }
            let (text, origin) = self.window.take_front(splitter.cut, recycled.unwrap_or_default());
            let first_row = self.next_row;
            self.next_row += splitter.records;
            return Ok(Some(Block { text, origin, first_row, records: splitter.records, layout }));
        }
        self.expect_no_more()
    }

    /// The trailer record, once [`Self::next_block`] has come to the end; none if the kernel expects none.
    pub fn trailer(&self) -> Option<&Trailer> {
        self.trailer.as_ref()
    }

    /// Reads until the window holds a whole record (or blank lines), and finds its record ends. Nothing cut: the end, or
    /// the trailer record.
    fn split<'k>(
        &mut self,
        kernel: &'k Kernel,
        keeps_blank: bool,
        limit: u64,
        mark: Option<&'k TrailerMark>,
    ) -> Result<Splitter<'k>, SourceError> {
        let max_record_bytes = kernel.max_record_bytes();
        let mut splitter = Splitter::new(*kernel.syntax(), mark, keeps_blank, max_record_bytes);
        let mut target = self.block_bytes;
        loop {
            self.window.fill(&mut self.source, target);
            let text = self.window.text();
            let result = splitter.scan(text, self.window.ended, limit);
            if splitter.trailer_end.is_some() {
                return Ok(splitter);
            }
            if splitter.cut > 0 && (result.is_err() || !self.window.ended) {
                return Ok(splitter);
            }
            if result.is_err() {
                return Err(self.too_long(&splitter));
            }
            if let Some(failure) = self.window.failure.take() {
                return Err(failure);
            }
            if self.window.ended {
                return self.last(splitter, limit);
            }
            // One byte more than the limit tells that a record is too long.
            target = (self.window.text().len() * 2).max(target).min(max_record_bytes.max(self.block_bytes) + 1);
        }
    }

    /// The splitter at the end of the source. A quote that is still open is reported once all records before are out.
    fn last<'k>(&self, mut splitter: Splitter<'k>, limit: u64) -> Result<Splitter<'k>, SourceError> {
        if splitter.records >= limit {
            return Ok(splitter);
        }
        if splitter.cut == 0 && self.ends_lines_with_carriage_returns() {
            return Err(SourceError::CarriageReturns);
        }
        match splitter.open_quote() {
            None => splitter.finish(self.window.text()),
            Some(quote) if splitter.cut == 0 => {
                return Err(SourceError::UnclosedQuote { quote: self.quote_place(quote) });
            }
            Some(_) => {}
        }
        Ok(splitter)
    }

    /// The end of a source without a trailer record, or of a range inside it.
    fn end(&self, mark: Option<&TrailerMark>) -> Result<Option<Block>, SourceError> {
        let Some(mark) = mark else { return Ok(None) };
        let (byte_offset, line) = self.window.locate(0);
        Err(SourceError::TrailerMissing { mark: mark.text().into(), line, byte_offset })
    }

    /// Takes the trailer record, which starts the window, out of it.
    fn take_trailer(&mut self, end: usize) {
        let (_, line) = self.window.locate(0);
        let text = &self.window.text()[..end];
        let mut tokens = Tokens::default();
        tokens.fill(text, 0, self.kernel.syntax(), Width::Any, 1);
        self.trailer = Some(Trailer { fields: self.field_texts(text, &tokens), line });
        self.window.drop_front(end);
    }

    /// Reads on to the end; after the trailer record only blank lines may come.
    fn expect_no_more(&mut self) -> Result<Option<Block>, SourceError> {
        let trailer_line = self.trailer.as_ref().map_or(0, |trailer| trailer.line);
        loop {
            self.window.fill(&mut self.source, self.block_bytes);
            let text = self.window.text();
            if let Some(position) = text.iter().position(|byte| !matches!(byte, b'\r' | b'\n')) {
                let (byte_offset, line) = self.window.locate(position);
                return Err(SourceError::AfterTrailer { trailer_line, line, byte_offset });
            }
            let passed = text.len();
            if let Some(failure) = self.window.failure.take() {
                return Err(failure);
            }
            if self.window.ended {
                return Ok(None);
            }
            self.window.drop_front(passed);
        }
    }

    fn too_long(&self, splitter: &Splitter<'_>) -> SourceError {
        let (byte_offset, line) = self.window.locate(splitter.record_start());
        SourceError::RecordTooLong {
            line,
            byte_offset,
            max_record_bytes: self.kernel.max_record_bytes() as u64,
            quote: splitter.open_quote().map(|quote| self.quote_place(quote)),
        }
    }

    fn quote_place(&self, position: usize) -> QuotePlace {
        let (byte_offset, line) = self.window.locate(position);
        QuotePlace { line, byte_offset }
    }

    /// Whether all of the source is one record with carriage returns inside: its lines end with them alone.
    fn ends_lines_with_carriage_returns(&self) -> bool {
        let (text, (_, line)) = (self.window.text(), self.window.locate(0));
        let quote = self.kernel.syntax().quote.and_then(|quote| memchr::memchr(quote, text));
        // One at the very end may be all that is left of a line's end.
        let inside = memchr::memchr(b'\r', &text[..quote.unwrap_or(text.len())]).is_some_and(|at| at + 1 < text.len());
        inside && line == 1 && memchr::memchr(b'\n', text).is_none()
    }

    fn read_layout(&mut self) -> Result<Layout, SourceError> {
        for _ in 0..self.kernel.dialect().skip_rows {
            if !self.skip_line()? {
                break;
            }
        }
        let kernel = self.kernel.clone();
        let columns = kernel.header_columns();
        if self.kernel.dialect().header == Header::None {
            return Ok(Layout::by_position(columns));
        }
        let cut = loop {
            let splitter = self.split(&kernel, false, 1, None)?;
            match splitter.cut {
                0 => {
                    let (byte_offset, _) = self.window.locate(0);
                    return Err(SourceError::HeaderMissing { empty: byte_offset == 0 });
                }
                cut if splitter.records > 0 => break cut,
                blank_lines => self.window.drop_front(blank_lines),
            }
        };
        let layout = if self.kernel.dialect().header == Header::ByName {
            self.read_header(cut)?
        } else {
            Layout::by_position(columns)
        };
        self.window.drop_front(cut);
        Ok(layout)
    }

    /// Passes over one physical line; false at the end.
    fn skip_line(&mut self) -> Result<bool, SourceError> {
        let max_record_bytes = self.kernel.max_record_bytes();
        let mut searched = 0;
        let mut target = self.block_bytes;
        loop {
            self.window.fill(&mut self.source, target);
            let text = self.window.text();
            let newline = memchr::memchr(b'\n', &text[searched..]).map(|found| searched + found);
            let length = newline.unwrap_or(text.len());
            if length > max_record_bytes {
                let (byte_offset, line) = self.window.locate(0);
                let max_record_bytes = max_record_bytes as u64;
                return Err(SourceError::RecordTooLong { line, byte_offset, max_record_bytes, quote: None });
            }
            if newline.is_some() || self.window.ended {
                self.window.drop_front(length + usize::from(newline.is_some()));
                return Ok(newline.is_some());
            }
            if let Some(failure) = self.window.failure.take() {
                return Err(failure);
            }
            searched = length;
            target = (searched * 2).max(target).min(max_record_bytes.max(self.block_bytes) + 1);
        }
    }

    fn read_header(&self, cut: usize) -> Result<Layout, SourceError> {
        let text = &self.window.text()[..cut];
        let encoding = self.kernel.dialect().encoding;
        let transcoded = self.window.origin.malformed.first().map(|bad| bad.position).filter(|at| *at < cut);
        let invalid = transcoded.or_else(|| std::str::from_utf8(text).err().map(|error| error.valid_up_to()));
        if let Some(position) = invalid {
            let (byte_offset, _) = self.window.locate(position);
            return Err(SourceError::HeaderEncoding { encoding, byte_offset });
        }
        let mut tokens = Tokens::default();
        // Blank lines before the header are no records, but lines.
        tokens.fill(text, 0, self.kernel.syntax(), Width::Any, 1);
        let start = tokens.starts.first().copied().unwrap_or(0);
        let (_, line) = self.window.locate(start);
        let names = self.field_texts(text, &tokens);
        Layout::by_name(self.kernel.header_columns(), &names, line).map_err(SourceError::Header)
    }

    /// Fields without their escapes.
    fn field_texts(&self, text: &[u8], tokens: &Tokens) -> Vec<String> {
        let mut plain = Vec::new();
        let mut texts = Vec::with_capacity(tokens.fields.len());
        for field in &tokens.fields {
            plain.clear();
            if field.is_escaped() {
                self.kernel.syntax().unescape_into(field.raw(text), &mut plain);
            } else {
                plain.extend_from_slice(field.raw(text));
            }
            texts.push(String::from_utf8_lossy(&plain).into_owned());
        }
        texts
    }
}
