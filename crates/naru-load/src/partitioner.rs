//! Partition values of rows, by Iceberg's transforms.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, LargeBinaryArray, RecordBatch, StructArray};
use arrow_schema::{DataType, Fields};
use iceberg::arrow::{arrow_struct_to_literal, type_to_arrow_type};
use iceberg::spec::{Literal, PartitionSpec, Schema, Struct, StructType, Transform, Type};
use iceberg::transform::{BoxedTransformFunction, create_transform_function};

use crate::LoadError;

/// Computes partition values for one partition spec.
pub(crate) struct Partitioner {
    columns: Vec<PartitionColumn>,
    partition_type: StructType,
    arrow_fields: Fields,
}

struct PartitionColumn {
    /// Of its source in the table's schema, which is the batches' order.
    position: usize,
    transform: Transform,
    function: BoxedTransformFunction,
}

impl Partitioner {
    /// A partitioner for a spec with at least one field; none for an unpartitioned table.
    pub(crate) fn new(spec: &PartitionSpec, schema: &Schema) -> Result<Option<Self>, LoadError> {
        if spec.is_unpartitioned() {
            return Ok(None);
        }
        let partition_type = spec.partition_type(schema).map_err(LoadError::write)?;
        let arrow_type = type_to_arrow_type(&Type::Struct(partition_type.clone())).map_err(LoadError::write)?;
        let DataType::Struct(arrow_fields) = arrow_type else {
            return Err(LoadError::internal(format!("partition values are not a struct but {arrow_type}")));
        };
        let fields = schema.as_struct().fields();
        let columns = spec.fields().iter().map(|field| {
            let position = fields.iter().position(|column| column.id == field.source_id);
            Ok::<_, LoadError>(PartitionColumn {
                position: position.ok_or_else(|| {
                    LoadError::internal(format!("partition field {} has no source in the schema", field.name))
                })?,
                transform: field.transform,
                function: create_transform_function(&field.transform).map_err(LoadError::write)?,
            })
        });
        Ok(Some(Self { columns: columns.collect::<Result<_, _>>()?, partition_type, arrow_fields }))
    }

    /// The partition values of a batch's rows: a struct array with a field for each field of the spec.
    pub(crate) fn values(&self, batch: &RecordBatch) -> Result<ArrayRef, LoadError> {
        let arrays = self.columns.iter().map(|column| column.values(batch.column(column.position)));
        let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
        let values = StructArray::try_new(self.arrow_fields.clone(), arrays, None);
        Ok(Arc::new(values.map_err(|error| LoadError::internal(format!("partition values: {error}")))?))
    }

    /// The partition of the first row of `values`.
    pub(crate) fn key(&self, values: &ArrayRef) -> Result<Struct, LoadError> {
        let first = values.slice(0, 1);
        let literals = arrow_struct_to_literal(&first, &self.partition_type).map_err(LoadError::write)?;
        match literals.into_iter().next().flatten() {
            Some(Literal::Struct(key)) => Ok(key),
            _ => Err(LoadError::internal(format!(
                "partition values are not of type {}",
                Type::Struct(self.partition_type.clone())
            ))),
        }
    }
}

impl PartitionColumn {
    fn values(&self, source: &ArrayRef) -> Result<ArrayRef, LoadError> {
        // iceberg truncates Arrow's Binary only, and itself reads Iceberg's binary as LargeBinary.
        if let (Transform::Truncate(width), Some(bytes)) =
            (self.transform, source.as_any().downcast_ref::<LargeBinaryArray>())
        {
            return Ok(Arc::new(truncated(bytes, width)));
        }
        self.function.transform(Arc::clone(source)).map_err(LoadError::write)
    }
}

/// The first `width` bytes of each value; Iceberg's specification, "Truncate Transform Details".
fn truncated(values: &LargeBinaryArray, width: u32) -> LargeBinaryArray {
    let width = usize::try_from(width).unwrap_or(usize::MAX);
    values.iter().map(|value| value.map(|bytes| bytes.get(..width).unwrap_or(bytes))).collect()
}

#[cfg(test)]
mod tests {
    use super::truncated;
    use arrow_array::LargeBinaryArray;

    #[test]
    fn bytes_are_cut_and_short_ones_and_nulls_stay() {
        let values = LargeBinaryArray::from_iter([Some(&b"\xff\x00\xfe"[..]), Some(b"\x01"), Some(b""), None]);
        let expected = LargeBinaryArray::from_iter([Some(&b"\xff\x00"[..]), Some(b"\x01"), Some(b""), None]);
        assert_eq!(truncated(&values, 2), expected);
    }
}
