//! Decompression of a source, and what its failures mean.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use naru_core::plan::SourceCompression;

use crate::SourceError;

const INPUT_BYTES: usize = 256 * 1024;

/// The source's bytes after decompression.
pub(crate) enum Decompressor<R: Read> {
    Plain(Counted<R>),
    /// Gzip, one or several members.
    Gzip(Box<MultiGzDecoder<BufReader<Counted<R>>>>),
    /// Zstandard, one or several frames.
    Zstd(Box<zstd::stream::read::Decoder<'static, BufReader<Counted<R>>>>),
}

impl<R: Read> Decompressor<R> {
    /// Starts reading. An input without a single byte is an empty text, whatever its compression.
    pub(crate) fn new(input: R, compression: SourceCompression) -> Result<Self, SourceError> {
        let mut counted = Counted { input, bytes: 0, failed: false };
        if compression == SourceCompression::None {
            return Ok(Self::Plain(counted));
        }
        let mut buffered = BufReader::with_capacity(INPUT_BYTES, counted);
        match buffered.fill_buf() {
            Ok([]) => {
                counted = buffered.into_inner();
                return Ok(Self::Plain(counted));
            }
            Ok(_) => {}
            Err(source) => return Err(SourceError::Io { byte_offset: 0, source }),
        }
        if compression == SourceCompression::Gzip {
            return Ok(Self::Gzip(Box::new(MultiGzDecoder::new(buffered))));
        }
        let decoder = zstd::stream::read::Decoder::with_buffer(buffered);
        decoder
            .map(|decoder| Self::Zstd(Box::new(decoder)))
            .map_err(|source| SourceError::Io { byte_offset: 0, source })
    }

    /// Bytes as they are, whose first stands at this offset.
    pub(crate) fn plain(input: R, byte_offset: u64) -> Self {
        Self::Plain(Counted { input, bytes: byte_offset, failed: false })
    }

    /// Reads some bytes; 0 at the end.
    pub(crate) fn read(&mut self, out: &mut [u8]) -> Result<usize, SourceError> {
        loop {
            let result = match self {
                Self::Plain(input) => input.read(out),
                Self::Gzip(decoder) => decoder.read(out),
                Self::Zstd(decoder) => decoder.read(out),
            };
            match result {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.explain(error)),
                Ok(count) => return Ok(count),
            }
        }
    }

    fn explain(&self, error: io::Error) -> SourceError {
        let (compression, input, buffered) = match self {
            Self::Plain(input) => (SourceCompression::None, input, 0),
            Self::Gzip(decoder) => {
                let buffer = decoder.get_ref();
                (SourceCompression::Gzip, buffer.get_ref(), buffer.buffer().len())
            }
            Self::Zstd(decoder) => {
                let buffer = decoder.get_ref();
                (SourceCompression::Zstd, buffer.get_ref(), buffer.buffer().len())
            }
        };
        let byte_offset = input.bytes - buffered as u64;
        if input.failed || compression == SourceCompression::None {
            return SourceError::Io { byte_offset: input.bytes, source: error };
        }
        if error.kind() == io::ErrorKind::UnexpectedEof {
            return SourceError::Truncated { compression, byte_offset };
        }
        SourceError::Broken { compression, byte_offset, detail: error.to_string() }
    }
}

/// Counts what is read, and remembers whether the input itself failed.
pub(crate) struct Counted<R> {
    input: R,
    bytes: u64,
    failed: bool,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let result = self.input.read(out);
        match &result {
            Ok(count) => self.bytes += *count as u64,
            Err(error) => self.failed |= error.kind() != io::ErrorKind::Interrupted,
        }
        result
    }
}
