//! A table's metadata and what the table should be → the metadata that it gets.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use iceberg::spec::{
    NestedField, NullOrder, Schema, SchemaRef, SortDirection, SortField, SortOrder, TableMetadata,
    TableMetadataBuilder, Transform, Type,
};
use naru_core::TableSpec;
use naru_core::diff::renames;

use super::partition_fields;
use crate::error::{LakeError, LakeErrorKind};
use crate::schema::{
    CODEC_PROPERTY, KEY_PROPERTY, LEVEL_PROPERTY, TARGET_SIZE_PROPERTY, iceberg_properties, iceberg_type,
};
use crate::spec::table_spec;

/// The properties that follow from a specification; others are left as they are.
const OWN_PROPERTIES: [&str; 4] = [CODEC_PROPERTY, LEVEL_PROPERTY, TARGET_SIZE_PROPERTY, KEY_PROPERTY];

/// Puts into `builder`, which holds `metadata`, all that makes the table as `spec` says. Columns keep their field ids by
/// name or by the name that they had; new ones get ids that no column ever had.
pub(crate) fn to_spec(
    builder: TableMetadataBuilder,
    metadata: &TableMetadata,
    spec: &TableSpec,
) -> Result<TableMetadataBuilder, LakeError> {
    let schema = schema(metadata, spec)?;
    let sort = sort_order(&schema, spec)?;
    let partition = partition_fields::unbound(metadata, &schema, &spec.partition)?;
    let mut builder = match schema_like(metadata, &schema) {
        Some(id) => builder.set_current_schema(id),
        None => builder.add_current_schema(schema),
    }
    .map_err(invalid)?;
    if let Some(partition) = partition {
        builder = builder.add_default_partition_spec(partition).map_err(invalid)?;
    }
    if sort.fields != metadata.default_sort_order().fields {
        let added = builder.add_sort_order(sort).map_err(invalid)?;
        builder = added.set_default_sort_order(TableMetadataBuilder::LAST_ADDED.into()).map_err(invalid)?;
    }
    properties(builder, metadata, spec)
}

/// A refusal by the iceberg crate.
pub(super) fn invalid(error: iceberg::Error) -> LakeError {
    LakeError::invalid("evolve the table as its definition says", error)
}

/// The id of the column of this name.
pub(super) fn column_id(schema: &Schema, name: &str) -> Result<i32, LakeError> {
    schema.field_id_by_name(name).ok_or_else(|| {
        LakeError::new(LakeErrorKind::InvalidInput, "a key, partition or sort field names no column")
            .with("column", name)
    })
}

fn schema(metadata: &TableMetadata, spec: &TableSpec) -> Result<Schema, LakeError> {
    let current = metadata.current_schema();
    let table = table_spec(metadata)?;
    let old_names: HashMap<&str, &str> = renames(&table, spec).into_iter().map(|(old, new)| (new, old)).collect();
    let mut last_id = metadata.last_column_id();
    let mut fields = Vec::with_capacity(spec.columns.len());
    for column in &spec.columns {
        let name = column.name.as_str();
        let field_type = Box::new(Type::Primitive(iceberg_type(column.column_type)));
        let doc = Some(column.description.clone()).filter(|text| !text.is_empty());
        let field = match current.field_by_name(old_names.get(name).copied().unwrap_or(name)) {
            Some(field) => {
                NestedField { name: name.into(), required: column.required, field_type, doc, ..field.as_ref().clone() }
            }
            None => {
                last_id += 1;
                NestedField { doc, ..NestedField::new(last_id, name, *field_type, column.required) }
            }
        };
        fields.push(Arc::new(field));
    }
    let named = Schema::builder().with_fields(fields).build().map_err(invalid)?;
    let key = spec.key.iter().map(|name| column_id(&named, name)).collect::<Result<Vec<_>, _>>()?;
    named.into_builder().with_identifier_field_ids(key).build().map_err(invalid)
}

/// The id of a schema that the table has or had and that says the same. (The iceberg crate's own search depends on the
/// order in which a set gives the key's columns.)
fn schema_like(metadata: &TableMetadata, wanted: &Schema) -> Option<i32> {
    let key = |schema: &Schema| schema.identifier_field_ids().collect::<BTreeSet<i32>>();
    let is_same = |schema: &&SchemaRef| schema.as_struct() == wanted.as_struct() && key(schema) == key(wanted);
    let same: BTreeSet<i32> = metadata.schemas_iter().filter(is_same).map(|schema| schema.schema_id()).collect();
    let current = metadata.current_schema_id();
    if same.contains(&current) { Some(current) } else { same.last().copied() }
}

fn sort_order(schema: &Schema, spec: &TableSpec) -> Result<SortOrder, LakeError> {
    let field = |field: &naru_core::table_spec::SortField| {
        Ok(SortField {
            source_id: column_id(schema, &field.column)?,
            transform: Transform::Identity,
            direction: if field.descending { SortDirection::Descending } else { SortDirection::Ascending },
            null_order: if field.nulls_first { NullOrder::First } else { NullOrder::Last },
        })
    };
    let fields = spec.sort.iter().map(field).collect::<Result<Vec<_>, LakeError>>()?;
    Ok(if fields.is_empty() { SortOrder::unsorted_order() } else { SortOrder { order_id: 1, fields } })
}

fn properties(
    builder: TableMetadataBuilder,
    metadata: &TableMetadata,
    spec: &TableSpec,
) -> Result<TableMetadataBuilder, LakeError> {
    let table = table_spec(metadata)?;
    let mut wanted = iceberg_properties(spec);
    wanted.retain(|name, _| OWN_PROPERTIES.contains(&name.as_str()));
    if table.file == spec.file {
        // A table of another's may say the same by other properties, or by none.
        wanted.retain(|name, _| name == KEY_PROPERTY);
    }
    let is_stale = |name: &&str| match *name {
        KEY_PROPERTY => spec.key.is_empty(),
        name => table.file != spec.file && !wanted.contains_key(name),
    };
    let stale: Vec<String> = OWN_PROPERTIES
        .into_iter()
        .filter(|name| is_stale(name) && metadata.properties().contains_key(*name))
        .map(String::from)
        .collect();
    wanted.retain(|name, value| metadata.properties().get(name) != Some(value));
    builder.remove_properties(&stale).and_then(|builder| builder.set_properties(wanted)).map_err(invalid)
}
