//! Compresses pages: zstd, with as much search for matches as a column's bytes reward.

use bytes::Bytes;
use parquet::basic::Compression;
use parquet::errors::{ParquetError, Result};
use zstd::bulk::Compressor;
use zstd::zstd_safe::{CParameter, ParamSwitch, compress_bound};

/// A page from which on it is worth finding out how to search, in bytes.
const LEAST_TRIAL_BYTES: usize = 64 << 10;
/// Of a page's plain bytes, the part that a search for matches must save over coding bytes by their frequency alone, which is
/// three to four times as fast: random digits and amounts do not reward it, texts and sequences do.
const LEAST_SAVED_PART: usize = 10;

/// How zstd looks for matches at its level 1. Every choice is plain zstd to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MatchSearch {
    /// As the level says.
    Full,
    /// Longer ones, at fewer places.
    Sparse,
    /// Not at all: bytes are coded by their frequency.
    None,
}

/// Compresses pages, one after the other.
pub(crate) struct PageCompressor {
    /// None: pages stay as they are.
    zstd: Option<Zstd>,
    codec: Compression,
}

struct Zstd {
    compressor: Compressor<'static>,
    level: i32,
    search: MatchSearch,
    output: Vec<u8>,
}

impl PageCompressor {
    /// A compressor of a codec: zstd or none.
    pub(crate) fn new(codec: Compression) -> Result<Self> {
        let zstd = match codec {
            Compression::UNCOMPRESSED => None,
            Compression::ZSTD(level) => Some(Zstd::new(level.compression_level())?),
            other => return Err(ParquetError::NYI(format!("data files compressed by {other}"))),
        };
        Ok(Self { zstd, codec })
    }

    pub(super) fn codec(&self) -> Compression {
        self.codec
    }

    /// What a page comes to.
    pub(super) fn compress(&mut self, page: &[u8], search: MatchSearch) -> Result<Bytes> {
        match &mut self.zstd {
            None => Ok(Bytes::copy_from_slice(page)),
            Some(zstd) => Ok(Bytes::copy_from_slice(zstd.compress(page, search)?)),
        }
    }

    /// How to search in pages like this one; none: it is too small to tell, or there is no choice.
    pub(super) fn choose(&mut self, page: &[u8]) -> Result<Option<MatchSearch>> {
        let Some(zstd) = self.zstd.as_mut().filter(|zstd| zstd.level == 1 && page.len() >= LEAST_TRIAL_BYTES) else {
            return Ok(None);
        };
        let full = zstd.compress(page, MatchSearch::Full)?.len();
        if zstd.compress(page, MatchSearch::None)?.len() <= full + page.len() / LEAST_SAVED_PART {
            return Ok(Some(MatchSearch::None));
        }
        let is_sparse_enough = zstd.compress(page, MatchSearch::Sparse)?.len() <= full + full / 50;
        Ok(Some(if is_sparse_enough { MatchSearch::Sparse } else { MatchSearch::Full }))
    }
}

impl Zstd {
    fn new(level: i32) -> Result<Self> {
        let compressor = Compressor::new(level).map_err(failed)?;
        Ok(Self { compressor, level, search: MatchSearch::Full, output: Vec::new() })
    }

    fn compress(&mut self, page: &[u8], search: MatchSearch) -> Result<&[u8]> {
        if search != self.search {
            for parameter in parameters(search) {
                self.compressor.set_parameter(parameter).map_err(failed)?;
            }
            self.search = search;
        }
        self.output.clear();
        self.output.reserve(compress_bound(page.len()));
        self.compressor.compress_to_buffer(page, &mut self.output).map_err(failed)?;
        Ok(&self.output)
    }
}

/// What a search sets; 0: as the level says. Found by trial on the benchmark's columns (docs/benchmark.md).
fn parameters(search: MatchSearch) -> [CParameter; 4] {
    let (literals, step, shortest, table) = match search {
        MatchSearch::Full => (ParamSwitch::Auto, 0, 0, 0),
        MatchSearch::Sparse => (ParamSwitch::Enable, 4, 7, 13),
        MatchSearch::None => (ParamSwitch::Enable, 1 << 16, 7, 6),
    };
    [
        CParameter::LiteralCompressionMode(literals),
        CParameter::TargetLength(step),
        CParameter::MinMatch(shortest),
        CParameter::HashLog(table),
    ]
}

fn failed(error: std::io::Error) -> ParquetError {
    ParquetError::External(Box::new(error))
}
