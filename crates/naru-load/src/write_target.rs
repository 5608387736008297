//! What the writers need to know of the table.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::{ArrayRef, RecordBatch, TimestampMicrosecondArray};
use arrow_schema::{SchemaRef, SortOptions};
use futures::executor::block_on;
use iceberg::spec::Struct;
use naru_core::{LoadPlan, TableSpec};
use naru_lake::{DataFile, Lake, LakeTable};
use naru_merge::as_written;
use parquet::file::properties::WriterPropertiesPtr;

use crate::LoadError;
use crate::grouping::{Group, SortColumn};
use crate::partitioner::Partitioner;
use crate::row_group::RowGroupEncoderFactory;

/// The table that data files are written for.
pub(crate) struct WriteTarget<'a> {
    pub(crate) lake: &'a Lake,
    pub(crate) table: &'a LakeTable,
    /// The table's columns with their field ids; `load_interval` last.
    pub(crate) schema: SchemaRef,
    pub(crate) properties: WriterPropertiesPtr,
    pub(crate) encoders: RowGroupEncoderFactory,
    pub(crate) partitioner: Option<Partitioner>,
    pub(crate) sort: Vec<SortColumn>,
    pub(crate) target_file_size_bytes: u64,
    /// Begins every file's name, so that what one execution wrote can be told from another's.
    pub(crate) file_prefix: String,
    files: AtomicUsize,
    interval_micros: i64,
}

impl<'a> WriteTarget<'a> {
    /// The plan's own table.
    pub(crate) fn new(lake: &'a Lake, table: &'a LakeTable, plan: &LoadPlan) -> Result<Self, LoadError> {
        Self::of(lake, table, &plan.target.spec, plan)
    }

    /// A table of this specification, for rows of the plan's interval.
    pub(crate) fn of(
        lake: &'a Lake,
        table: &'a LakeTable,
        spec: &TableSpec,
        plan: &LoadPlan,
    ) -> Result<Self, LoadError> {
        let schema = table.arrow_schema()?;
        let properties = Arc::new(table.writer_properties()?);
        let encoders = RowGroupEncoderFactory::new(Arc::clone(&schema), &properties)?;
        let metadata = table.metadata();
        let partitioner = Partitioner::new(metadata.default_partition_spec(), metadata.current_schema())?;
        let sort = sort_columns(spec, &schema)?;
        Ok(Self {
            lake,
            table,
            schema,
            properties,
            encoders,
            partitioner,
            sort,
            target_file_size_bytes: spec.file.target_file_size_bytes,
            file_prefix: uuid::Uuid::new_v4().simple().to_string(),
            files: AtomicUsize::new(0),
            interval_micros: plan.interval.start.timestamp_micros(),
        })
    }

    /// The partition of a group's rows; none for an unpartitioned table.
    pub(crate) fn partition(&self, group: &Group) -> Result<Option<Struct>, LoadError> {
        match (&self.partitioner, &group.partition) {
            (Some(partitioner), Some(values)) => Ok(Some(partitioner.key(values)?)),
            _ => Ok(None),
        }
    }

    /// Deletes files that nothing refers to, as far as storage lets; what is left, no reader sees.
    pub(crate) fn delete<'f>(&self, files: impl Iterator<Item = &'f DataFile>) {
        for file in files {
            if let Err(error) = block_on(self.lake.file_io().delete(file.location())) {
                tracing::warn!(location = file.location(), %error, "a file of a failed run stays behind");
            }
        }
    }

    /// The number of the next data file, from 1.
    pub(crate) fn next_file(&self) -> usize {
        self.files.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// A decoded batch as rows of the table: with the table's schema, and `load_interval`.
    pub(crate) fn rows(&self, decoded: &RecordBatch) -> Result<RecordBatch, LoadError> {
        let mut columns: Vec<ArrayRef> = decoded.columns().iter().zip(self.schema.fields()).map(as_written).collect();
        columns.push(Arc::new(TimestampMicrosecondArray::from_value(self.interval_micros, decoded.num_rows())));
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }
}

fn sort_columns(spec: &TableSpec, schema: &SchemaRef) -> Result<Vec<SortColumn>, LoadError> {
    let column = |field: &naru_core::table_spec::SortField| -> Result<SortColumn, LoadError> {
        Ok(SortColumn {
            index: schema.index_of(&field.column)?,
            options: SortOptions { descending: field.descending, nulls_first: field.nulls_first },
        })
    };
    spec.sort.iter().map(column).collect()
}
