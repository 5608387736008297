//! From positions in decoded text back to bytes and lines of the source, worked out only when something is reported.

use memchr::memchr_iter;
use naru_core::dialect::Encoding;

/// Length of the replacement character that stands in decoded text for a malformed sequence, in bytes.
pub(crate) const REPLACEMENT: &[u8; 3] = b"\xEF\xBF\xBD";

/// Where a text lies in its source.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    pub(crate) encoding: Encoding,
    /// Offset of the text's first byte in the source's bytes, after decompression and before transcoding.
    pub(crate) byte_offset: u64,
    /// Physical line of the text's first byte, from 1.
    pub(crate) line: u64,
    /// Malformed sequences of a transcoded source, ascending.
    pub(crate) malformed: Vec<Malformed>,
}

/// A byte sequence that the declared encoding does not have; the text holds [`REPLACEMENT`] in its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Malformed {
    /// Position of the replacement in the text.
    pub(crate) position: usize,
    /// Offset of the sequence in the source.
    pub(crate) byte_offset: u64,
    /// Length of the sequence in the source, in bytes.
    pub(crate) length: u64,
}

/// Walks a text forward; positions asked for in ascending order cost one pass in all.
pub(crate) struct Positions<'t> {
    text: &'t [u8],
    origin: &'t Origin,
    at: usize,
    byte_offset: u64,
    line: u64,
    malformed: usize,
}

impl<'t> Positions<'t> {
    pub(crate) fn new(text: &'t [u8], origin: &'t Origin) -> Self {
        Self { text, origin, at: 0, byte_offset: origin.byte_offset, line: origin.line, malformed: 0 }
    }

    /// The source's byte offset and the physical line of a position in the text.
    pub(crate) fn locate(&mut self, position: usize) -> (u64, u64) {
        if position < self.at {
            *self = Self::new(self.text, self.origin);
        }
        while let Some(bad) = self.origin.malformed.get(self.malformed).filter(|bad| bad.position < position) {
            let after = bad.position + REPLACEMENT.len();
            self.line += count_lines(&self.text[self.at..after]);
            self.at = after;
            self.byte_offset = bad.byte_offset + bad.length;
            self.malformed += 1;
        }
        if position > self.at {
            let passed = &self.text[self.at..position];
            self.line += count_lines(passed);
            self.byte_offset += encoded_length(passed, self.origin.encoding);
            self.at = position;
        }
        (self.byte_offset, self.line)
    }
}

pub(crate) fn count_lines(text: &[u8]) -> u64 {
    memchr_iter(b'\n', text).count() as u64
}

/// Length of well-formed text in its source's encoding, in bytes. CP949 holds ASCII in one byte and everything else in
/// two; UTF-16 the Basic Multilingual Plane in two and the rest (four bytes in UTF-8) in four.
fn encoded_length(text: &[u8], encoding: Encoding) -> u64 {
    let units = |ascii: u8, plane: u8, beyond: u8| {
        let width = move |byte: &u8| match *byte {
            0..0x80 => ascii,
            0x80..0xC0 => 0,
            0xC0..0xF0 => plane,
            0xF0.. => beyond,
        };
        // 63 of the widest fit into a byte, in which many are added at once.
        text.chunks(63).map(|some| u64::from(some.iter().map(width).sum::<u8>())).sum()
    };
    match encoding {
        Encoding::Utf8 => text.len() as u64,
        Encoding::Cp949 => units(1, 2, 2),
        Encoding::Utf16 | Encoding::Utf16Le | Encoding::Utf16Be => units(2, 2, 4),
    }
}
