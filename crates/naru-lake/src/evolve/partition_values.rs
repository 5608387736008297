//! Partition values of files that were written when the table's columns were others.

use iceberg::spec::{Literal, PartitionSpec, PrimitiveLiteral, PrimitiveType, SchemaRef, Struct, TableMetadata, Type};

use crate::error::LakeError;

/// The newest schema that has all columns that a partition spec is about, of types that it takes: the current one, unless
/// one was dropped, or made another before the table held a row.
pub(crate) fn schema_for(metadata: &TableMetadata, spec: &PartitionSpec) -> SchemaRef {
    let has_all = |schema: &SchemaRef| spec.partition_type(schema).is_ok();
    let current = metadata.current_schema();
    if has_all(current) {
        return current.clone();
    }
    let older = metadata.schemas_iter().filter(|schema| has_all(schema));
    older.max_by_key(|schema| schema.schema_id()).unwrap_or(current).clone()
}

/// A file's partition values in the types that they have for [`schema_for`] their spec.
///
/// # Errors
/// `InvalidInput` if the spec is about columns that no schema has.
pub(crate) fn promoted(metadata: &TableMetadata, spec: &PartitionSpec, values: &Struct) -> Result<Struct, LakeError> {
    let types = spec.partition_type(&schema_for(metadata, spec));
    let types = types.map_err(|error| LakeError::invalid("read a file's partition", error))?;
    let fields = values.iter().zip(types.fields());
    Ok(fields.map(|(value, field)| value.map(|value| promote(value, &field.field_type))).collect())
}

/// Partition values in the widest types, so that those of files from before and after a widening can be compared.
pub(crate) fn widest(values: &Struct) -> Struct {
    let widest = |literal: &Literal| match literal {
        Literal::Primitive(value) => Literal::Primitive(widest_literal(value)),
        other => other.clone(),
    };
    values.iter().map(|value| value.map(widest)).collect()
}

/// A value in the widest type of its kind.
pub(crate) fn widest_literal(value: &PrimitiveLiteral) -> PrimitiveLiteral {
    match value {
        PrimitiveLiteral::Int(value) => PrimitiveLiteral::Long((*value).into()),
        PrimitiveLiteral::Float(value) => PrimitiveLiteral::Double(f64::from(value.0).into()),
        other => other.clone(),
    }
}

fn promote(value: &Literal, to: &Type) -> Literal {
    match (value, to) {
        (Literal::Primitive(value @ PrimitiveLiteral::Int(_)), Type::Primitive(PrimitiveType::Long))
        | (Literal::Primitive(value @ PrimitiveLiteral::Float(_)), Type::Primitive(PrimitiveType::Double)) => {
            Literal::Primitive(widest_literal(value))
        }
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_before_and_after_a_widening_are_equal() {
        let old: Struct =
            [Some(Literal::int(7)), None, Some(Literal::float(0.5)), Some(Literal::string("a"))].into_iter().collect();
        let new: Struct = [Some(Literal::long(7)), None, Some(Literal::double(0.5)), Some(Literal::string("a"))]
            .into_iter()
            .collect();
        assert_eq!(widest(&old), widest(&new));
        assert_eq!(widest(&new), new);
    }
}
