//! A source as text, before anyone knows its columns: what a drafted definition is made from.
//!
//! ```text
//!  visit_bytes ─▶ (encoding) ─▶ head_text ─▶ head_records, by each dialect ─▶ (layout) ─▶ Kernel::visit_texts
//! ```

use std::borrow::Cow;
use std::io::Read;

use memchr::memchr_iter;
use naru_core::Dialect;
use naru_core::dialect::Encoding;
use naru_core::infer::{HeadRecords, SampleField};
use naru_core::plan::SourceCompression;

use crate::reader::{Decompressor, LEAST_SPACE, TextSource};
use crate::syntax::Syntax;
use crate::tokenize::{Field, Tokens, Width};
use crate::{Block, Kernel, KernelError, SourceError};

const PIECE_BYTES: usize = 128 * 1024;

/// Records that are tokenized before they are handed out.
const CHUNK_RECORDS: usize = 256;

/// A quoted text of more lines is a quote that was never meant as one.
const MOST_QUOTED_LINES: usize = 50;

/// Hands out the decompressed bytes of a source, up to `limit`, piece by piece. Gives whether these were all.
///
/// # Errors
/// [`SourceError::Io`], [`SourceError::Broken`] or [`SourceError::Truncated`].
pub fn visit_bytes<R: Read>(
    input: R,
    compression: SourceCompression,
    limit: u64,
    visit: &mut dyn FnMut(&[u8]),
) -> Result<bool, SourceError> {
    let mut bytes = Decompressor::new(input, compression)?;
    let mut piece = vec![0; PIECE_BYTES];
    let mut left = limit;
    while left > 0 {
        let space = usize::try_from(left).unwrap_or(PIECE_BYTES).min(PIECE_BYTES);
        let count = bytes.read(&mut piece[..space])?;
        if count == 0 {
            return Ok(true);
        }
        visit(&piece[..count]);
        left -= count as u64;
    }
    Ok(bytes.read(&mut piece[..1])? == 0)
}

/// The first `limit` bytes or so of a source's text, and whether this is all of it. Bytes that are no text in the
/// encoding stand as U+FFFD.
///
/// # Errors
/// Any [`SourceError`] of decompression and encoding.
pub fn head_text<R: Read>(
    input: R,
    compression: SourceCompression,
    encoding: Encoding,
    limit: usize,
) -> Result<(String, bool), SourceError> {
    let (mut source, _) = TextSource::new(input, compression, encoding)?;
    let mut text = vec![0; limit + LEAST_SPACE];
    let mut filled = 0;
    while filled < limit {
        match source.read(&mut text[filled..], filled, &mut Vec::new())? {
            0 => break,
            count => filled += count,
        }
    }
    text.truncate(filled);
    Ok((String::from_utf8_lossy(&text).into_owned(), filled < limit))
}

/// The first records of a text, up to `limit`, as a dialect's delimiter, quote and escape cut them. Of a text that is not
/// whole the last record is left out.
///
/// # Errors
/// [`KernelError`] for a dialect whose characters clash.
pub fn head_records(text: &str, is_whole: bool, dialect: &Dialect, limit: usize) -> Result<HeadRecords, KernelError> {
    let syntax = Syntax::new(dialect)?;
    let bytes = text.as_bytes();
    let mut tokens = Tokens::default();
    let mut head = HeadRecords::default();
    let (mut start, mut counted, mut line) = (0, 0, 1u32);
    while start < bytes.len() && head.records.len() < limit {
        let next = tokens.fill(bytes, start, &syntax, Width::Any, 1);
        let Some(at) = tokens.starts.first().copied() else { break };
        let is_open = tokens.fields.last().is_some_and(|field| is_open(*field, bytes));
        let lines = memchr_iter(b'\n', &bytes[at..next]).count();
        head.has_runaway_quote |= is_open && (is_whole || lines > MOST_QUOTED_LINES);
        if next >= bytes.len() && !is_whole {
            break;
        }
        line += memchr_iter(b'\n', &bytes[counted..at]).count() as u32;
        counted = at;
        let fields = tokens.fields.iter().map(|field| owned(sample_field(*field, bytes, &syntax)));
        head.records.push(fields.collect());
        head.lines.push(line);
        head.flaws += tokens.flaws.len();
        start = next;
    }
    Ok(head)
}

impl Kernel {
    /// Hands out the records of a block that this kernel's reader made, each as texts in the order of the loaded columns.
    /// Records of another width are left out.
    pub fn visit_texts(&self, block: &Block, visit: &mut dyn FnMut(&[SampleField<'_>])) {
        let text = block.text.as_slice();
        let width = block.layout.width;
        let mut tokens = Tokens::default();
        let mut start = 0;
        let mut record = Vec::new();
        while start < text.len() {
            start = tokens.fill(text, start, self.syntax(), Width::Exactly(width), CHUNK_RECORDS);
            for fields in tokens.fields.chunks_exact(width.max(1)) {
                // A record of another width has placeholders for fields.
                if fields.iter().any(|field| field.is_rejected()) {
                    continue;
                }
                let loaded = block.layout.fields.iter().filter_map(|index| fields.get(*index));
                record.extend(loaded.map(|field| sample_field(*field, text, self.syntax())));
                visit(&record);
                record.clear();
            }
        }
    }
}

/// Whether a field's quote is never closed: it goes on to the text's end.
fn is_open(field: Field, text: &[u8]) -> bool {
    field.is_quoted() && field.start() + field.raw(text).len() >= text.len()
}

fn sample_field<'t>(field: Field, text: &'t [u8], syntax: &Syntax) -> SampleField<'t> {
    let raw = field.raw(text);
    let text = if field.is_escaped() {
        let mut plain = Vec::with_capacity(raw.len());
        syntax.unescape_into(raw, &mut plain);
        Cow::Owned(String::from_utf8_lossy(&plain).into_owned())
    } else {
        String::from_utf8_lossy(raw)
    };
    SampleField { text, is_quoted: field.is_quoted() }
}

fn owned(field: SampleField<'_>) -> SampleField<'static> {
    SampleField { text: Cow::Owned(field.text.into_owned()), is_quoted: field.is_quoted }
}
