//! Encodes row groups in memory, away from the file that they end in, so that workers encode side by side.

use std::sync::{Arc, PoisonError, RwLock};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use naru_lake::NanCounts;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Encoding, PageType, Type};
use parquet::errors::Result;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::properties::WriterPropertiesPtr;
use parquet::file::writer::SerializedFileWriter;

/// Most rows of a row group, as other Iceberg writers have it.
pub(crate) const MAX_ROWS: usize = 1_048_576;

/// A row group, encoded and compressed, not yet in a file.
pub(crate) struct EncodedRowGroup {
    /// A chunk a column, in the schema's order.
    pub(crate) chunks: Vec<ArrowColumnChunk>,
    /// Counts of NaN.
    pub(crate) nan_counts: NanCounts,
}

/// Makes encoders for one schema and one set of properties.
///
/// A column whose dictionary did not pay in one row group gets none in later ones: it would be filled in vain.
pub(crate) struct RowGroupEncoderFactory {
    schema: SchemaRef,
    writers: RwLock<Writers>,
}

struct Writers {
    properties: WriterPropertiesPtr,
    factory: Arc<ArrowRowGroupWriterFactory>,
}

impl Writers {
    fn new(schema: &SchemaRef, properties: WriterPropertiesPtr) -> Result<Self> {
        // The factory wants a file writer only for its schema and properties; this one writes nowhere.
        let descriptor = ArrowSchemaConverter::new().convert(schema)?;
        let nowhere =
            SerializedFileWriter::new(std::io::sink(), descriptor.root_schema_ptr(), Arc::clone(&properties))?;
        let factory = Arc::new(ArrowRowGroupWriterFactory::new(&nowhere, Arc::clone(schema)));
        Ok(Self { properties, factory })
    }
}

impl RowGroupEncoderFactory {
    pub(crate) fn new(schema: SchemaRef, properties: WriterPropertiesPtr) -> Result<Self> {
        let writers = RwLock::new(Writers::new(&schema, properties)?);
        Ok(Self { schema, writers })
    }

    pub(crate) fn encoder(&self) -> Result<RowGroupEncoder<'_>> {
        let factory = Arc::clone(&self.writers.read().unwrap_or_else(PoisonError::into_inner).factory);
        Ok(RowGroupEncoder {
            made_by: self,
            columns: factory.create_column_writers(0)?,
            rows: 0,
            nan_counts: NanCounts::default(),
        })
    }

    /// Learns from a row group which columns have too many different values for a dictionary.
    fn learn(&self, chunks: &[ArrowColumnChunk]) -> Result<()> {
        let columns =
            || chunks.iter().map(|chunk| &chunk.close().metadata).filter(|column| is_paid_for_in_vain(column));
        let mut writers = self.writers.write().unwrap_or_else(PoisonError::into_inner);
        let is_new = |column: &ColumnChunkMetaData| writers.properties.dictionary_enabled(column.column_path());
        if !columns().any(is_new) {
            return Ok(());
        }
        let builder = writers.properties.as_ref().clone().into_builder();
        let properties = columns().fold(builder, |builder, column| {
            builder.set_column_dictionary_enabled(column.column_path().clone(), false)
        });
        *writers = Writers::new(&self.schema, Arc::new(properties.build()))?;
        Ok(())
    }
}

/// Whether a column's dictionary grew too large so early that more pages are plain than use it, or takes, with what refers
/// to it, as much as plain values would.
fn is_paid_for_in_vain(column: &ColumnChunkMetaData) -> bool {
    let pages = |wanted: Encoding| -> i32 {
        let stats = column.page_encoding_stats().into_iter().flatten();
        let wanted = stats.filter(|stats| stats.page_type == PageType::DATA_PAGE && stats.encoding == wanted);
        wanted.map(|stats| stats.count).sum()
    };
    let (plain, in_dictionary) = (pages(Encoding::PLAIN), pages(Encoding::RLE_DICTIONARY));
    in_dictionary > 0 && (plain > in_dictionary || column.uncompressed_size() >= plain_size(column))
}

/// Bytes of a column's values without a dictionary, if none were null.
fn plain_size(column: &ColumnChunkMetaData) -> i64 {
    let values = column.num_values();
    match column.column_type() {
        Type::BOOLEAN => values / 8,
        Type::INT32 | Type::FLOAT => 4 * values,
        Type::INT64 | Type::DOUBLE => 8 * values,
        Type::INT96 => 12 * values,
        Type::FIXED_LEN_BYTE_ARRAY => i64::from(column.column_descr().type_length()) * values,
        // Each with its length.
        Type::BYTE_ARRAY => 4 * values + column.unencoded_byte_array_data_bytes().unwrap_or(i64::MAX / 2),
    }
}

/// Encodes one row group.
pub(crate) struct RowGroupEncoder<'a> {
    made_by: &'a RowGroupEncoderFactory,
    columns: Vec<ArrowColumnWriter>,
    rows: usize,
    nan_counts: NanCounts,
}

impl RowGroupEncoder<'_> {
    /// Encodes a batch of the factory's schema; all columns are flat.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        for (index, (field, array)) in self.made_by.schema.fields().iter().zip(batch.columns()).enumerate() {
            for leaf in compute_leaves(field, array)? {
                self.columns[index].write(&leaf)?;
            }
        }
        self.nan_counts.add(batch);
        self.rows += batch.num_rows();
        Ok(())
    }

    /// Rows so far.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes of memory held.
    pub(crate) fn memory_size(&self) -> usize {
        self.columns.iter().map(ArrowColumnWriter::memory_size).sum()
    }

    pub(crate) fn finish(self) -> Result<EncodedRowGroup> {
        let chunks: Vec<_> = self.columns.into_iter().map(ArrowColumnWriter::close).collect::<Result<_>>()?;
        self.made_by.learn(&chunks)?;
        Ok(EncodedRowGroup { chunks, nan_counts: self.nan_counts })
    }
}
