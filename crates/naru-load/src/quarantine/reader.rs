//! Reads a quarantine table's rows, some at a time.

use std::collections::VecDeque;

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use arrow_array::{Array, BooleanArray, RecordBatch, StringArray};
use arrow_select::filter::filter_record_batch;
use futures::TryStreamExt;
use iceberg::arrow::ArrowFileReader;
use naru_core::LoadPlan;
use naru_core::quarantine::column;
use naru_core::table_spec::LOAD_INTERVAL;
use naru_lake::{LakeTable, ScanFile};
use parquet::arrow::ProjectionMask;
use parquet::arrow::async_reader::{ParquetRecordBatchStream, ParquetRecordBatchStreamBuilder};

use crate::LoadError;

/// Bytes of rows that are read at a time, about.
const BATCH_BYTES: i64 = 8 << 20;
const GREATEST_BATCH_ROWS: i64 = 8192;

/// The rows of some files of a quarantine table.
pub(crate) struct RowReader<'a> {
    table: &'a LakeTable,
    files: VecDeque<ScanFile>,
    stream: Option<ParquetRecordBatchStream<ArrowFileReader>>,
    /// Only rows of the interval that starts here, in microseconds since 1970-01-01 UTC.
    interval: Option<i64>,
    /// Only these columns; none: all.
    columns: Option<&'a [&'static str]>,
}

impl<'a> RowReader<'a> {
    /// All columns of one interval's rows, in an order that depends on the snapshot alone.
    pub(crate) async fn of_interval(table: &'a LakeTable, interval: i64) -> Result<Self, LoadError> {
        let files = table.files_of_interval(interval).await?.into();
        Ok(Self { table, files, stream: None, interval: Some(interval), columns: None })
    }

    /// Some columns of all rows of some files.
    pub(crate) fn of_files(table: &'a LakeTable, files: Vec<ScanFile>, columns: &'a [&'static str]) -> Self {
        Self { table, files: files.into(), stream: None, interval: None, columns: Some(columns) }
    }

    /// The next rows; none at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<RecordBatch>, LoadError> {
        loop {
            let Some(stream) = self.stream.as_mut() else {
                let Some(file) = self.files.pop_front() else { return Ok(None) };
                self.stream = Some(self.open(&file).await?);
                continue;
            };
            match stream.try_next().await.map_err(LoadError::read)? {
                None => self.stream = None,
                Some(batch) => {
                    let batch = self.of_the_interval(batch)?;
                    if batch.num_rows() > 0 {
                        return Ok(Some(batch));
                    }
                }
            }
        }
    }

    async fn open(&self, file: &ScanFile) -> Result<ParquetRecordBatchStream<ArrowFileReader>, LoadError> {
        let input = self.table.file_io().new_input(&file.path).map_err(LoadError::read)?;
        let size = input.metadata().await.map_err(LoadError::read)?;
        let reader = ArrowFileReader::new(size, input.reader().await.map_err(LoadError::read)?);
        let builder = ParquetRecordBatchStreamBuilder::new(reader).await.map_err(LoadError::read)?;
        let groups = builder.metadata().row_groups().iter();
        let row_bytes = groups.map(|group| group.total_byte_size() / group.num_rows().max(1)).max().unwrap_or(1).max(1);
        let rows = (BATCH_BYTES / row_bytes).clamp(1, GREATEST_BATCH_ROWS);
        let mask = match self.columns {
            Some(columns) => ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied()),
            None => ProjectionMask::all(),
        };
        let builder = builder.with_projection(mask).with_batch_size(usize::try_from(rows).unwrap_or(1));
        builder.build().map_err(LoadError::read)
    }

    /// Other engines may have put rows of several intervals into one file.
    fn of_the_interval(&self, batch: RecordBatch) -> Result<RecordBatch, LoadError> {
        let Some(interval) = self.interval else { return Ok(batch) };
        let starts = batch.column_by_name(LOAD_INTERVAL);
        let starts = starts.and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>());
        let starts = starts.ok_or_else(|| strange(LOAD_INTERVAL))?;
        let kept: BooleanArray = starts.iter().map(|start| Some(start == Some(interval))).collect();
        if kept.true_count() == batch.num_rows() {
            return Ok(batch);
        }
        Ok(filter_record_batch(&batch, &kept)?)
    }
}

/// The `decode_digest` that the quarantined rows of the plan's interval share; none if there are none.
pub(crate) async fn digest_of(quarantine: &LakeTable, plan: &LoadPlan) -> Result<Option<String>, LoadError> {
    let start = plan.interval.start.timestamp_micros();
    match RowReader::of_interval(quarantine, start).await?.next().await? {
        Some(batch) => Ok(Some(text(texts(&batch, column::DECODE_DIGEST)?, 0).into())),
        None => Ok(None),
    }
}

/// A text column of a batch.
pub(crate) fn texts<'b>(batch: &'b RecordBatch, name: &str) -> Result<&'b StringArray, LoadError> {
    batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>()).ok_or_else(|| strange(name))
}

/// A text; empty where it is null.
pub(crate) fn text<'b>(column: &'b StringArray, row: usize) -> &'b str {
    if column.is_null(row) { "" } else { column.value(row) }
}

fn strange(name: &str) -> LoadError {
    LoadError::internal(format!("a quarantine table's column {name} is not what naru writes"))
}
