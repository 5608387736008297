//! The source as UTF-8 text: the byte-order mark taken off, other encodings transcoded as a stream.

use std::io::Read;

use encoding_rs::{Decoder, DecoderResult, EUC_KR, Encoding as EncodingKind, UTF_16BE, UTF_16LE};
use naru_core::dialect::Encoding;
use naru_core::plan::SourceCompression;

use super::cp949;
use super::decompress::Decompressor;
use crate::SourceError;
use crate::source_error::BinaryFormat;
use crate::source_position::{Malformed, REPLACEMENT};

/// Free space that [`TextSource::read`] needs to make progress, in bytes.
pub(crate) const LEAST_SPACE: usize = 32;

const INPUT_BYTES: usize = 128 * 1024;

/// Bytes that are looked at before the first are read as text.
const HEAD_BYTES: usize = 4;

const MARK_UTF8: &[u8] = b"\xEF\xBB\xBF";
const MARK_UTF16LE: &[u8] = b"\xFF\xFE";
const MARK_UTF16BE: &[u8] = b"\xFE\xFF";

/// The source's text.
pub(crate) struct TextSource<R: Read> {
    bytes: Decompressor<R>,
    /// The first bytes, read to look for a byte-order mark and for what is no text.
    head: Vec<u8>,
    transcoder: Option<Transcoder>,
}

impl<R: Read> TextSource<R> {
    /// Starts reading; returns the text and the length of its byte-order mark, in bytes.
    pub(crate) fn new(
        input: R,
        compression: SourceCompression,
        encoding: Encoding,
    ) -> Result<(Self, u64), SourceError> {
        let mut bytes = Decompressor::new(input, compression)?;
        let mut head = vec![0; HEAD_BYTES];
        let mut length = 0;
        while length < head.len() {
            match bytes.read(&mut head[length..])? {
                0 => break,
                count => length += count,
            }
        }
        head.truncate(length);
        if let Some(found) = binary_format(&head) {
            return Err(SourceError::NotText { found });
        }
        let mark = [MARK_UTF8, MARK_UTF16LE, MARK_UTF16BE].into_iter().find(|mark| head.starts_with(mark));
        let mark_bytes = check_mark(encoding, mark)?;
        head.drain(..mark_bytes);
        let decoder = match encoding {
            Encoding::Utf8 => None,
            Encoding::Cp949 => Some(EUC_KR),
            Encoding::Utf16 if mark == Some(MARK_UTF16BE) => Some(UTF_16BE),
            Encoding::Utf16 | Encoding::Utf16Le => Some(UTF_16LE),
            Encoding::Utf16Be => Some(UTF_16BE),
        };
        let transcoder = decoder.map(|kind| Transcoder::new(kind, mark_bytes as u64));
        Ok((Self { bytes, head, transcoder }, mark_bytes as u64))
    }

    /// Goes on where a record of an uncompressed source starts; none for an encoding whose byte order only the source's
    /// first bytes tell.
    pub(crate) fn resume(input: R, encoding: Encoding, byte_offset: u64) -> Option<Self> {
        let decoder = match encoding {
            Encoding::Utf16 => return None,
            Encoding::Utf8 => None,
            Encoding::Cp949 => Some(EUC_KR),
            Encoding::Utf16Le => Some(UTF_16LE),
            Encoding::Utf16Be => Some(UTF_16BE),
        };
        let transcoder = decoder.map(|kind| Transcoder::new(kind, byte_offset));
        Some(Self { bytes: Decompressor::plain(input, byte_offset), head: Vec::new(), transcoder })
    }

    /// Reads text into `out` (at least [`LEAST_SPACE`] bytes); 0 at the end. Malformed sequences are added to
    /// `malformed`, their positions counted from `position`, that of `out` in its text.
    pub(crate) fn read(
        &mut self,
        out: &mut [u8],
        position: usize,
        malformed: &mut Vec<Malformed>,
    ) -> Result<usize, SourceError> {
        match &mut self.transcoder {
            None => read_raw(&mut self.head, &mut self.bytes, out),
            Some(transcoder) => {
                let mut refill = |buffer: &mut [u8]| read_raw(&mut self.head, &mut self.bytes, buffer);
                transcoder.read(&mut refill, out, position, malformed)
            }
        }
    }
}

fn read_raw<R: Read>(head: &mut Vec<u8>, bytes: &mut Decompressor<R>, out: &mut [u8]) -> Result<usize, SourceError> {
    if head.is_empty() {
        return bytes.read(out);
    }
    let count = head.len().min(out.len());
    out[..count].copy_from_slice(&head[..count]);
    head.drain(..count);
    Ok(count)
}

/// The format of a file that is no text whatever its name says, by its first bytes.
fn binary_format(head: &[u8]) -> Option<BinaryFormat> {
    const MAGIC: [(&[u8], BinaryFormat); 3] = [
        (b"\x1F\x8B\x08", BinaryFormat::Gzip),
        (b"\x28\xB5\x2F\xFD", BinaryFormat::Zstd),
        (b"PK\x03\x04", BinaryFormat::Zip),
    ];
    MAGIC.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, format)| *format)
}

/// Length of the byte-order mark to pass over. A mark of another encoding is an error where its bytes can be nothing
/// else.
fn check_mark(declared: Encoding, mark: Option<&'static [u8]>) -> Result<usize, SourceError> {
    let found = match mark {
        Some(MARK_UTF16LE) => "utf-16le",
        Some(MARK_UTF16BE) => "utf-16be",
        Some(mark) if declared == Encoding::Utf8 => return Ok(mark.len()),
        _ => return Ok(0),
    };
    let fits = match declared {
        Encoding::Utf16 => true,
        Encoding::Utf16Le => found == "utf-16le",
        Encoding::Utf16Be => found == "utf-16be",
        Encoding::Utf8 | Encoding::Cp949 => false,
    };
    if fits { Ok(MARK_UTF16LE.len()) } else { Err(SourceError::ByteOrderMark { declared, found }) }
}

struct Transcoder {
    decoder: Decoder,
    is_utf16: bool,
    /// Whether the decoder holds the first byte of a character.
    is_inside: bool,
    input: Vec<u8>,
    start: usize,
    end: usize,
    /// Bytes of the source that the decoder has taken.
    consumed: u64,
    is_last: bool,
    is_finished: bool,
}

impl Transcoder {
    /// `consumed`: bytes of the source before the first that it is given.
    fn new(kind: &'static EncodingKind, consumed: u64) -> Self {
        Self {
            decoder: kind.new_decoder_without_bom_handling(),
            is_utf16: kind != EUC_KR,
            is_inside: false,
            input: vec![0; INPUT_BYTES],
            start: 0,
            end: 0,
            consumed,
            is_last: false,
            is_finished: false,
        }
    }

    fn read(
        &mut self,
        refill: &mut impl FnMut(&mut [u8]) -> Result<usize, SourceError>,
        out: &mut [u8],
        position: usize,
        malformed: &mut Vec<Malformed>,
    ) -> Result<usize, SourceError> {
        let mut written = 0;
        // Space for a replacement is kept free.
        let limit = out.len().saturating_sub(REPLACEMENT.len());
        while !self.is_finished && limit.saturating_sub(written) >= LEAST_SPACE / 2 {
            if self.start == self.end && !self.is_last {
                self.start = 0;
                self.end = refill(&mut self.input)?;
                self.is_last = self.end == 0;
            }
            if !self.is_utf16 && !self.is_inside {
                let (taken, count) = cp949::transcode(&self.input[self.start..self.end], &mut out[written..limit]);
                self.take(taken);
                written += count;
                if limit - written < LEAST_SPACE / 2 {
                    break;
                }
            }
            // In CP949 only what is no whole, known character comes here; what follows is the table's again.
            let most = match (self.is_utf16, self.is_inside) {
                (true, _) => INPUT_BYTES,
                (false, true) => 1,
                (false, false) => 2,
            };
            let input = &self.input[self.start..self.end.min(self.start + most)];
            let (result, taken, count) =
                self.decoder.decode_to_utf8_without_replacement(input, &mut out[written..limit], self.is_last);
            self.take(taken);
            written += count;
            self.is_inside = taken > 0 && count == 0 && matches!(result, DecoderResult::InputEmpty);
            match result {
                DecoderResult::InputEmpty => self.is_finished = self.is_last,
                DecoderResult::OutputFull => break,
                // Half a code unit, which only the end can bring about: an error, and no text.
                DecoderResult::Malformed(1, _) if self.is_utf16 => {}
                DecoderResult::Malformed(length, after) => {
                    let byte_offset = self.consumed - u64::from(after) - u64::from(length);
                    malformed.push(Malformed { position: position + written, byte_offset, length: u64::from(length) });
                    out[written..written + REPLACEMENT.len()].copy_from_slice(REPLACEMENT);
                    written += REPLACEMENT.len();
                }
            }
        }
        if written == 0 && self.is_finished && self.is_utf16 && self.consumed % 2 == 1 {
            return Err(SourceError::TruncatedText { byte_offset: self.consumed - 1 });
        }
        Ok(written)
    }

    fn take(&mut self, bytes: usize) {
        self.start += bytes;
        self.consumed += bytes as u64;
    }
}
