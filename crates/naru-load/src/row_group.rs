//! Encodes row groups in memory, away from the file that they end in, so that workers encode side by side.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use naru_lake::NanCounts;
use parquet::arrow::ArrowSchemaConverter;
use parquet::basic::Compression;
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::{ColumnPath, SchemaDescriptor};

use crate::column_chunk::{ColumnEncoder, ColumnHabits, EncodedChunk, PageCompressor};

/// Most rows of a row group, as other Iceberg writers have it.
pub(crate) const MAX_ROWS: usize = 1_048_576;

/// A row group, encoded and compressed, not yet in a file.
pub(crate) struct EncodedRowGroup {
    /// A chunk a column, in the schema's order.
    pub(crate) chunks: Vec<EncodedChunk>,
    /// Counts of NaN.
    pub(crate) nan_counts: NanCounts,
}

/// Makes encoders for one schema and one codec. What one row group has shown of a column is heeded in others.
pub(crate) struct RowGroupEncoderFactory {
    schema: SchemaRef,
    descriptor: SchemaDescriptor,
    codec: Compression,
    habits: Vec<ColumnHabits>,
}

impl RowGroupEncoderFactory {
    /// The codec is that of `properties`.
    pub(crate) fn new(schema: SchemaRef, properties: &WriterProperties) -> Result<Self> {
        let descriptor = ArrowSchemaConverter::new().convert(&schema)?;
        let codec = properties.compression(&ColumnPath::new(Vec::new()));
        let habits = schema.fields().iter().map(|_| ColumnHabits::default()).collect();
        Ok(Self { schema, descriptor, codec, habits })
    }

    pub(crate) fn encoder(&self) -> Result<RowGroupEncoder<'_>> {
        let fields = self.schema.fields().iter().zip(self.descriptor.columns()).zip(&self.habits);
        let columns = fields
            .map(|((field, descriptor), habits)| ColumnEncoder::new(descriptor.clone(), field.data_type(), habits));
        Ok(RowGroupEncoder {
            columns: columns.collect::<Result<_>>()?,
            compressor: PageCompressor::new(self.codec)?,
            rows: 0,
            nan_counts: NanCounts::default(),
        })
    }
}

/// Encodes one row group.
pub(crate) struct RowGroupEncoder<'a> {
    columns: Vec<ColumnEncoder<'a>>,
    compressor: PageCompressor,
    rows: usize,
    nan_counts: NanCounts,
}

impl RowGroupEncoder<'_> {
    /// Encodes a batch of the factory's schema.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        for (column, array) in self.columns.iter_mut().zip(batch.columns()) {
            column.write(array, &mut self.compressor)?;
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
        self.columns.iter().map(ColumnEncoder::memory_size).sum()
    }

    pub(crate) fn finish(mut self) -> Result<EncodedRowGroup> {
        let compressor = &mut self.compressor;
        let chunks = self.columns.into_iter().map(|column| column.finish(compressor)).collect::<Result<_>>()?;
        Ok(EncodedRowGroup { chunks, nan_counts: self.nan_counts })
    }
}
