//! Rewriting a data file without some of its rows, with the same columns, field ids, partition and order.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use arrow_array::{BooleanArray, RecordBatch};
use arrow_buffer::BooleanBuffer;
use futures::TryStreamExt;
use iceberg::arrow::ArrowFileReader;
use iceberg::spec::{DataFile as Entry, DataFileFormat};
use parquet::arrow::async_reader::ParquetRecordBatchStream;
use parquet::arrow::{AsyncArrowWriter, PARQUET_FIELD_ID_META_KEY, ProjectionMask};
use uuid::Uuid;

use crate::data_file::{DataFile, WrittenFile, describe};
use crate::error::{LakeError, LakeErrorKind};
use crate::nan_counts::NanCounts;
use crate::parquet_io::{BATCH_ROWS, Output, open, unreadable, unwritable};
use crate::state::LiveFile;
use crate::table::LakeTable;
use crate::writer::data_location;

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

impl LakeTable {
    /// Writes a file's rows but those at `positions` (ascending) into a new, durable file.
    ///
    /// # Errors
    /// Storage's; `Unsupported` for files that are not Parquet. What was written is deleted again as well as storage allows.
    pub async fn rewrite_without(&self, file: &LiveFile, positions: &[u64]) -> Result<DataFile, LakeError> {
        require_parquet(&file.file)?;
        let mut gone = Positions::new(positions);
        copy(self, &file.file, file.spec_id, |batch, first| Ok(gone.others(first, batch.num_rows()))).await
    }
}

/// Reads a file, and writes its other rows into a new one if it holds rows of the interval. `deleted` are the positions
/// of rows that are no longer part of the table, ascending.
pub(crate) async fn without_interval(
    table: &LakeTable,
    file: &Entry,
    spec_id: i32,
    load_interval_id: i32,
    interval: i64,
    deleted: &[u64],
) -> Result<Rewritten, LakeError> {
    require_parquet(file)?;
    let source = IntervalColumn { location: file.file_path(), load_interval_id };
    let (mut live, mut others) = (0, 0);
    let mut intervals = source.open(table).await?;
    let (mut gone, mut first) = (Positions::new(deleted), 0);
    while let Some(batch) = intervals.try_next().await.map_err(|e| unreadable(source.location, e))? {
        let here = gone.others(first, batch.num_rows());
        live += here.count_set_bits();
        others += (&here & &source.others(&batch, interval)?).count_set_bits();
        first += batch.num_rows() as u64;
    }
    if others == live {
        return Ok(Rewritten::Untouched);
    }
    if others == 0 {
        return Ok(Rewritten::Emptied);
    }
    let mut gone = Positions::new(deleted);
    let copied = copy(table, file, spec_id, |batch, first| {
        Ok(&gone.others(first, batch.num_rows()) & &source.others(batch, interval)?)
    });
    Ok(Rewritten::Replaced(Box::new(copied.await?)))
}

fn require_parquet(file: &Entry) -> Result<(), LakeError> {
    if file.file_format() == DataFileFormat::Parquet {
        return Ok(());
    }
    Err(LakeError::new(LakeErrorKind::Unsupported, "a data file that has to be rewritten is not Parquet")
        .with("file", file.file_path()))
}

/// Ascending positions, held against batches in the file's order.
struct Positions<'a> {
    rest: &'a [u64],
}

impl<'a> Positions<'a> {
    fn new(positions: &'a [u64]) -> Self {
        Self { rest: positions }
    }

    /// Which of the next `rows` rows, from `first` on, are not among the positions.
    fn others(&mut self, first: u64, rows: usize) -> BooleanBuffer {
        let end = first + rows as u64;
        let here = self.rest.partition_point(|position| *position < end);
        let (these, rest) = self.rest.split_at(here);
        self.rest = rest;
        let mut kept = vec![true; rows];
        for position in these {
            if let Some(slot) = position.checked_sub(first).and_then(|at| kept.get_mut(at as usize)) {
                *slot = false;
            }
        }
        BooleanBuffer::from(kept)
    }
}

/// Writes the rows that `kept` says of each batch and its first row's position.
async fn copy(
    table: &LakeTable,
    file: &Entry,
    spec_id: i32,
    kept: impl FnMut(&RecordBatch, u64) -> Result<BooleanBuffer, LakeError>,
) -> Result<DataFile, LakeError> {
    let location = data_location(table, spec_id, file.partition(), &format!("{}.parquet", Uuid::new_v4()))?;
    let copied = copy_to(&location, table, file, spec_id, kept).await;
    if copied.is_err() {
        // Nothing names it yet; what cannot be deleted is found by maintenance.
        drop(table.file_io().delete(&location).await);
    }
    copied
}

async fn copy_to(
    location: &str,
    table: &LakeTable,
    file: &Entry,
    spec_id: i32,
    mut kept: impl FnMut(&RecordBatch, u64) -> Result<BooleanBuffer, LakeError>,
) -> Result<DataFile, LakeError> {
    let failed = |e| unwritable(location, e);
    let unread = |e| unreadable(file.file_path(), e);
    let builder = open(table, file.file_path()).await?;
    let mut batches = builder.with_batch_size(BATCH_ROWS).build().map_err(unread)?;
    let output = Output::create(table, location).await?;
    let properties = table.writer_properties()?;
    let mut writer = AsyncArrowWriter::try_new(output, batches.schema().clone(), Some(properties)).map_err(failed)?;
    let (mut nan_counts, mut first) = (NanCounts::default(), 0);
    while let Some(batch) = batches.try_next().await.map_err(unread)? {
        let kept = BooleanArray::new(kept(&batch, first)?, None);
        first += batch.num_rows() as u64;
        let rows = arrow_select::filter::filter_record_batch(&batch, &kept).map_err(|e| failed(e.into()))?;
        nan_counts.add(&rows);
        writer.write(&rows).await.map_err(failed)?;
    }
    let parquet = writer.finish().await.map_err(failed)?;
    let written = WrittenFile {
        location: location.to_string(),
        size_bytes: writer.bytes_written() as u64,
        partition: file.partition().clone(),
        parquet: &parquet,
        nan_counts: nan_counts.counts(),
        sorted: false,
    };
    describe(table, &written, spec_id, file.sort_order_id())
}

/// The `load_interval` column of a file.
struct IntervalColumn<'a> {
    location: &'a str,
    load_interval_id: i32,
}

impl IntervalColumn<'_> {
    async fn open(&self, table: &LakeTable) -> Result<ParquetRecordBatchStream<ArrowFileReader>, LakeError> {
        let builder = open(table, self.location).await?;
        let columns = builder.parquet_schema().columns().iter().enumerate();
        let leaf = columns.into_iter().find(|(_, column)| {
            let info = column.self_type().get_basic_info();
            info.has_id() && info.id() == self.load_interval_id
        });
        let (leaf, _) = leaf.ok_or_else(|| self.unsupported("has no load_interval column with a field id"))?;
        let mask = ProjectionMask::leaves(builder.parquet_schema(), [leaf]);
        builder.with_projection(mask).with_batch_size(BATCH_ROWS).build().map_err(|e| unreadable(self.location, e))
    }

    /// Which rows are of other intervals.
    fn others(&self, batch: &RecordBatch, interval: i64) -> Result<BooleanBuffer, LakeError> {
        let id = self.load_interval_id.to_string();
        let is_it = |field: &&Arc<arrow_schema::Field>| field.metadata().get(PARQUET_FIELD_ID_META_KEY) == Some(&id);
        let column = batch.schema_ref().fields().iter().position(|field| is_it(&field)).map(|n| batch.column(n));
        let values = column.and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>());
        let values =
            values.ok_or_else(|| self.unsupported("has a load_interval that is no timestamp in microseconds"))?;
        Ok(values.iter().map(|value| value != Some(interval)).collect())
    }

    fn unsupported(&self, what: &str) -> LakeError {
        LakeError::new(LakeErrorKind::Unsupported, format!("a data file that may hold several intervals {what}"))
            .with("file", self.location)
    }
}
