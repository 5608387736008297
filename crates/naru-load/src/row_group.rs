//! Encodes row groups in memory, away from the file that they end in, so that workers encode side by side.

use std::sync::{Arc, PoisonError, RwLock};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use naru_lake::NanCounts;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Encoding, PageType};
use parquet::errors::Result;
use parquet::file::metadata::{ColumnChunkMetaData, PageEncodingStats};
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
/// A dictionary that grows too large is given up for plain values in the middle of a row group. A column of so many
/// different values gets none in later row groups: it would be filled in vain.
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
        let columns = || chunks.iter().map(|chunk| &chunk.close().metadata).filter(|column| gave_up_early(column));
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

/// Whether more pages of a column are plain than in a dictionary that was begun.
fn gave_up_early(column: &ColumnChunkMetaData) -> bool {
    let pages = |wanted: fn(&PageEncodingStats) -> bool| -> i32 {
        let stats = column.page_encoding_stats().into_iter().flatten();
        stats.filter(|stats| stats.page_type == PageType::DATA_PAGE && wanted(stats)).map(|stats| stats.count).sum()
    };
    let plain = pages(|stats| stats.encoding == Encoding::PLAIN);
    let in_dictionary = pages(|stats| stats.encoding == Encoding::RLE_DICTIONARY);
    in_dictionary > 0 && plain > in_dictionary
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
