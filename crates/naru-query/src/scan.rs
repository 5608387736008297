//! A table's data files → a lazy frame with the table's present schema.
//!
//! Columns are found by Iceberg field id, so a file may lack columns that were added later (they read as null), hold
//! columns that were dropped, call them otherwise, and hold narrower types. Rows that delete files name are filtered by
//! their number in the scan (see [`crate::deletions`]).

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Arc;

use naru_core::ColumnType;
use polars::io::{HiveOptions, RowIndex};
use polars::polars_utils::slice_enum::Slice;
use polars::prelude::iceberg::{IcebergColumn, IcebergColumnType, IcebergSchema};
use polars::prelude::{
    CastColumnsPolicy, ColumnMapping, DataFrame, DataType, DslBuilder, ExtraColumnsPolicy, IntoLazy, LazyFrame,
    MissingColumnsPolicy, ParquetOptions, ParquetReader, PlRefPath, PlSmallStr, PolarsResult, ScanSources, Schema,
    SchemaRef, SerReader, TimeUnit, TimeZone, UnifiedScanArgs, UnionArgs, col, concat,
};

use crate::deletions::{self, Deletions, FileGroup};
use crate::redact::Names;
use crate::slices::FileSlice;
use crate::{QueryColumn, QueryError, QueryTable};

/// The table as a lazy frame; nothing but the footers of files of tables with decimals is read yet.
pub(crate) fn scan(table: &QueryTable, deletions: &Deletions, names: &Names) -> Result<LazyFrame, QueryError> {
    scan_rows(table, deletions, None, names)
}

/// One slice of the table as a lazy frame.
pub(crate) fn scan_slice(
    table: &QueryTable,
    deletions: &Deletions,
    slice: &FileSlice,
    names: &Names,
) -> Result<LazyFrame, QueryError> {
    let only = QueryTable { files: vec![slice.file.clone().into()], rows: None, ..table.clone() };
    scan_rows(&only, deletions, Some(Slice::Positive { offset: slice.offset, len: slice.rows }), names)
}

fn scan_rows(
    table: &QueryTable,
    deletions: &Deletions,
    slice: Option<Slice>,
    names: &Names,
) -> Result<LazyFrame, QueryError> {
    let explain = |error| names.explain(&error);
    if table.files.is_empty() {
        let schema = schema_of(&table.columns, &[]);
        return Ok(DataFrame::empty_with_schema(&schema).lazy());
    }
    let groups = group_by_precision(table)?;
    let groups: Vec<_> = groups
        .iter()
        .flat_map(|(precisions, files)| deletions.split(files).into_iter().map(move |part| (precisions, part)))
        .collect();
    let rows = if matches!(&groups[..], [(_, FileGroup { deleted: None, .. })]) { table.rows } else { None };
    let frames = groups
        .into_iter()
        .map(|(precisions, part)| scan_group(&table.columns, precisions, part, rows, slice.clone()))
        .collect::<PolarsResult<Vec<_>>>()
        .map_err(explain)?;
    // A union of one would keep `count(*)` from the row count.
    match <[LazyFrame; 1]>::try_from(frames) {
        Ok([frame]) => Ok(frame),
        Err(frames) => concat(frames, UnionArgs::default()).map_err(explain),
    }
}

/// Polars' type for a column type.
pub(crate) fn data_type(column_type: ColumnType) -> DataType {
    match column_type {
        ColumnType::Boolean => DataType::Boolean,
        // Polars keeps the sum of 32-bit integers in 32 bits, and lets it overflow.
        ColumnType::Int | ColumnType::Bigint => DataType::Int64,
        ColumnType::Float => DataType::Float32,
        ColumnType::Double => DataType::Float64,
        ColumnType::Decimal { precision, scale } => DataType::Decimal(precision.into(), scale.into()),
        ColumnType::Date => DataType::Date,
        ColumnType::Timestamp => DataType::Datetime(TimeUnit::Microseconds, None),
        ColumnType::Timestamptz => DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)),
        ColumnType::String => DataType::String,
        ColumnType::Binary => DataType::Binary,
    }
}

/// A decimal column's field id and the precision of a file that differs from the table's.
type Precision = (u32, usize);

/// Files by the precisions of their decimals: the scan itself widens integers and floats, but no decimals.
fn group_by_precision(table: &QueryTable) -> Result<BTreeMap<Vec<Precision>, Vec<&str>>, QueryError> {
    let decimals: Vec<(u32, usize)> = table
        .columns
        .iter()
        .filter_map(|column| match column.column_type {
            ColumnType::Decimal { precision, .. } => Some((column.field_id, precision.into())),
            _ => None,
        })
        .collect();
    let mut groups: BTreeMap<Vec<Precision>, Vec<&str>> = BTreeMap::new();
    for file in &table.files {
        let path = file.path.as_str();
        let differing = if decimals.is_empty() { Vec::new() } else { differing_precisions(path, &decimals)? };
        groups.entry(differing).or_default().push(path);
    }
    Ok(groups)
}

fn differing_precisions(file: &str, decimals: &[(u32, usize)]) -> Result<Vec<Precision>, QueryError> {
    let unreadable = |error: &dyn std::fmt::Display| QueryError::Other(format!("{file}: {error}"));
    let reader = File::open(file).map_err(|error| unreadable(&error))?;
    let schema = ParquetReader::new(reader).schema().map_err(|error| unreadable(&error))?;
    let schema = IcebergSchema::from_arrow_schema(&schema).map_err(|error| unreadable(&error))?;
    let precision_in_file = |field_id: &u32| match schema.get(field_id).map(|column| &column.type_) {
        Some(IcebergColumnType::Primitive { dtype: DataType::Decimal(precision, _) }) => Some(*precision),
        _ => None,
    };
    Ok(decimals
        .iter()
        .filter_map(|(field_id, wanted)| Some((*field_id, precision_in_file(field_id).filter(|p| p != wanted)?)))
        .collect())
}

fn scan_group(
    columns: &[QueryColumn],
    precisions: &[Precision],
    part: FileGroup<'_>,
    rows: Option<u64>,
    slice: Option<Slice>,
) -> PolarsResult<LazyFrame> {
    let FileGroup { files, deleted } = part;
    let row_number = deletions::row_number(columns);
    let schema = schema_of(columns, precisions);
    let mapping: IcebergSchema = columns
        .iter()
        .zip(schema.iter_values())
        .map(|(column, dtype)| {
            let type_ = IcebergColumnType::Primitive { dtype: dtype.clone() };
            let name = PlSmallStr::from_str(&column.name);
            (column.field_id, IcebergColumn { name, physical_id: column.field_id, type_ })
        })
        .collect();
    let sources = ScanSources::Paths(files.iter().map(|file| PlRefPath::new(*file)).collect());
    let options = ParquetOptions { schema: Some(schema), ..ParquetOptions::default() };
    let arguments = UnifiedScanArgs {
        // A partition's directory is part of the path only; its column stands in the file.
        hive_options: HiveOptions::new_disabled(),
        glob: false,
        pre_slice: slice,
        column_mapping: Some(ColumnMapping::Iceberg(Arc::new(mapping))),
        cast_columns_policy: CastColumnsPolicy {
            integer_upcast: true,
            float_upcast: true,
            ..CastColumnsPolicy::ERROR_ON_MISMATCH
        },
        missing_columns_policy: MissingColumnsPolicy::Insert,
        extra_columns_policy: ExtraColumnsPolicy::Ignore,
        row_count: rows.map(|rows| (rows, 0)),
        row_index: deleted.is_some().then(|| RowIndex { name: row_number.clone(), offset: 0 }),
        ..UnifiedScanArgs::default()
    };
    let mut frame: LazyFrame = DslBuilder::scan_parquet(sources, options, arguments)?.build().into();
    if let Some(deleted) = deleted {
        let all: Vec<_> = columns.iter().map(|column| col(column.name.as_str())).collect();
        frame = frame.filter(deleted.keeps(row_number)).select(all);
    }
    let widened: Vec<_> = columns
        .iter()
        .filter(|column| precisions.iter().any(|(field_id, _)| *field_id == column.field_id))
        .map(|column| col(column.name.as_str()).strict_cast(data_type(column.column_type)))
        .collect();
    Ok(if widened.is_empty() { frame } else { frame.with_columns(widened) })
}

fn schema_of(columns: &[QueryColumn], precisions: &[Precision]) -> SchemaRef {
    let dtype = |column: &QueryColumn| {
        let own = precisions.iter().find(|(field_id, _)| *field_id == column.field_id);
        match (data_type(column.column_type), own) {
            (DataType::Decimal(_, scale), Some((_, precision))) => DataType::Decimal(*precision, scale),
            (dtype, _) => dtype,
        }
    };
    Arc::new(columns.iter().map(|column| (PlSmallStr::from_str(&column.name), dtype(column))).collect::<Schema>())
}
