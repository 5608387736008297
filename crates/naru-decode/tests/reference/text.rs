//! Bytes to text, one character at a time, each with its place in the source.

use naru_core::dialect::Encoding;
use naru_decode::{BinaryFormat, SourceError};

/// The source as UTF-8. Invalid bytes of a UTF-8 source stay as they are; malformed sequences of other encodings are
/// replacement characters.
#[derive(Default)]
pub(crate) struct Text {
    pub(crate) bytes: Vec<u8>,
    /// For each byte, and for the end, the source's byte offset.
    offsets: Vec<u64>,
    /// For each byte and for the end the physical line, from 1.
    lines: Vec<u64>,
    /// For each byte, whether it stands for bytes that are no text.
    malformed: Vec<bool>,
    /// Offset of half a code unit at the end.
    odd_byte: Option<u64>,
}

impl Text {
    pub(crate) fn decode(encoding: Encoding, source: &[u8]) -> Result<Self, SourceError> {
        check_format(source)?;
        let (encoding, mark) = byte_order_mark(encoding, source)?;
        let mut text = Self::default();
        let mut at = mark;
        while at < source.len() {
            let rest = &source[at..];
            let (character, length) = match encoding {
                Encoding::Utf8 => utf8(rest),
                Encoding::Cp949 => cp949(rest),
                Encoding::Utf16 | Encoding::Utf16Le => utf16(rest, u16::from_le_bytes),
                Encoding::Utf16Be => utf16(rest, u16::from_be_bytes),
            };
            if length == 0 {
                text.odd_byte = Some(at as u64);
                break;
            }
            match character {
                Some(character) => text.push(character.encode_utf8(&mut [0; 4]).as_bytes(), at, false),
                None if encoding == Encoding::Utf8 => text.push(&rest[..1], at, true),
                None => text.push("\u{fffd}".as_bytes(), at, true),
            }
            at += length;
        }
        text.offsets.push(at as u64);
        text.lines.push(1 + count(&text.bytes));
        Ok(text)
    }

    fn push(&mut self, bytes: &[u8], at: usize, is_malformed: bool) {
        for byte in bytes {
            self.lines.push(self.lines.last().map_or(1, |line| line + u64::from(self.bytes.last() == Some(&b'\n'))));
            self.bytes.push(*byte);
            self.offsets.push(at as u64);
            self.malformed.push(is_malformed);
        }
    }

    /// A source of UTF-16 has whole code units.
    pub(crate) fn check_end(&self) -> Result<(), SourceError> {
        match self.odd_byte {
            Some(byte_offset) => Err(SourceError::TruncatedText { byte_offset }),
            None => Ok(()),
        }
    }

    pub(crate) fn byte_offset(&self, position: usize) -> u64 {
        self.offsets[position]
    }

    pub(crate) fn line(&self, position: usize) -> u64 {
        self.lines[position]
    }

    /// The first byte that is no text.
    pub(crate) fn first_malformed(&self, start: usize, end: usize) -> Option<usize> {
        (start..end).find(|position| self.malformed[*position])
    }
}

fn count(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// A character and its length in bytes; none for a byte that does not belong to one.
fn utf8(bytes: &[u8]) -> (Option<char>, usize) {
    for length in 1..=bytes.len().min(4) {
        if let Ok(text) = std::str::from_utf8(&bytes[..length]) {
            return (text.chars().next(), length);
        }
    }
    (None, 1)
}

/// One byte, or two of which the first is 0x81 to 0xFE. After a first byte an ASCII byte that does not belong to it
/// stands for itself (WHATWG, Encoding Standard, "euc-kr").
fn cp949(bytes: &[u8]) -> (Option<char>, usize) {
    let character = |bytes: &[u8]| {
        let text = encoding_rs::EUC_KR.decode_without_bom_handling_and_without_replacement(bytes)?;
        text.chars().next()
    };
    match (bytes[0], bytes.get(1)) {
        (..=0x7F, _) => (Some(char::from(bytes[0])), 1),
        (0x81..=0xFE, Some(second)) => match character(&bytes[..2]) {
            Some(found) => (Some(found), 2),
            None if second.is_ascii() => (None, 1),
            None => (None, 2),
        },
        _ => (None, 1),
    }
}

/// Length 0: half a code unit.
fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> (Option<char>, usize) {
    let at = |n: usize| Some(unit([*bytes.get(n)?, *bytes.get(n + 1)?]));
    let Some(first) = at(0) else { return (None, 0) };
    let units = std::iter::once(first).chain(at(2));
    match char::decode_utf16(units).next() {
        Some(Ok(character)) => (Some(character), 2 * character.len_utf16()),
        _ => (None, 2),
    }
}

fn check_format(source: &[u8]) -> Result<(), SourceError> {
    let formats: [(&[u8], BinaryFormat); 3] = [
        (b"\x1f\x8b\x08", BinaryFormat::Gzip),
        (b"\x28\xb5\x2f\xfd", BinaryFormat::Zstd),
        (b"PK\x03\x04", BinaryFormat::Zip),
    ];
    match formats.iter().find(|(start, _)| source.starts_with(start)) {
        Some((_, found)) => Err(SourceError::NotText { found: *found }),
        None => Ok(()),
    }
}

/// The encoding with its byte order, and the length of the mark.
fn byte_order_mark(declared: Encoding, source: &[u8]) -> Result<(Encoding, usize), SourceError> {
    let marks: [(&[u8], Encoding); 3] =
        [(b"\xEF\xBB\xBF", Encoding::Utf8), (b"\xFF\xFE", Encoding::Utf16Le), (b"\xFE\xFF", Encoding::Utf16Be)];
    let Some((mark, found)) = marks.iter().find(|(mark, _)| source.starts_with(mark)) else {
        return Ok((declared, 0));
    };
    match (declared, *found) {
        (Encoding::Utf16, Encoding::Utf16Le | Encoding::Utf16Be) => Ok((*found, mark.len())),
        (declared, found) if declared == found => Ok((declared, mark.len())),
        // Its bytes may be text there.
        (declared, Encoding::Utf8) => Ok((declared, 0)),
        (declared, found) => Err(SourceError::ByteOrderMark { declared, found: found.as_str() }),
    }
}
