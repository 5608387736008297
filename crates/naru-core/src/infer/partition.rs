//! The likely partition: a date or time whose values lie close together, as those of what happens do.

use crate::ColumnType;
use crate::table_spec::{PartitionField, Transform};

use super::doubt::{self, Doubt, Topic};
use super::profile::TableProfile;
use super::types::TypeFinding;

/// Days that a column may span to be partitioned by day: a delivery's own, and late ones.
const MOST_DAYS: i32 = 31;

/// Records that a month should have to be a partition of its own: fewer make many small files.
const LEAST_RECORDS_A_MONTH: u64 = 10_000;

/// The likely partition field; `targets` has the columns' names, none where a column is passed over.
pub(super) fn choose(
    profile: &TableProfile,
    types: &[TypeFinding],
    targets: &[Option<String>],
    is_personal: &[bool],
    doubts: &mut Vec<Doubt>,
) -> Option<PartitionField> {
    let mut found: Vec<(usize, PartitionField)> = Vec::new();
    for (index, column) in profile.columns.iter().enumerate() {
        let (Some(finding), Some(Some(target))) = (types.get(index), targets.get(index)) else { continue };
        let is_time = matches!(finding.column_type, ColumnType::Date | ColumnType::Timestamp | ColumnType::Timestamptz);
        if !is_time || !column.is_complete() || is_personal.get(index) != Some(&false) {
            continue;
        }
        let Some(transform) = finding.days.and_then(|days| transform(days, profile.records())) else { continue };
        let field = PartitionField { transform, column: target.clone() };
        // Iceberg's partition fields share their names with columns.
        if !targets.iter().flatten().any(|target| *target == field.field_name()) {
            found.push((index, field));
        }
    }
    let others: Vec<usize> = found.iter().skip(1).map(|(index, _)| *index).collect();
    let (index, field) = found.into_iter().next()?;
    let others = match others.is_empty() {
        true => String::new(),
        false => format!("; it could be by {}, too", doubt::columns(&others)),
    };
    let unit = if field.transform == Transform::Day { "day" } else { "month" };
    let message = format!("taken for the partition, by {unit}, by what the sample spans{others}");
    doubts.push(Doubt::of_column(Topic::Partition, index, message));
    Some(field)
}

/// By day or month, by first and last day and the number of records; none if neither suits.
fn transform((first, last): (i32, i32), records: u64) -> Option<Transform> {
    let days = last.saturating_sub(first).saturating_add(1);
    if days <= MOST_DAYS {
        return Some(Transform::Day);
    }
    let months = u64::try_from(days / 30).unwrap_or(u64::MAX).max(1);
    (records / months >= LEAST_RECORDS_A_MONTH).then_some(Transform::Month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_months_by_what_the_sample_spans() {
        assert_eq!(transform((100, 100), 5), Some(Transform::Day));
        assert_eq!(transform((100, 130), 5), Some(Transform::Day));
        assert_eq!(transform((100, 131), 5), None);
        assert_eq!(transform((0, 364), 1_000_000), Some(Transform::Month));
        assert_eq!(transform((0, 9000), 1_000_000), None);
        assert_eq!(transform((i32::MIN, i32::MAX), 1), None);
    }
}
