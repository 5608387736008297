//! Reads a data file's rows by their positions, as rows of the table's present schema.
//!
//! Columns are found by field id: one that the file lacks is null, one that was widened since is widened.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, new_null_array};
use arrow_schema::{FieldRef, SchemaRef};
use futures::TryStreamExt;
use iceberg::arrow::ArrowFileReader;
use iceberg::spec::{DataFileFormat, Datum, PrimitiveType, Type};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, RowSelection, RowSelector};
use parquet::arrow::async_reader::{ParquetRecordBatchStream, ParquetRecordBatchStreamBuilder};
use parquet::arrow::{PARQUET_FIELD_ID_META_KEY, ProjectionMask};

use crate::bounds::ColumnBounds;
use crate::error::{LakeError, LakeErrorKind};
use crate::parquet_io::{BATCH_ROWS, unreadable};
use crate::promote::promote;
use crate::state::LiveFile;
use crate::table::LakeTable;

/// A data file of a table, open for reading. Reads of several row groups may go side by side.
pub struct DataReader<'a> {
    table: &'a LakeTable,
    location: String,
    metadata: ArrowReaderMetadata,
    /// Position of each row group's first row.
    starts: Vec<u64>,
}

/// Rows of a data file.
pub struct ReadBatch {
    /// The wanted columns.
    pub rows: RecordBatch,
    /// Position in the file of the first row; the others follow it, unless single rows were asked for.
    pub first: u64,
}

impl LakeTable {
    /// Opens a data file and reads its footer.
    ///
    /// # Errors
    /// `Unsupported` for files that are not Parquet; `InvalidMetadata`, storage's.
    pub async fn open_data<'a>(&'a self, file: &LiveFile) -> Result<DataReader<'a>, LakeError> {
        let location = file.location().to_owned();
        if file.file.file_format() != DataFileFormat::Parquet {
            return Err(LakeError::new(LakeErrorKind::Unsupported, "a data file is not Parquet").with("file", location));
        }
        let mut input = input(self, &location).await?;
        // What the writer's Arrow had is of no account: the table says what the columns are.
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let metadata = ArrowReaderMetadata::load_async(&mut input, options).await;
        let metadata = metadata.map_err(|e| unreadable(&location, e))?;
        let mut starts = Vec::new();
        let mut start = 0;
        for group in metadata.metadata().row_groups() {
            starts.push(start);
            start += u64::try_from(group.num_rows()).unwrap_or_default();
        }
        Ok(DataReader { table: self, location, metadata, starts })
    }
}

impl DataReader<'_> {
    /// URI.
    pub fn location(&self) -> &str {
        &self.location
    }

    /// Number of row groups.
    pub fn row_groups(&self) -> usize {
        self.starts.len()
    }

    /// The row group that holds the row at a position.
    pub fn row_group_of(&self, position: u64) -> usize {
        self.starts.partition_point(|start| *start <= position).saturating_sub(1)
    }

    /// The bounds of a column in a row group, as in [`LiveFile::bounds`].
    pub fn bounds(&self, row_group: usize, field_id: i32) -> (Option<Datum>, Option<Datum>) {
        let field = self.table.metadata().current_schema().field_by_id(field_id);
        let Some(Type::Primitive(column_type)) = field.map(|field| field.field_type.as_ref()) else {
            return (None, None);
        };
        let Some((leaf, stored)) = self.leaf(field_id) else { return (None, None) };
        // Statistics are of the type that the file has.
        if !is_stored_alike(column_type, &stored) {
            return (None, None);
        }
        let chunk = self.metadata.metadata().row_group(row_group).column(leaf);
        let mut bounds = ColumnBounds::default();
        bounds.add(column_type, chunk.statistics(), u64::try_from(chunk.num_values()).unwrap_or_default());
        bounds.finish()
    }

    /// Reads columns of a row group, batch by batch: those of `schema`, whose fields are some of the table's.
    ///
    /// # Errors
    /// `InvalidMetadata` for columns whose types cannot be the table's; storage's.
    pub async fn read(&self, row_group: usize, schema: &SchemaRef) -> Result<Batches<'_>, LakeError> {
        self.start(row_group, schema, None).await
    }

    /// Reads the rows at `positions` (ascending, all in the row group) in batches.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn read_rows(
        &self,
        row_group: usize,
        schema: &SchemaRef,
        positions: &[u64],
    ) -> Result<Vec<RecordBatch>, LakeError> {
        let selection = selection(self.starts.get(row_group).copied().unwrap_or_default(), positions);
        let mut batches = self.start(row_group, schema, Some(selection)).await?;
        let mut rows = Vec::new();
        while let Some(batch) = batches.next().await? {
            rows.push(batch.rows);
        }
        Ok(rows)
    }

    async fn start(
        &self,
        row_group: usize,
        schema: &SchemaRef,
        selection: Option<RowSelection>,
    ) -> Result<Batches<'_>, LakeError> {
        let input = input(self.table, &self.location).await?;
        let mut builder = ParquetRecordBatchStreamBuilder::new_with_metadata(input, self.metadata.clone())
            .with_row_groups(vec![row_group])
            .with_batch_size(BATCH_ROWS);
        let leaves = schema.fields().iter().filter_map(|field| Some(self.leaf(field_id(field)?)?.0));
        builder = builder.with_projection(ProjectionMask::leaves(self.metadata.parquet_schema(), leaves));
        if let Some(selection) = selection {
            builder = builder.with_row_selection(selection);
        }
        let stream = builder.build().map_err(|e| unreadable(&self.location, e))?;
        let first = self.starts.get(row_group).copied().unwrap_or_default();
        Ok(Batches { location: &self.location, stream, wanted: Arc::clone(schema), first })
    }

    /// The leaf column with a field id, and its type in the file.
    fn leaf(&self, field_id: i32) -> Option<(usize, FieldRef)> {
        let columns = self.metadata.parquet_schema().columns();
        let leaf = columns.iter().position(|column| {
            let info = column.self_type().get_basic_info();
            info.has_id() && info.id() == field_id
        })?;
        // Tables are flat: leaves are the columns.
        Some((leaf, self.metadata.schema().fields().get(leaf)?.clone()))
    }
}

/// The rows of a row group, in batches.
pub struct Batches<'a> {
    location: &'a str,
    stream: ParquetRecordBatchStream<ArrowFileReader>,
    wanted: SchemaRef,
    first: u64,
}

impl Batches<'_> {
    /// The next batch; none after the last.
    ///
    /// # Errors
    /// As [`DataReader::read`].
    pub async fn next(&mut self) -> Result<Option<ReadBatch>, LakeError> {
        let batch = self.stream.try_next().await.map_err(|e| unreadable(self.location, e))?;
        let Some(batch) = batch else { return Ok(None) };
        let first = self.first;
        self.first += batch.num_rows() as u64;
        Ok(Some(ReadBatch { rows: self.as_wanted(&batch)?, first }))
    }

    fn as_wanted(&self, batch: &RecordBatch) -> Result<RecordBatch, LakeError> {
        let column = |field: &FieldRef| -> Result<ArrayRef, LakeError> {
            let id = field_id(field);
            let found = batch.schema_ref().fields().iter().position(|found| field_id(found) == id);
            let Some(found) = found else { return Ok(new_null_array(field.data_type(), batch.num_rows())) };
            promote(batch.column(found), field.data_type()).ok_or_else(|| self.unexpected(field.name()))
        };
        let columns = self.wanted.fields().iter().map(column).collect::<Result<Vec<_>, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        RecordBatch::try_new_with_options(Arc::clone(&self.wanted), columns, &options).map_err(|e| {
            LakeError::new(LakeErrorKind::InvalidMetadata, "a data file lacks values that its table requires")
                .with("file", self.location)
                .because(e)
        })
    }

    fn unexpected(&self, column: &str) -> LakeError {
        LakeError::new(LakeErrorKind::InvalidMetadata, "a data file's column is not of the table's type")
            .with("file", self.location)
            .with("column", column)
    }
}

async fn input(table: &LakeTable, location: &str) -> Result<ArrowFileReader, LakeError> {
    let failed = |e| LakeError::storage("read a data file", location, e);
    let input = table.file_io().new_input(location).map_err(failed)?;
    let size = input.metadata().await.map_err(failed)?;
    Ok(ArrowFileReader::new(size, input.reader().await.map_err(failed)?))
}

/// The field id that an Arrow field carries.
fn field_id(field: &FieldRef) -> Option<i32> {
    field.metadata().get(PARQUET_FIELD_ID_META_KEY)?.parse().ok()
}

/// Whether a file's statistics of a column are values of the table's type.
fn is_stored_alike(column_type: &PrimitiveType, stored: &FieldRef) -> bool {
    use arrow_schema::DataType;
    match (column_type, stored.data_type()) {
        (PrimitiveType::Long, found) => *found == DataType::Int64,
        (PrimitiveType::Double, found) => *found == DataType::Float64,
        _ => true,
    }
}

/// The rows at `positions` (ascending), of a row group that starts at `start`.
fn selection(start: u64, positions: &[u64]) -> RowSelection {
    let mut selectors: Vec<RowSelector> = Vec::new();
    let mut next = start;
    for position in positions {
        let skipped = usize::try_from(position.saturating_sub(next)).unwrap_or(usize::MAX);
        if skipped > 0 {
            selectors.push(RowSelector::skip(skipped));
        }
        match selectors.last_mut() {
            Some(last) if !last.skip => last.row_count += 1,
            _ => selectors.push(RowSelector::select(1)),
        }
        next = position + 1;
    }
    selectors.into()
}
