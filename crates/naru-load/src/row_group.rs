//! Encodes row groups in memory, away from the file that they end in, so that workers encode side by side.

use std::sync::{Mutex, PoisonError};

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

/// Makes encoders for one schema and one codec. What a row group has shown of a column is heeded in later ones.
pub(crate) struct RowGroupEncoderFactory {
    schema: SchemaRef,
    descriptor: SchemaDescriptor,
    codec: Compression,
    habits: Mutex<Vec<ColumnHabits>>,
}

impl RowGroupEncoderFactory {
    /// The codec is that of `properties`.
    pub(crate) fn new(schema: SchemaRef, properties: &WriterProperties) -> Result<Self> {
        let descriptor = ArrowSchemaConverter::new().convert(&schema)?;
        let codec = properties.compression(&ColumnPath::new(Vec::new()));
        let habits = Mutex::new(vec![ColumnHabits::default(); schema.fields().len()]);
        Ok(Self { schema, descriptor, codec, habits })
    }

    pub(crate) fn encoder(&self) -> Result<RowGroupEncoder<'_>> {
        let habits = self.habits.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let fields = self.schema.fields().iter().zip(self.descriptor.columns()).zip(habits);
        let columns = fields
            .map(|((field, descriptor), habits)| ColumnEncoder::new(descriptor.clone(), field.data_type(), habits));
        Ok(RowGroupEncoder {
            made_by: self,
            columns: columns.collect::<Result<_>>()?,
            compressor: PageCompressor::new(self.codec)?,
            rows: 0,
            nan_counts: NanCounts::default(),
        })
    }
}

/// Encodes one row group.
pub(crate) struct RowGroupEncoder<'a> {
    made_by: &'a RowGroupEncoderFactory,
    columns: Vec<ColumnEncoder>,
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
        let mut chunks = Vec::with_capacity(self.columns.len());
        let mut learned = Vec::with_capacity(self.columns.len());
        for column in self.columns {
            let (chunk, habits) = column.finish(&mut self.compressor)?;
            chunks.push(chunk);
            learned.push(habits);
        }
        let mut known = self.made_by.habits.lock().unwrap_or_else(PoisonError::into_inner);
        for (known, learned) in known.iter_mut().zip(learned) {
            known.is_without_dictionary |= learned.is_without_dictionary;
            known.search = known.search.or(learned.search);
        }
        Ok(EncodedRowGroup { chunks, nan_counts: self.nan_counts })
    }
}
