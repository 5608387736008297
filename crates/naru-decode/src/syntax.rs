//! The bytes that give a source its structure, and how escaped text is read.

use naru_core::Dialect;

use crate::KernelError;

/// The dialect's structural bytes; all ASCII, so that they never stand inside a multi-byte character of UTF-8.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Syntax {
    pub(crate) delimiter: u8,
    pub(crate) quote: Option<u8>,
    /// None: a quote inside quotes is doubled.
    pub(crate) escape: Option<u8>,
    pub(crate) trim: bool,
}

impl Syntax {
    pub(crate) fn new(dialect: &Dialect) -> Result<Self, KernelError> {
        let delimiter = structural("delimiter", dialect.delimiter)?;
        let quote = dialect.quote.map(|c| structural("quote", c)).transpose()?;
        let escape = dialect.escape.map(|c| structural("escape", c)).transpose()?.filter(|e| Some(*e) != quote);
        if quote == Some(delimiter) {
            return Err(KernelError::Clash("delimiter", "quote"));
        }
        if escape == Some(delimiter) {
            return Err(KernelError::Clash("delimiter", "escape"));
        }
        Ok(Self { delimiter, quote, escape, trim: dialect.trim })
    }

    /// Whether the byte is a blank that trimming takes off.
    pub(crate) fn is_blank(&self, byte: u8) -> bool {
        (byte == b' ' || byte == b'\t') && byte != self.delimiter
    }

    /// Whether a quote at `at` opens a quoted field: it stands at the start of the record or after a delimiter
    /// (blanks between them are passed over when trimming). Bytes before `literal_until` were escaped.
    #[inline]
    pub(crate) fn opens_field(&self, text: &[u8], record_start: usize, literal_until: usize, at: usize) -> bool {
        let mut start = at;
        if self.trim {
            while start > record_start && start > literal_until && self.is_blank(text[start - 1]) {
                start -= 1;
            }
        }
        start == record_start || (start > literal_until && text[start - 1] == self.delimiter)
    }

    /// Appends a field's text without its escapes: the escape (inside quotes, without an escape character: the first of
    /// two quotes) is dropped and the byte after it kept. An escape with nothing after it stands for itself.
    pub(crate) fn unescape_into(&self, raw: &[u8], out: &mut Vec<u8>) {
        let Some(marker) = self.escape.or(self.quote) else {
            out.extend_from_slice(raw);
            return;
        };
        let mut rest = raw;
        while let Some(at) = memchr::memchr(marker, rest) {
            let Some(literal) = rest.get(at + 1) else { break };
            out.extend_from_slice(&rest[..at]);
            out.push(*literal);
            rest = &rest[at + 2..];
        }
        out.extend_from_slice(rest);
    }
}

fn structural(name: &'static str, c: char) -> Result<u8, KernelError> {
    match u8::try_from(c) {
        Ok(byte) if byte.is_ascii() && !matches!(byte, 0 | b'\n' | b'\r') => Ok(byte),
        _ => Err(KernelError::NotStructural(name)),
    }
}
