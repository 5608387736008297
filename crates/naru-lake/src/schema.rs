//! What a table should be ([`TableSpec`]) → Iceberg's schema, partition spec, sort order and properties.

use std::collections::HashMap;
use std::sync::Arc;

use iceberg::spec::{
    NestedField, NullOrder, PrimitiveType, Schema, SortDirection, SortField, SortOrder, Transform, Type,
    UnboundPartitionSpec,
};
use naru_core::ColumnType;
use naru_core::table_spec::{Compression, FileSettings, TableSpec, Transform as SpecTransform};

use crate::error::{LakeError, LakeErrorKind};

/// Property: the key columns' names in order, `,` between. Iceberg's own identifier fields are a set.
pub(crate) const KEY_PROPERTY: &str = "naru.key";
/// Property: compression of Parquet pages, as Iceberg's other writers know it.
pub(crate) const CODEC_PROPERTY: &str = "write.parquet.compression-codec";
/// Property: level of the compression.
pub(crate) const LEVEL_PROPERTY: &str = "write.parquet.compression-level";
/// Property: size at which a data file is closed, in bytes.
pub(crate) const TARGET_SIZE_PROPERTY: &str = "write.target-file-size-bytes";
/// Property: whether metadata files that fall out of the metadata log are deleted.
pub(crate) const DELETE_METADATA_PROPERTY: &str = "write.metadata.delete-after-commit.enabled";
/// Property: how many metadata files the metadata log holds. Also the number of commits for which the outcome of a swap
/// can be found out afterwards.
pub(crate) const METADATA_VERSIONS_PROPERTY: &str = "write.metadata.previous-versions-max";

/// The schema of a new table: field ids from 1 in the columns' order, descriptions as docs, key columns as identifier
/// fields.
///
/// # Errors
/// `InvalidInput` if columns repeat a name, or a key column is missing, optional or of a floating-point type.
pub fn iceberg_schema(spec: &TableSpec) -> Result<Schema, LakeError> {
    let mut fields = Vec::with_capacity(spec.columns.len());
    for (id, column) in (1..).zip(&spec.columns) {
        let mut field =
            NestedField::new(id, &column.name, Type::Primitive(iceberg_type(column.column_type)), column.required);
        if !column.description.is_empty() {
            field = field.with_doc(&column.description);
        }
        fields.push(Arc::new(field));
    }
    let key = spec.key.iter().map(|name| column_id(spec, name)).collect::<Result<Vec<_>, _>>()?;
    Schema::builder()
        .with_fields(fields)
        .with_identifier_field_ids(key)
        .build()
        .map_err(|e| LakeError::invalid("make a schema of the columns", e))
}

/// The partition spec of a new table; source ids are those of [`iceberg_schema`].
///
/// # Errors
/// `InvalidInput` if a field's column is missing or two fields are the same.
pub fn iceberg_partition_spec(spec: &TableSpec) -> Result<UnboundPartitionSpec, LakeError> {
    let mut builder = UnboundPartitionSpec::builder().with_spec_id(0);
    for field in &spec.partition {
        builder = builder
            .add_partition_field(
                column_id(spec, &field.column)?,
                field.field_name(),
                iceberg_transform(field.transform),
            )
            .map_err(|e| LakeError::invalid("make a partition spec", e).with("field", field))?;
    }
    Ok(builder.build())
}

/// The sort order of a new table.
///
/// # Errors
/// `InvalidInput` if a field's column is missing.
pub fn iceberg_sort_order(spec: &TableSpec) -> Result<SortOrder, LakeError> {
    let mut fields = Vec::with_capacity(spec.sort.len());
    for field in &spec.sort {
        fields.push(SortField {
            source_id: column_id(spec, &field.column)?,
            transform: Transform::Identity,
            direction: if field.descending { SortDirection::Descending } else { SortDirection::Ascending },
            null_order: if field.nulls_first { NullOrder::First } else { NullOrder::Last },
        });
    }
    let order = if fields.is_empty() { SortOrder::unsorted_order() } else { SortOrder { order_id: 1, fields } };
    Ok(order)
}

/// The properties of a new table.
pub fn iceberg_properties(spec: &TableSpec) -> HashMap<String, String> {
    let FileSettings { compression, target_file_size_bytes } = spec.file;
    let mut properties = HashMap::from([
        (TARGET_SIZE_PROPERTY.into(), target_file_size_bytes.to_string()),
        (DELETE_METADATA_PROPERTY.into(), "true".into()),
        (METADATA_VERSIONS_PROPERTY.into(), "100".into()),
        ("write.parquet.row-group-size-bytes".into(), crate::writer::ROW_GROUP_BYTES.to_string()),
    ]);
    match compression {
        Compression::Zstd(level) => {
            properties.insert(CODEC_PROPERTY.into(), "zstd".into());
            properties.insert(LEVEL_PROPERTY.into(), level.to_string());
        }
        Compression::None => {
            properties.insert(CODEC_PROPERTY.into(), "uncompressed".into());
        }
    }
    if !spec.key.is_empty() {
        properties.insert(KEY_PROPERTY.into(), spec.key.join(","));
    }
    properties
}

/// A column type as Iceberg's.
pub fn iceberg_type(column_type: ColumnType) -> PrimitiveType {
    match column_type {
        ColumnType::Boolean => PrimitiveType::Boolean,
        ColumnType::Int => PrimitiveType::Int,
        ColumnType::Bigint => PrimitiveType::Long,
        ColumnType::Float => PrimitiveType::Float,
        ColumnType::Double => PrimitiveType::Double,
        ColumnType::Decimal { precision, scale } => {
            PrimitiveType::Decimal { precision: precision.into(), scale: scale.into() }
        }
        ColumnType::Date => PrimitiveType::Date,
        ColumnType::Timestamp => PrimitiveType::Timestamp,
        ColumnType::Timestamptz => PrimitiveType::Timestamptz,
        ColumnType::String => PrimitiveType::String,
        ColumnType::Binary => PrimitiveType::Binary,
    }
}

/// A partition transform as Iceberg's.
pub fn iceberg_transform(transform: SpecTransform) -> Transform {
    match transform {
        SpecTransform::Identity => Transform::Identity,
        SpecTransform::Year => Transform::Year,
        SpecTransform::Month => Transform::Month,
        SpecTransform::Day => Transform::Day,
        SpecTransform::Hour => Transform::Hour,
        SpecTransform::Bucket(n) => Transform::Bucket(n),
        SpecTransform::Truncate(w) => Transform::Truncate(w),
    }
}

fn column_id(spec: &TableSpec, name: &str) -> Result<i32, LakeError> {
    (1..).zip(&spec.columns).find(|(_, column)| column.name == name).map(|(id, _)| id).ok_or_else(|| {
        LakeError::new(LakeErrorKind::InvalidInput, "a key, partition or sort field names no column")
            .with("column", name)
    })
}
