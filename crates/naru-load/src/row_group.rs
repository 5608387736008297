//! Encodes row groups in memory, away from the file that they end in, so that workers encode side by side.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use naru_lake::NanCounts;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::errors::Result;
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
pub(crate) struct RowGroupEncoderFactory {
    schema: SchemaRef,
    writers: ArrowRowGroupWriterFactory,
}

impl RowGroupEncoderFactory {
    pub(crate) fn new(schema: SchemaRef, properties: WriterPropertiesPtr) -> Result<Self> {
        // The factory wants a file writer only for its schema and properties; this one writes nowhere.
        let descriptor = ArrowSchemaConverter::new().convert(&schema)?;
        let nowhere = SerializedFileWriter::new(std::io::sink(), descriptor.root_schema_ptr(), properties)?;
        let writers = ArrowRowGroupWriterFactory::new(&nowhere, Arc::clone(&schema));
        Ok(Self { schema, writers })
    }

    pub(crate) fn encoder(&self) -> Result<RowGroupEncoder> {
        Ok(RowGroupEncoder {
            schema: Arc::clone(&self.schema),
            columns: self.writers.create_column_writers(0)?,
            rows: 0,
            nan_counts: NanCounts::default(),
        })
    }
}

/// Encodes one row group.
pub(crate) struct RowGroupEncoder {
    schema: SchemaRef,
    columns: Vec<ArrowColumnWriter>,
    rows: usize,
    nan_counts: NanCounts,
}

impl RowGroupEncoder {
    /// Encodes a batch of the factory's schema; all columns are flat.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        for (index, (field, array)) in self.schema.fields().iter().zip(batch.columns()).enumerate() {
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
        let chunks = self.columns.into_iter().map(ArrowColumnWriter::close).collect::<Result<_>>()?;
        Ok(EncodedRowGroup { chunks, nan_counts: self.nan_counts })
    }
}
