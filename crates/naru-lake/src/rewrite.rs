//! Rewriting a data file without the rows of one interval.
//!
//! naru's own files hold one interval each. Files that hold several come from compaction by other engines.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use arrow_array::{BooleanArray, RecordBatch};
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt, TryStreamExt};
use iceberg::arrow::ArrowFileReader;
use iceberg::io::FileWrite;
use iceberg::spec::{DataFile as Entry, DataFileFormat, Struct};
use parquet::arrow::async_reader::{ParquetRecordBatchStream, ParquetRecordBatchStreamBuilder};
use parquet::arrow::async_writer::AsyncFileWriter;
use parquet::arrow::{AsyncArrowWriter, ProjectionMask};
use parquet::errors::ParquetError;
use uuid::Uuid;

use crate::data_file::{DataFile, WrittenFile, describe};
use crate::error::{LakeError, LakeErrorKind};
use crate::evolve::partition_values::promoted;
use crate::nan_counts::NanCounts;
use crate::table::LakeTable;
use crate::writer::data_location;

/// Rows that are read at a time.
const BATCH_ROWS: usize = 8192;

/// What is left of a file without an interval's rows.
#[derive(Debug)]
pub(crate) enum Rewritten {
    /// There were none; the file stays.
    Untouched,
    /// Nothing is left.
    Emptied,
    /// The other rows, in a new file.
    Replaced(Box<DataFile>),
}

impl Rewritten {
    /// Files that were written.
    pub(crate) fn locations(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::Replaced(file) => Some(file.location()),
            Self::Untouched | Self::Emptied => None,
        }
        .into_iter()
    }
}

/// Reads a file, and writes its other rows into a new one if it holds rows of the interval, with the same columns, field
/// ids, partition and order.
pub(crate) async fn without_interval(
    table: &LakeTable,
    file: &Entry,
    spec_id: i32,
    load_interval_id: i32,
    interval: i64,
) -> Result<Rewritten, LakeError> {
    if file.file_format() != DataFileFormat::Parquet {
        return Err(LakeError::new(
            LakeErrorKind::Unsupported,
            "a data file that holds several intervals is not Parquet",
        )
        .with("file", file.file_path()));
    }
    let source = Source { table, location: file.file_path(), load_interval_id };
    let (mut all, mut of_interval) = (0, 0);
    let mut intervals = source.open(true).await?;
    while let Some(batch) = intervals.try_next().await.map_err(|e| source.failed(e))? {
        all += batch.num_rows();
        of_interval += batch.num_rows() - source.others(&batch, interval)?.true_count();
    }
    if of_interval == 0 {
        return Ok(Rewritten::Untouched);
    }
    if of_interval == all {
        return Ok(Rewritten::Emptied);
    }
    let name = format!("{}.parquet", Uuid::new_v4());
    let partition = partition_of(table, file, spec_id)?;
    let location = data_location(table, spec_id, &partition, &name)?;
    let copied = copy_others(&source, &location, (file, partition), spec_id, interval).await;
    if copied.is_err() {
        // Nothing names it yet; what cannot be deleted is found by maintenance.
        drop(table.file_io().delete(&location).await);
    }
    Ok(Rewritten::Replaced(Box::new(copied?)))
}

/// The file's partition in the types that its spec's columns have now.
fn partition_of(table: &LakeTable, file: &Entry, spec_id: i32) -> Result<Struct, LakeError> {
    match table.metadata().partition_spec_by_id(spec_id) {
        Some(spec) => promoted(table.metadata(), spec, file.partition()),
        None => Ok(file.partition().clone()),
    }
}

async fn copy_others(
    source: &Source<'_>,
    location: &str,
    (file, partition): (&Entry, Struct),
    spec_id: i32,
    interval: i64,
) -> Result<DataFile, LakeError> {
    let table = source.table;
    let failed = |e: ParquetError| {
        LakeError::new(LakeErrorKind::Storage, "cannot write a data file").with("file", location).because(e)
    };
    let mut batches = source.open(false).await?;
    let output =
        table.file_io().new_output(location).map_err(|e| LakeError::storage("write a data file", location, e))?;
    let output = Output(output.writer().await.map_err(|e| LakeError::storage("write a data file", location, e))?);
    let properties = table.writer_properties()?;
    let mut writer = AsyncArrowWriter::try_new(output, batches.schema().clone(), Some(properties)).map_err(failed)?;
    let mut nan_counts = NanCounts::default();
    while let Some(batch) = batches.try_next().await.map_err(|e| source.failed(e))? {
        let others = source.others(&batch, interval)?;
        let kept = arrow_select::filter::filter_record_batch(&batch, &others).map_err(|e| failed(e.into()))?;
        nan_counts.add(&kept);
        writer.write(&kept).await.map_err(failed)?;
    }
    let parquet = writer.finish().await.map_err(failed)?;
    let written = WrittenFile {
        location: location.to_string(),
        size_bytes: writer.bytes_written() as u64,
        partition,
        parquet: &parquet,
        nan_counts: nan_counts.counts(),
        sorted: false,
    };
    describe(table, &written, spec_id, file.sort_order_id())
}

struct Source<'a> {
    table: &'a LakeTable,
    location: &'a str,
    load_interval_id: i32,
}

impl Source<'_> {
    /// The file's batches: all columns, or `load_interval` alone.
    async fn open(&self, intervals_only: bool) -> Result<ParquetRecordBatchStream<ArrowFileReader>, LakeError> {
        let failed = |e| LakeError::storage("read a data file", self.location, e);
        let input = self.table.file_io().new_input(self.location).map_err(failed)?;
        let size = input.metadata().await.map_err(failed)?;
        let reader = ArrowFileReader::new(size, input.reader().await.map_err(failed)?);
        let builder = ParquetRecordBatchStreamBuilder::new(reader).await.map_err(|e| self.failed(e))?;
        let columns = builder.parquet_schema().columns().iter().enumerate();
        let leaf = columns.into_iter().find(|(_, column)| {
            let info = column.self_type().get_basic_info();
            info.has_id() && info.id() == self.load_interval_id
        });
        let (leaf, _) = leaf.ok_or_else(|| self.unreadable("has no load_interval column with a field id"))?;
        let mask = if intervals_only {
            ProjectionMask::leaves(builder.parquet_schema(), [leaf])
        } else {
            ProjectionMask::all()
        };
        builder.with_projection(mask).with_batch_size(BATCH_ROWS).build().map_err(|e| self.failed(e))
    }

    /// Which rows are of other intervals.
    fn others(&self, batch: &RecordBatch, interval: i64) -> Result<BooleanArray, LakeError> {
        let id = self.load_interval_id.to_string();
        let schema = batch.schema_ref();
        let is_it = |field: &&Arc<arrow_schema::Field>| {
            field.metadata().get(parquet::arrow::PARQUET_FIELD_ID_META_KEY) == Some(&id)
        };
        let column = schema.fields().iter().position(|field| is_it(&field)).map(|n| batch.column(n));
        let values = column.and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>());
        let values =
            values.ok_or_else(|| self.unreadable("has a load_interval that is no timestamp in microseconds"))?;
        Ok(values.iter().map(|value| Some(value != Some(interval))).collect())
    }

    fn failed(&self, error: ParquetError) -> LakeError {
        LakeError::new(LakeErrorKind::InvalidMetadata, "cannot read a data file")
            .with("file", self.location)
            .because(error)
    }

    fn unreadable(&self, what: &str) -> LakeError {
        LakeError::new(LakeErrorKind::Unsupported, format!("a data file that may hold several intervals {what}"))
            .with("file", self.location)
    }
}

/// Iceberg's output as Parquet's.
struct Output(Box<dyn FileWrite>);

impl AsyncFileWriter for Output {
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, parquet::errors::Result<()>> {
        async move { self.0.write(bytes).await.map_err(|e| ParquetError::External(Box::new(e))) }.boxed()
    }

    fn complete(&mut self) -> BoxFuture<'_, parquet::errors::Result<()>> {
        async move { self.0.close().await.map_err(|e| ParquetError::External(Box::new(e))) }.boxed()
    }
}
