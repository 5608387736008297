//! Stretches of a source that can be read apart from each other.
//!
//! A newline inside quotes ends no record, and only what stands before it tells whether it is inside. So the source is
//! read once from its beginning, in bounded memory, and cut where a record is known to end; its lines and rows are counted
//! on the way.

use std::io::Read;
use std::ops::Deref;

use naru_core::dialect::Encoding;
use naru_core::plan::SourceCompression;

use super::{BlockReader, DEFAULT_BLOCK_BYTES};
use crate::{Kernel, SourceError};

/// Where a record starts that is not the source's first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RangeStart {
    /// Offset in the source's bytes, before transcoding.
    pub byte_offset: u64,
    /// Physical line, from 1.
    pub line: u64,
    /// Data record, from 1.
    pub row: u64,
    /// For each field of a record the position of its column among the plan's, as the source's header says.
    pub field_columns: Vec<u32>,
}

/// A stretch of whole records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRange {
    /// None: the source's beginning, with its byte-order mark and header.
    pub start: Option<RangeStart>,
    /// Offset of the first byte after it; none: the source's end, with its trailer record.
    pub end: Option<u64>,
}

impl SourceRange {
    /// All of a source.
    pub const WHOLE: Self = Self { start: None, end: None };
}

/// Cuts a source into ranges of about `range_bytes`: each ends with the first block of records that reaches that size. One
/// range, without reading, where none can begin inside: in compressed data, and where a byte-order mark says the order of
/// bytes.
///
/// # Errors
/// Any [`SourceError`]; values are not looked at.
pub fn find_ranges<K, R>(
    kernel: K,
    input: R,
    compression: SourceCompression,
    range_bytes: u64,
) -> Result<Vec<SourceRange>, SourceError>
where
    K: Deref<Target = Kernel> + Clone,
    R: Read,
{
    let encoding = kernel.dialect().encoding;
    if compression != SourceCompression::None || encoding == Encoding::Utf16 {
        return Ok(vec![SourceRange::WHOLE]);
    }
    let block_bytes = usize::try_from(range_bytes).unwrap_or(usize::MAX).min(DEFAULT_BLOCK_BYTES);
    let mut reader = BlockReader::new(kernel, input, compression, block_bytes)?;
    let (mut ranges, mut start, mut began) = (Vec::new(), None, 0);
    let mut recycled = None;
    while let Some(block) = reader.next_block(recycled.take())? {
        if block.byte_offset() - began >= range_bytes {
            began = block.byte_offset();
            ranges.push(SourceRange { start: start.replace(block.start()), end: Some(began) });
        }
        recycled = Some(block.into_buffer());
    }
    ranges.push(SourceRange { start, end: None });
    Ok(ranges)
}
