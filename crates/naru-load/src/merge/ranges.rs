//! Which files and row groups may hold one of some keys: by bounds, and by partition.

use std::collections::{HashMap, HashSet};

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use iceberg::arrow::arrow_primitive_to_literal;
use iceberg::spec::{Datum, Literal, PrimitiveType, Transform, Type};
use iceberg::transform::create_transform_function;
use naru_lake::{LakeTable, LiveFile};

/// More values of a column than this are known by the least and the greatest only.
const MAX_VALUES: usize = 1_000_000;

/// Where some keys lie.
pub(crate) struct KeyRanges {
    columns: Vec<KeyColumn>,
    /// By partition spec.
    partitions: HashMap<i32, KeyPartitions>,
}

/// The values that keys have in partition fields that are made of key columns alone.
struct KeyPartitions {
    /// Positions of the fields in their spec.
    fields: Vec<usize>,
    values: HashSet<PartitionValues>,
}

/// Values of partition fields, null as none.
type PartitionValues = Vec<Option<Literal>>;

/// The values of one key column.
struct KeyColumn {
    field_id: i32,
    /// Ascending, each once.
    values: Vec<Datum>,
    /// Whether these are all values, or only the least and the greatest.
    is_complete: bool,
}

impl KeyRanges {
    /// Of keys in batches; `field_ids` are the columns'.
    pub(crate) fn of(table: &LakeTable, field_ids: &[i32], batches: &[Vec<ArrayRef>]) -> Self {
        let columns = field_ids.iter().enumerate().filter_map(|(index, field_id)| {
            let values = batches.iter().map(|columns| datums(columns.get(index)?)).collect::<Option<Vec<_>>>()?;
            KeyColumn::new(*field_id, values.into_iter().flatten().collect())
        });
        Self { columns: columns.collect(), partitions: partitions(table, field_ids, batches) }
    }

    /// Whether a file may hold one of the keys.
    pub(crate) fn may_hold(&self, file: &LiveFile) -> bool {
        let by_bounds = self.columns.iter().all(|column| {
            let (lower, upper) = file.bounds(column.field_id);
            column.may_meet(lower, upper)
        });
        by_bounds && self.may_hold_partition(file)
    }

    /// Whether rows with such bounds may have one of the keys.
    pub(crate) fn may_meet(&self, bounds: impl Fn(i32) -> (Option<Datum>, Option<Datum>)) -> bool {
        self.columns.iter().all(|column| {
            let (lower, upper) = bounds(column.field_id);
            column.may_meet(lower.as_ref(), upper.as_ref())
        })
    }

    /// The least and the greatest value of each column, where they are known.
    pub(crate) fn extremes(&self) -> Vec<(i32, Datum, Datum)> {
        let extremes = |column: &KeyColumn| {
            let (least, greatest) = (column.values.first()?.clone(), column.values.last()?.clone());
            Some((column.field_id, least, greatest))
        };
        self.columns.iter().filter_map(extremes).collect()
    }

    fn may_hold_partition(&self, file: &LiveFile) -> bool {
        let Some(keys) = self.partitions.get(&file.spec_id()) else { return true };
        let values = file.partition().fields();
        let of_file: PartitionValues = keys.fields.iter().map(|field| values.get(*field).cloned().flatten()).collect();
        keys.values.contains(&of_file)
    }
}

impl KeyColumn {
    fn new(field_id: i32, mut values: Vec<Datum>) -> Option<Self> {
        values.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
        values.dedup();
        let is_complete = values.len() <= MAX_VALUES;
        if !is_complete {
            values = vec![values.first()?.clone(), values.last()?.clone()];
        }
        Some(Self { field_id, values, is_complete })
    }

    /// Whether a value lies between bounds. Values that cannot be compared with them may.
    fn may_meet(&self, lower: Option<&Datum>, upper: Option<&Datum>) -> bool {
        let (Some(least), Some(greatest)) = (self.values.first(), self.values.last()) else { return false };
        let (Some(lower), Some(upper)) = (lower, upper) else { return true };
        if lower.partial_cmp(least).is_none() || upper.partial_cmp(greatest).is_none() {
            return true;
        }
        if !self.is_complete {
            return least <= upper && greatest >= lower;
        }
        let from = self.values.partition_point(|value| value < lower);
        self.values.get(from).is_some_and(|value| value <= upper)
    }
}

/// Where the keys lie in each partition spec, as far as it is about key columns.
fn partitions(table: &LakeTable, field_ids: &[i32], batches: &[Vec<ArrayRef>]) -> HashMap<i32, KeyPartitions> {
    let mut partitions = HashMap::new();
    let schema = table.metadata().current_schema();
    for spec in table.metadata().partition_specs_iter() {
        let mut fields = Vec::new();
        for (position, field) in spec.fields().iter().enumerate() {
            let key = field_ids.iter().position(|id| *id == field.source_id);
            let source = schema.field_by_id(field.source_id).map(|source| source.field_type.as_ref());
            if let (Some(key), Some(source)) = (key, source)
                && field.transform != Transform::Void
                && let Ok(result) = field.transform.result_type(source)
            {
                fields.push((position, key, field.transform, result));
            }
        }
        if fields.is_empty() {
            continue;
        }
        // Without one field's values nothing is told by the spec's partitions.
        let values = batches.iter().map(|columns| tuples(columns, &fields)).collect::<Option<Vec<_>>>();
        if let Some(values) = values {
            let fields = fields.iter().map(|(position, ..)| *position).collect();
            let keys = KeyPartitions { fields, values: values.into_iter().flatten().collect() };
            partitions.insert(spec.spec_id(), keys);
        }
    }
    partitions
}

fn tuples(columns: &[ArrayRef], fields: &[(usize, usize, Transform, Type)]) -> Option<HashSet<PartitionValues>> {
    let mut values = Vec::with_capacity(fields.len());
    for (_, key, transform, result) in fields {
        let transformed = create_transform_function(transform).ok()?.transform(columns.get(*key)?.clone()).ok()?;
        values.push(arrow_primitive_to_literal(&transformed, result).ok()?);
    }
    let rows = columns.first()?.len();
    Some((0..rows).map(|row| values.iter().map(|column| column.get(row).cloned().flatten()).collect()).collect())
}

/// A key column's values; none for types that are not pruned by.
fn datums(array: &ArrayRef) -> Option<Vec<Datum>> {
    Some(match array.data_type() {
        DataType::Int32 => array.as_primitive::<Int32Type>().iter().flatten().map(Datum::int).collect(),
        DataType::Int64 => array.as_primitive::<Int64Type>().iter().flatten().map(Datum::long).collect(),
        DataType::Date32 => array.as_primitive::<Date32Type>().iter().flatten().map(Datum::date).collect(),
        DataType::Timestamp(_, zone) => {
            let micros = array.as_primitive::<TimestampMicrosecondType>().iter().flatten();
            match zone {
                None => micros.map(Datum::timestamp_micros).collect(),
                Some(_) => micros.map(Datum::timestamptz_micros).collect(),
            }
        }
        DataType::Utf8 => array.as_string::<i32>().iter().flatten().map(Datum::string).collect(),
        DataType::Decimal128(precision, scale) => {
            let column_type =
                PrimitiveType::Decimal { precision: u32::from(*precision), scale: u32::try_from(*scale).ok()? };
            let values = array.as_primitive::<Decimal128Type>().iter().flatten();
            values
                .map(|value| Datum::try_from_bytes(&value.to_be_bytes(), column_type.clone()).ok())
                .collect::<Option<Vec<_>>>()?
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn values_between_bounds_are_met() {
        let column = KeyColumn::new(1, [5, 1, 9, 5].map(Datum::long).to_vec()).unwrap();
        let meets = |lower, upper| column.may_meet(Some(&Datum::long(lower)), Some(&Datum::long(upper)));
        assert!(meets(0, 1) && meets(5, 5) && meets(6, 9) && meets(-3, 100));
        assert!(!meets(2, 4) && !meets(10, 20) && !meets(-5, 0));
    }

    #[test]
    fn what_cannot_be_told_may_be() {
        let column = KeyColumn::new(1, vec![Datum::long(1)]).unwrap();
        assert!(column.may_meet(None, Some(&Datum::long(0))));
        assert!(column.may_meet(Some(&Datum::int(5)), Some(&Datum::int(6))));
    }
}
