//! Data files as a commit adds them: what stands in a manifest about a Parquet file, from the file's footer.

use std::collections::{BTreeSet, HashMap};

use iceberg::spec::{DataContentType, DataFileBuilder, DataFileFormat, PrimitiveType, Schema, Struct, Type};
use naru_core::table_spec::LOAD_INTERVAL;
use parquet::file::metadata::ParquetMetaData;

use crate::bounds::ColumnBounds;
use crate::error::{LakeError, LakeErrorKind};
use crate::table::LakeTable;

/// Columns after this many have no bounds unless the table is partitioned, sorted or keyed by them: a manifest entry's
/// size stays bounded (Iceberg's `write.metadata.metrics.max-inferred-column-defaults`).
const MAX_COLUMNS_WITH_BOUNDS: usize = 100;

/// A Parquet file that was written for a table and is durable, not yet part of it.
#[derive(Debug, Clone)]
pub struct WrittenFile<'a> {
    /// URI, as given by [`LakeTable::data_location`].
    pub location: String,
    /// Size of the whole file, in bytes.
    pub size_bytes: u64,
    /// One value for each field of the table's partition spec, null as none; empty if unpartitioned.
    pub partition: Struct,
    /// The footer. Columns carry Iceberg's field ids.
    pub parquet: &'a ParquetMetaData,
    /// Number of NaNs by field id, for float and double columns; see [`crate::nan_counts::NanCounts`].
    pub nan_counts: &'a HashMap<i32, u64>,
    /// Whether the rows are in the table's sort order.
    pub sorted: bool,
}

/// A data file with its statistics, ready to be committed.
#[derive(Debug, Clone)]
pub struct DataFile {
    pub(crate) file: iceberg::spec::DataFile,
    pub(crate) spec_id: i32,
}

impl DataFile {
    /// URI.
    pub fn location(&self) -> &str {
        self.file.file_path()
    }

    /// Number of rows.
    pub fn record_count(&self) -> u64 {
        self.file.record_count()
    }

    /// Size in bytes.
    pub fn size_bytes(&self) -> u64 {
        self.file.file_size_in_bytes()
    }

    /// The entry that goes into a manifest.
    pub fn entry(&self) -> &iceberg::spec::DataFile {
        &self.file
    }
}

impl LakeTable {
    /// A data file of this table's current schema, partition spec and sort order.
    ///
    /// # Errors
    /// `InvalidInput` if the file's columns carry no field ids, or the partition has not one value for each field.
    pub fn data_file(&self, written: WrittenFile<'_>) -> Result<DataFile, LakeError> {
        let metadata = self.metadata();
        let spec = metadata.default_partition_spec();
        if written.partition.fields().len() != spec.fields().len() {
            return Err(LakeError::new(
                LakeErrorKind::InvalidInput,
                "a data file has not one value for each partition field",
            )
            .with("file", &written.location)
            .with("expected", spec.fields().len()));
        }
        let sort_order = (written.sorted && !metadata.default_sort_order().is_unsorted())
            .then(|| i32::try_from(metadata.default_sort_order_id()).ok())
            .flatten();
        describe(self, &written, spec.spec_id(), sort_order)
    }
}

#[derive(Default)]
struct ColumnStatistics {
    size_bytes: u64,
    value_count: u64,
    null_count: Option<u64>,
    bounds: ColumnBounds,
}

/// As [`LakeTable::data_file`], for any of the table's partition specs.
pub(crate) fn describe(
    table: &LakeTable,
    written: &WrittenFile<'_>,
    spec_id: i32,
    sort_order: Option<i32>,
) -> Result<DataFile, LakeError> {
    let schema = table.metadata().current_schema();
    let columns = column_statistics(written, schema)?;
    let mut builder = DataFileBuilder::default();
    builder
        .content(DataContentType::Data)
        .file_path(written.location.clone())
        .file_format(DataFileFormat::Parquet)
        .partition(written.partition.clone())
        .partition_spec_id(spec_id)
        .record_count(u64::try_from(written.parquet.file_metadata().num_rows()).unwrap_or_default())
        .file_size_in_bytes(written.size_bytes)
        .column_sizes(columns.iter().map(|(id, column)| (*id, column.size_bytes)).collect())
        .value_counts(columns.iter().map(|(id, column)| (*id, column.value_count)).collect())
        .null_value_counts(columns.iter().filter_map(|(id, column)| Some((*id, column.null_count?))).collect())
        .nan_value_counts(nan_counts(written, schema))
        .split_offsets(Some(split_offsets(written.parquet)));
    if let Some(order) = sort_order {
        builder.sort_order_id(order);
    }
    let (mut lower, mut upper) = (HashMap::new(), HashMap::new());
    let with_bounds = columns_with_bounds(table);
    for (id, column) in columns {
        if !with_bounds.contains(&id) {
            continue;
        }
        let bounds = column.bounds.finish();
        lower.extend(bounds.0.map(|bound| (id, bound)));
        upper.extend(bounds.1.map(|bound| (id, bound)));
    }
    let file = builder.lower_bounds(lower).upper_bounds(upper).build().map_err(|error| {
        LakeError::new(LakeErrorKind::InvalidInput, "cannot describe a data file")
            .with("file", &written.location)
            .because(error)
    })?;
    Ok(DataFile { file, spec_id })
}

fn columns_with_bounds(table: &LakeTable) -> BTreeSet<i32> {
    let metadata = table.metadata();
    let schema = metadata.current_schema();
    let mut ids: BTreeSet<i32> = schema.identifier_field_ids().collect();
    ids.extend(schema.as_struct().fields().iter().take(MAX_COLUMNS_WITH_BOUNDS).map(|field| field.id));
    ids.extend(metadata.partition_specs_iter().flat_map(|spec| spec.fields()).map(|field| field.source_id));
    ids.extend(metadata.default_sort_order().fields.iter().map(|field| field.source_id));
    ids.extend(schema.field_id_by_name(LOAD_INTERVAL));
    ids
}

fn column_statistics(written: &WrittenFile<'_>, schema: &Schema) -> Result<HashMap<i32, ColumnStatistics>, LakeError> {
    let mut columns: HashMap<i32, ColumnStatistics> = HashMap::new();
    for row_group in written.parquet.row_groups() {
        for chunk in row_group.columns() {
            let info = chunk.column_descr().self_type().get_basic_info();
            if !info.has_id() {
                return Err(LakeError::new(
                    LakeErrorKind::InvalidInput,
                    "a data file's column carries no Iceberg field id",
                )
                .with("file", &written.location)
                .with("column", info.name()));
            }
            let Some(column_type) = schema.field_by_id(info.id()).and_then(|field| primitive(&field.field_type)) else {
                continue;
            };
            let column = columns
                .entry(info.id())
                .or_insert_with(|| ColumnStatistics { null_count: Some(0), ..Default::default() });
            let value_count = u64::try_from(chunk.num_values()).unwrap_or_default();
            column.size_bytes += u64::try_from(chunk.compressed_size()).unwrap_or_default();
            column.value_count += value_count;
            let null_count = chunk.statistics().and_then(|statistics| statistics.null_count_opt());
            column.null_count = column.null_count.zip(null_count).map(|(sum, more)| sum + more);
            column.bounds.add(column_type, chunk.statistics(), value_count);
        }
    }
    Ok(columns)
}

fn primitive(field_type: &Type) -> Option<&PrimitiveType> {
    if let Type::Primitive(primitive) = field_type { Some(primitive) } else { None }
}

fn nan_counts(written: &WrittenFile<'_>, schema: &Schema) -> HashMap<i32, u64> {
    let floating = |id: &i32| schema.field_by_id(*id).is_some_and(|field| field.field_type.is_floating_type());
    written.nan_counts.iter().filter(|(id, _)| floating(id)).map(|(id, count)| (*id, *count)).collect()
}

/// Where the row groups start, ascending.
fn split_offsets(parquet: &ParquetMetaData) -> Vec<i64> {
    let mut offsets: Vec<i64> = parquet
        .row_groups()
        .iter()
        .filter_map(|group| group.columns().first())
        .map(|column| column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset()))
        .collect();
    offsets.sort_unstable();
    offsets
}
