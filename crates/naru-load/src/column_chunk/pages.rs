//! The pages of a chunk, from the first to the dictionary, which comes before them.

use bytes::Bytes;
use parquet::basic::{Encoding, PageType};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::errors::Result;
use parquet::file::metadata::{OffsetIndexBuilder, PageEncodingStats};
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};

/// A header's bytes, about.
const HEADER_BYTES: usize = 64;

/// A data page, compressed.
pub(super) struct DataPage {
    pub(super) bytes: Bytes,
    pub(super) uncompressed_size: usize,
    /// Nulls included.
    pub(super) rows: usize,
    pub(super) encoding: Encoding,
}

/// Pages as they stand in a file, one after the other.
pub(super) struct WrittenPages {
    pub(super) bytes: Vec<u8>,
    pub(super) uncompressed_size: usize,
    /// Positions in `bytes`.
    pub(super) dictionary_offset: Option<i64>,
    pub(super) data_offset: i64,
    pub(super) offsets: OffsetIndexBuilder,
    pub(super) encodings: Vec<PageEncodingStats>,
}

/// Writes a chunk's pages with their headers: the dictionary, if pages refer to one, first.
pub(super) fn write(dictionary: Option<CompressedPage>, pages: Vec<DataPage>) -> Result<WrittenPages> {
    let size: usize = pages.iter().map(|page| page.bytes.len() + HEADER_BYTES).sum();
    let size = size + dictionary.as_ref().map_or(0, |page| page.compressed_size() + HEADER_BYTES);
    let mut out = TrackedWrite::new(Vec::with_capacity(size));
    let mut written = WrittenPages {
        bytes: Vec::new(),
        uncompressed_size: 0,
        dictionary_offset: None,
        data_offset: 0,
        offsets: OffsetIndexBuilder::new(),
        encodings: Vec::new(),
    };
    if let Some(page) = dictionary {
        written.count(PageType::DICTIONARY_PAGE, page.encoding());
        let spec = SerializedPageWriter::new(&mut out).write_page(page)?;
        written.uncompressed_size += spec.uncompressed_size;
        written.dictionary_offset = Some(0);
    }
    written.data_offset = out.bytes_written() as i64;
    for DataPage { bytes, uncompressed_size, rows, encoding } in pages {
        written.count(PageType::DATA_PAGE, encoding);
        let page = Page::DataPage {
            buf: bytes,
            num_values: rows as u32,
            encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        let spec = SerializedPageWriter::new(&mut out).write_page(CompressedPage::new(page, uncompressed_size))?;
        written.uncompressed_size += spec.uncompressed_size;
        written.offsets.append_offset_and_size(spec.offset as i64, spec.compressed_size as i32);
        written.offsets.append_row_count(rows as i64);
    }
    written.bytes = out.into_inner()?;
    Ok(written)
}

impl WrittenPages {
    fn count(&mut self, page_type: PageType, encoding: Encoding) {
        match self.encodings.last_mut().filter(|last| last.page_type == page_type && last.encoding == encoding) {
            Some(last) => last.count += 1,
            None => self.encodings.push(PageEncodingStats { page_type, encoding, count: 1 }),
        }
    }
}
