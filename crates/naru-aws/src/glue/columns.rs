//! A table's columns as Glue, Athena and Lake Formation show them.
//!
//! As Iceberg's Java library makes them (`IcebergToGlueConverter`, apache/iceberg 1.10), so that it does not matter which track
//! committed last: the current schema's columns in their order, then those that only earlier schemas had, marked as not
//! current. PyIceberg does the same.

use std::collections::{HashMap, HashSet};

use aws_sdk_glue::error::BuildError;
use aws_sdk_glue::types::Column;
use iceberg::spec::{NestedField, PrimitiveType, TableMetadata, Type};

/// Longest comment that Glue takes, in bytes (AWS Glue API Reference, "Column", `CommentString`).
const MAX_COMMENT_BYTES: usize = 255;

/// # Errors
/// If the SDK wants more of a column; it does not.
pub(crate) fn columns(metadata: &TableMetadata) -> Result<Vec<Column>, BuildError> {
    let mut earlier: Vec<_> = metadata.schemas_iter().collect();
    earlier.sort_by_key(|schema| schema.schema_id());
    let current = metadata.current_schema().as_struct().fields().iter().map(|field| (field, true));
    let earlier = earlier.iter().flat_map(|schema| schema.as_struct().fields()).map(|field| (field, false));
    let mut seen = HashSet::new();
    let named_once = current.chain(earlier).filter(|(field, _)| seen.insert(field.name.clone()));
    named_once.map(|(field, is_current)| column(field, is_current)).collect()
}

fn column(field: &NestedField, is_current: bool) -> Result<Column, BuildError> {
    let parameters = [
        ("iceberg.field.id", field.id.to_string()),
        ("iceberg.field.optional", (!field.required).to_string()),
        ("iceberg.field.current", is_current.to_string()),
    ];
    let parameters: HashMap<String, String> = parameters.map(|(key, value)| (key.into(), value)).into();
    let comment = field.doc.as_deref().filter(|doc| !doc.is_empty()).map(|doc| shortened(doc).to_string());
    Column::builder()
        .name(&field.name)
        .r#type(glue_type(&field.field_type))
        .set_comment(comment)
        .set_parameters(Some(parameters))
        .build()
}

/// A type in Hive's words.
fn glue_type(field_type: &Type) -> String {
    match field_type {
        Type::Primitive(primitive) => primitive_type(primitive),
        Type::Struct(fields) => {
            let fields = fields.fields().iter().map(|field| format!("{}:{}", field.name, glue_type(&field.field_type)));
            format!("struct<{}>", fields.collect::<Vec<_>>().join(","))
        }
        Type::List(list) => format!("array<{}>", glue_type(&list.element_field.field_type)),
        Type::Map(map) => {
            format!("map<{},{}>", glue_type(&map.key_field.field_type), glue_type(&map.value_field.field_type))
        }
    }
}

fn primitive_type(primitive: &PrimitiveType) -> String {
    let name = match primitive {
        PrimitiveType::Boolean => "boolean",
        PrimitiveType::Int => "int",
        PrimitiveType::Long => "bigint",
        PrimitiveType::Float => "float",
        PrimitiveType::Double => "double",
        PrimitiveType::Decimal { precision, scale } => return format!("decimal({precision},{scale})"),
        PrimitiveType::Date => "date",
        PrimitiveType::Timestamp
        | PrimitiveType::Timestamptz
        | PrimitiveType::TimestampNs
        | PrimitiveType::TimestamptzNs => "timestamp",
        PrimitiveType::Time | PrimitiveType::String | PrimitiveType::Uuid => "string",
        PrimitiveType::Fixed(_) | PrimitiveType::Binary => "binary",
    };
    name.into()
}

/// A comment as long as Glue takes it; the whole one stands in the table's own metadata.
fn shortened(comment: &str) -> &str {
    let mut end = comment.len().min(MAX_COMMENT_BYTES);
    while !comment.is_char_boundary(end) {
        end -= 1;
    }
    &comment[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_written_in_hives_words() {
        let name = |primitive| glue_type(&Type::Primitive(primitive));
        assert_eq!(name(PrimitiveType::Long), "bigint");
        assert_eq!(name(PrimitiveType::Decimal { precision: 38, scale: 10 }), "decimal(38,10)");
        assert_eq!(name(PrimitiveType::Timestamptz), "timestamp");
        assert_eq!(name(PrimitiveType::Fixed(16)), "binary");
    }

    #[test]
    fn long_comments_are_cut_between_characters() {
        assert_eq!(shortened("계좌번호"), "계좌번호");
        assert_eq!(shortened(&"가".repeat(100)), "가".repeat(85));
    }
}
