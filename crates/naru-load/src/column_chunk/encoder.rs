//! Cuts a column's values into pages, and puts them together into a chunk.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, OffsetSizeTrait};
use arrow_schema::DataType;
use bytes::Bytes;
use parquet::basic::{Encoding, Type};
use parquet::column::page::{CompressedPage, Page};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::schema::types::ColumnDescPtr;

use super::boolean::BooleanEncoder;
use super::byte_array::ByteArrayEncoder;
use super::chunk::EncodedChunk;
use super::compressor::{MatchSearch, PageCompressor};
use super::fixed::FixedEncoder;
use super::habits::ColumnHabits;
use super::page_index::PageIndex;
use super::pages::{self, DataPage};
use super::validity::Validity;
use super::values::{PageValues, ValueEncoder};

/// Rows of a page, about.
const PAGE_ROWS: usize = 20_000;
/// Rows of a first page, which shows whether values repeat.
const FIRST_PAGE_ROWS: usize = 65_536;
/// Bytes of a page in plain encoding, about.
const PAGE_BYTES: usize = 1 << 20;
/// Rows that go into a page between two looks at its size.
const STEP_ROWS: usize = 4096;

/// Encodes one column of one row group.
pub(crate) struct ColumnEncoder<'a> {
    descriptor: ColumnDescPtr,
    values: Box<dyn ValueEncoder>,
    /// None: the column has no nulls.
    validity: Option<Validity>,
    habits: &'a ColumnHabits,
    page_rows: usize,
    /// Before its compression.
    page: Vec<u8>,
    pages: Vec<DataPage>,
    rows: usize,
    nulls: usize,
    index: PageIndex,
}

impl<'a> ColumnEncoder<'a> {
    /// An encoder for arrays of a type, which the descriptor says in Parquet's terms.
    pub(crate) fn new(descriptor: ColumnDescPtr, arrow_type: &DataType, habits: &'a ColumnHabits) -> Result<Self> {
        let with_dictionary = !habits.is_without_dictionary();
        let values: Box<dyn ValueEncoder> = match (arrow_type, descriptor.physical_type()) {
            (DataType::Boolean, Type::BOOLEAN) => Box::new(BooleanEncoder::new()),
            (DataType::Int32 | DataType::Date32 | DataType::Decimal128(..), Type::INT32) => {
                Box::new(FixedEncoder::<i32>::new(4, with_dictionary))
            }
            (DataType::Int64 | DataType::Timestamp(..) | DataType::Decimal128(..), Type::INT64) => {
                Box::new(FixedEncoder::<i64>::new(8, with_dictionary))
            }
            (DataType::Float32, Type::FLOAT) => Box::new(FixedEncoder::<f32>::new(4, with_dictionary)),
            (DataType::Float64, Type::DOUBLE) => Box::new(FixedEncoder::<f64>::new(8, with_dictionary)),
            (DataType::Decimal128(..), Type::FIXED_LEN_BYTE_ARRAY) => {
                let width = usize::try_from(descriptor.type_length()).unwrap_or_default().min(16);
                Box::new(FixedEncoder::<i128>::new(width, with_dictionary))
            }
            (DataType::Utf8 | DataType::LargeUtf8 | DataType::Binary | DataType::LargeBinary, Type::BYTE_ARRAY) => {
                Box::new(ByteArrayEncoder::new(with_dictionary))
            }
            (arrow, parquet) => return Err(ParquetError::NYI(format!("a column of {arrow} as {parquet}"))),
        };
        if descriptor.max_rep_level() > 0 || descriptor.max_def_level() > 1 {
            return Err(ParquetError::NYI(format!("the nested column {}", descriptor.path())));
        }
        Ok(Self {
            values,
            validity: (descriptor.max_def_level() > 0).then(Validity::new),
            habits,
            page_rows: 0,
            page: Vec::new(),
            pages: Vec::new(),
            rows: 0,
            nulls: 0,
            index: PageIndex::new(descriptor.physical_type()),
            descriptor,
        })
    }

    /// Takes an array of the column's type.
    pub(crate) fn write(&mut self, array: &ArrayRef, compressor: &mut PageCompressor) -> Result<()> {
        let mut row = 0;
        while row < array.len() {
            let rows = step(array, row);
            self.push(&array.slice(row, rows))?;
            row += rows;
            let is_undecided = self.values.is_undecided();
            let most = if is_undecided { FIRST_PAGE_ROWS } else { PAGE_ROWS };
            if self.page_rows >= most || self.values.plain_bytes() >= PAGE_BYTES {
                self.end_page(compressor)?;
            }
        }
        Ok(())
    }

    fn push(&mut self, array: &ArrayRef) -> Result<()> {
        self.page_rows += array.len();
        let validity = array.nulls().filter(|validity| validity.null_count() > 0);
        match (&mut self.validity, validity) {
            (Some(levels), validity) => levels.push(validity, array.len()),
            (None, None) => {}
            (None, Some(_)) => {
                return Err(ParquetError::General(format!("a null in the required column {}", self.descriptor.path())));
            }
        }
        match validity {
            None => self.values.push(array),
            Some(validity) => {
                for (start, end) in validity.valid_slices() {
                    self.values.push(&array.slice(start, end - start));
                }
            }
        }
        Ok(())
    }

    fn end_page(&mut self, compressor: &mut PageCompressor) -> Result<()> {
        self.page.clear();
        let mut nulls = 0;
        if let Some(validity) = &mut self.validity {
            nulls = validity.nulls;
            validity.take_levels(&mut self.page);
        }
        let PageValues { encoding, bounds } = self.values.take_page(&mut self.page);
        self.index.append(bounds, nulls, nulls == self.page_rows);
        // One page may be all that there is: then a trial is not worth its time.
        if self.habits.search().is_none() && !self.pages.is_empty() {
            self.habits.learn_search(compressor.choose(&self.page)?);
        }
        let bytes = compressor.compress(&self.page, self.habits.search().unwrap_or(MatchSearch::Full))?;
        self.pages.push(DataPage { bytes, uncompressed_size: self.page.len(), rows: self.page_rows, encoding });
        self.rows += self.page_rows;
        self.nulls += nulls;
        self.page_rows = 0;
        Ok(())
    }

    /// Bytes of memory held.
    pub(crate) fn memory_size(&self) -> usize {
        let pages: usize = self.pages.iter().map(|page| page.bytes.len()).sum();
        let validity = self.validity.as_ref().map_or(0, Validity::memory_size);
        pages + self.page.capacity() + validity + self.values.memory_size()
    }

    pub(crate) fn finish(mut self, compressor: &mut PageCompressor) -> Result<EncodedChunk> {
        if self.page_rows > 0 {
            self.end_page(compressor)?;
        }
        let is_in_dictionary = |page: &&DataPage| page.encoding == Encoding::RLE_DICTIONARY;
        let in_dictionary = self.pages.iter().filter(is_in_dictionary).count();
        if in_dictionary * 2 < self.pages.len() {
            self.habits.learn_no_dictionary();
        }
        let dictionary = if in_dictionary > 0 { self.dictionary_page(compressor)? } else { None };
        let written = pages::write(dictionary, self.pages)?;
        let encodings: Vec<Encoding> =
            written.encodings.iter().map(|stats| stats.encoding).chain([Encoding::RLE]).collect();
        let metadata = ColumnChunkMetaData::builder(self.descriptor)
            .set_compression(compressor.codec())
            .set_encodings(encodings)
            .set_page_encoding_stats(written.encodings)
            .set_total_compressed_size(written.bytes.len() as i64)
            .set_total_uncompressed_size(written.uncompressed_size as i64)
            .set_num_values(self.rows as i64)
            .set_dictionary_page_offset(written.dictionary_offset)
            .set_data_page_offset(written.data_offset)
            .set_statistics(self.values.statistics(self.nulls as u64))
            .set_unencoded_byte_array_data_bytes(self.values.text_bytes())
            .build()?;
        let close = ColumnCloseResult {
            bytes_written: written.bytes.len() as u64,
            rows_written: self.rows as u64,
            metadata,
            bloom_filter: None,
            column_index: self.index.finish()?,
            offset_index: Some(written.offsets.build()),
        };
        Ok(EncodedChunk { bytes: Bytes::from(written.bytes), close })
    }

    fn dictionary_page(&self, compressor: &mut PageCompressor) -> Result<Option<CompressedPage>> {
        let Some((plain, values)) = self.values.dictionary() else { return Ok(None) };
        let page = Page::DictionaryPage {
            buf: compressor.compress(&plain, MatchSearch::Full)?,
            num_values: values as u32,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        };
        Ok(Some(CompressedPage::new(page, plain.len())))
    }
}

/// Rows from `row` on that go into a page before its size is looked at: fewer where values are long.
fn step(array: &ArrayRef, row: usize) -> usize {
    let rows = STEP_ROWS.min(array.len() - row);
    match array.data_type() {
        DataType::Utf8 => fitting(array.as_string::<i32>().value_offsets(), row, rows),
        DataType::LargeUtf8 => fitting(array.as_string::<i64>().value_offsets(), row, rows),
        DataType::Binary => fitting(array.as_binary::<i32>().value_offsets(), row, rows),
        DataType::LargeBinary => fitting(array.as_binary::<i64>().value_offsets(), row, rows),
        _ => rows,
    }
}

/// How many of `rows` values are no larger than a page together; one at least.
fn fitting<O: OffsetSizeTrait>(offsets: &[O], row: usize, rows: usize) -> usize {
    let start = offsets[row].as_usize();
    offsets[row + 1..=row + rows].partition_point(|end| end.as_usize() - start <= PAGE_BYTES).max(1)
}
