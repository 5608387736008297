//! Whether files of an earlier partition spec hold rows of partitions of the present one, as far as their bounds tell.

use std::collections::HashMap;

use iceberg::spec::{DataFile as Entry, Datum, Literal, PartitionSpec, PrimitiveLiteral, Struct};
use iceberg::transform::create_transform_function;

use super::partition_values::widest_literal;
use crate::history::Share;

/// How much of a file is in a partition of `spec`, whatever spec the file was written with.
pub(crate) fn share_of_partition(file: &Entry, spec: &PartitionSpec, partition: &Struct) -> Share {
    let mut share = Share::All;
    for (field, value) in spec.fields().iter().zip(partition.iter()) {
        let nulls = file.null_value_counts().get(&field.source_id).copied();
        let of_field = match value {
            None if nulls == Some(0) => Share::None,
            None if nulls == Some(file.record_count()) => Share::All,
            None => Share::Maybe,
            Some(_) if nulls == Some(file.record_count()) => Share::None,
            Some(Literal::Primitive(value)) if field.transform.preserves_order() => {
                let bound = |bounds: &HashMap<i32, Datum>| {
                    let function = create_transform_function(&field.transform).ok()?;
                    let result = function.transform_literal(bounds.get(&field.source_id)?).ok()??;
                    Some(widest_literal(result.literal()))
                };
                let within = within(bound(file.lower_bounds()), bound(file.upper_bounds()), &widest_literal(value));
                if within == Share::All && nulls != Some(0) { Share::Maybe } else { within }
            }
            Some(_) => Share::Maybe,
        };
        share = match (share, of_field) {
            (Share::None, _) | (_, Share::None) => return Share::None,
            (Share::All, of_field) => of_field,
            (share, _) => share,
        };
    }
    share
}

fn within(lower: Option<PrimitiveLiteral>, upper: Option<PrimitiveLiteral>, value: &PrimitiveLiteral) -> Share {
    let kind = std::mem::discriminant::<PrimitiveLiteral>;
    match (lower, upper) {
        (Some(lower), Some(upper)) if kind(&lower) == kind(value) && kind(&upper) == kind(value) => {
            if *value < lower || upper < *value {
                Share::None
            } else if lower == upper {
                Share::All
            } else {
                Share::Maybe
            }
        }
        _ => Share::Maybe,
    }
}
