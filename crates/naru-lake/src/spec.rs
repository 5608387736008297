//! An Iceberg table → what it is in the words of a definition ([`TableSpec`]), so that the two can be compared.

use std::collections::{BTreeSet, HashMap};

use iceberg::spec::{NestedField, NullOrder, PrimitiveType, Schema, SortDirection, TableMetadata, Transform, Type};
use naru_core::ColumnType;
use naru_core::table_spec::{
    ColumnSpec, Compression, FileSettings, PartitionField, SortField, TableSpec, Transform as SpecTransform,
};

use crate::error::{LakeError, LakeErrorKind};
use crate::schema::{CODEC_PROPERTY, KEY_PROPERTY, LEVEL_PROPERTY, TARGET_SIZE_PROPERTY};

/// What the table is now. For a table made from a [`TableSpec`] that spec again, field for field, but for what columns
/// were called before.
///
/// # Errors
/// `Unsupported` for types, transforms or codecs that a definition cannot say (tables that others made).
pub(crate) fn table_spec(metadata: &TableMetadata) -> Result<TableSpec, LakeError> {
    let schema = metadata.current_schema();
    let columns = schema.as_struct().fields().iter().map(|field| column_spec(field)).collect::<Result<_, _>>()?;
    let mut partition = Vec::new();
    for field in metadata.default_partition_spec().fields() {
        let Some(transform) = spec_transform(field.transform)? else { continue };
        partition.push(PartitionField { transform, column: column_name(schema, field.source_id)? });
    }
    let mut sort = Vec::new();
    for field in &metadata.default_sort_order().fields {
        if field.transform != Transform::Identity {
            return Err(unsupported("a sort field with a transform").with("transform", field.transform));
        }
        sort.push(SortField {
            column: column_name(schema, field.source_id)?,
            descending: field.direction == SortDirection::Descending,
            nulls_first: field.null_order == NullOrder::First,
        });
    }
    let file = file_settings(metadata.properties())?;
    Ok(TableSpec { columns, partition, sort, key: key(schema, metadata.properties())?, file })
}

/// The Parquet settings in a table's properties; Iceberg's defaults where there are none.
///
/// # Errors
/// `Unsupported` for a codec other than zstd and uncompressed, or a value that is no number.
pub(crate) fn file_settings(properties: &HashMap<String, String>) -> Result<FileSettings, LakeError> {
    let default = FileSettings::default();
    let compression = match properties.get(CODEC_PROPERTY).map(|codec| codec.to_ascii_lowercase()).as_deref() {
        None | Some("zstd") => match properties.get(LEVEL_PROPERTY) {
            None => default.compression,
            Some(level) => Compression::Zstd(number(LEVEL_PROPERTY, level)?),
        },
        Some("uncompressed" | "none") => Compression::None,
        Some(other) => return Err(unsupported("a compression codec").with(CODEC_PROPERTY, other)),
    };
    let target_file_size_bytes = match properties.get(TARGET_SIZE_PROPERTY) {
        None => default.target_file_size_bytes,
        Some(size) => number(TARGET_SIZE_PROPERTY, size)?,
    };
    Ok(FileSettings { compression, target_file_size_bytes })
}

pub(crate) fn column_spec(field: &NestedField) -> Result<ColumnSpec, LakeError> {
    let unsupported = || unsupported("a column type").with("column", &field.name).with("type", &field.field_type);
    let Type::Primitive(primitive) = field.field_type.as_ref() else { return Err(unsupported()) };
    let column_type = match primitive {
        PrimitiveType::Boolean => ColumnType::Boolean,
        PrimitiveType::Int => ColumnType::Int,
        PrimitiveType::Long => ColumnType::Bigint,
        PrimitiveType::Float => ColumnType::Float,
        PrimitiveType::Double => ColumnType::Double,
        PrimitiveType::Decimal { precision, scale } => ColumnType::Decimal {
            precision: u8::try_from(*precision).map_err(|_| unsupported())?,
            scale: u8::try_from(*scale).map_err(|_| unsupported())?,
        },
        PrimitiveType::Date => ColumnType::Date,
        PrimitiveType::Timestamp => ColumnType::Timestamp,
        PrimitiveType::Timestamptz => ColumnType::Timestamptz,
        PrimitiveType::String => ColumnType::String,
        PrimitiveType::Binary => ColumnType::Binary,
        _ => return Err(unsupported()),
    };
    let description = field.doc.clone().unwrap_or_default();
    Ok(ColumnSpec { name: field.name.clone(), column_type, required: field.required, description, renamed_from: None })
}

/// None for `void`, which stands for a field that was dropped.
fn spec_transform(transform: Transform) -> Result<Option<SpecTransform>, LakeError> {
    Ok(Some(match transform {
        Transform::Identity => SpecTransform::Identity,
        Transform::Year => SpecTransform::Year,
        Transform::Month => SpecTransform::Month,
        Transform::Day => SpecTransform::Day,
        Transform::Hour => SpecTransform::Hour,
        Transform::Bucket(n) => SpecTransform::Bucket(n),
        Transform::Truncate(w) => SpecTransform::Truncate(w),
        Transform::Void => return Ok(None),
        Transform::Unknown => return Err(unsupported("a partition transform")),
    }))
}

/// The identifier fields: in the recorded order while that is about the same set, else in the columns' order.
fn key(schema: &Schema, properties: &HashMap<String, String>) -> Result<Vec<String>, LakeError> {
    let ids: BTreeSet<i32> = schema.identifier_field_ids().collect();
    let names = ids.iter().map(|id| column_name(schema, *id)).collect::<Result<Vec<_>, _>>()?;
    if let Some(recorded) = properties.get(KEY_PROPERTY) {
        let recorded: Vec<String> = recorded.split(',').map(String::from).collect();
        if recorded.len() == names.len() && names.iter().all(|name| recorded.contains(name)) {
            return Ok(recorded);
        }
    }
    Ok(names)
}

fn column_name(schema: &Schema, id: i32) -> Result<String, LakeError> {
    schema.name_by_field_id(id).map(String::from).ok_or_else(|| {
        LakeError::new(LakeErrorKind::InvalidMetadata, "the table's metadata names a field that its schema lacks")
            .with("field id", id)
    })
}

fn number<T: std::str::FromStr>(property: &'static str, text: &str) -> Result<T, LakeError> {
    text.parse().map_err(|_| unsupported("a table property that should be a number").with(property, text))
}

fn unsupported(what: &str) -> LakeError {
    LakeError::new(LakeErrorKind::Unsupported, format!("the table has {what} that a definition cannot say"))
}
