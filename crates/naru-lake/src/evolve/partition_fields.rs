//! The fields of a table's next partition spec, with names that no other field and no column has.

use iceberg::spec::{PartitionField as Known, Schema, TableMetadata, Transform, UnboundPartitionSpec};
use naru_core::table_spec::{PartitionField, Transform as SpecTransform};

use super::to_spec::{column_id, invalid};
use crate::error::LakeError;
use crate::schema::iceberg_transform;

/// The next partition spec; none if the current one partitions by these fields already.
pub(super) fn unbound(
    metadata: &TableMetadata,
    schema: &Schema,
    fields: &[PartitionField],
) -> Result<Option<UnboundPartitionSpec>, LakeError> {
    let mut wanted = Vec::with_capacity(fields.len());
    for field in fields {
        wanted.push((column_id(schema, &field.column)?, iceberg_transform(field.transform)));
    }
    let current = metadata.default_partition_spec().fields();
    let is_same = current.iter().map(|field| (field.source_id, field.transform)).eq(wanted.iter().copied());
    let is_clear = |field: &Known| is_clear_of_columns(schema, &field.name, (field.source_id, field.transform));
    if is_same && current.iter().all(is_clear) {
        return Ok(None);
    }
    let mut builder = UnboundPartitionSpec::builder();
    let mut taken = Vec::with_capacity(fields.len());
    for (field, means) in fields.iter().zip(wanted) {
        let name = name(metadata, schema, field, means, &taken);
        builder = builder.add_partition_field(means.0, &name, means.1).map_err(invalid)?;
        taken.push(name);
    }
    Ok(Some(builder.build()))
}

/// The name that a field of the same meaning had before, or a new one. Readers join the fields of all specs into one
/// struct, so that no two of different meaning may have one name.
fn name(
    metadata: &TableMetadata,
    schema: &Schema,
    field: &PartitionField,
    means: (i32, Transform),
    taken: &[String],
) -> String {
    let known: Vec<&Known> = metadata.partition_specs_iter().flat_map(|spec| spec.fields()).collect();
    let meaning = |field: &Known| (field.source_id, field.transform);
    let is_free = |name: &String| {
        !taken.contains(name)
            && is_clear_of_columns(schema, name, means)
            && known.iter().all(|known| known.name != *name || meaning(known) == means)
    };
    let before = known.iter().filter(|known| meaning(known) == means).map(|known| known.name.clone());
    let plain = field.field_name();
    let base = match field.transform {
        SpecTransform::Bucket(width) | SpecTransform::Truncate(width) => format!("{plain}_{width}"),
        _ => plain.clone(),
    };
    let candidates = [plain.clone(), base.clone()].into_iter().chain((2..).map(|n: u32| format!("{base}_{n}")));
    before.chain(candidates).find(is_free).unwrap_or(plain)
}

/// A partition field may have the name of a column only if it is that column itself.
fn is_clear_of_columns(schema: &Schema, name: &str, (source_id, transform): (i32, Transform)) -> bool {
    schema.field_by_name(name).is_none_or(|column| transform == Transform::Identity && column.id == source_id)
}
