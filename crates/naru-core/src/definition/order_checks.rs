//! Checks of partition and sort fields against the columns.

use std::collections::{HashMap, HashSet};

use crate::table_spec::{LOAD_INTERVAL, PartitionField, SortField, Transform};
use crate::{ColumnType, Level, Treatment};

use super::column::ColumnDraft;
use super::faults::{Faults, Place};
use crate::nearest::nearest;

/// Reports partition and sort fields whose columns do not exist or do not fit.
pub(super) fn check(
    partition: &[(PartitionField, Place)],
    sort: &[(SortField, Place)],
    columns: &[ColumnDraft],
    faults: &mut Faults,
) {
    let by_target = columns.iter().filter_map(|column| Some((column.target.as_deref()?, column))).collect();
    let names = Names { by_target, columns };
    for (field, place) in partition {
        check_field(field, *place, &names, faults);
    }
    check_together(partition, &names, faults);
    check_decimals(partition, &names, faults);
    let mut sorted = HashSet::new();
    for (field, place) in sort {
        if !names.exists(&field.column) {
            names.report("@sort", &field.column, *place, faults);
        } else if let Some((why, hint)) = names.refusal(&field.column, Treatment::refusal_of_sort) {
            faults.add_hint(*place, format!("@sort: {why}"), hint);
        } else if !sorted.insert(&field.column) {
            let message = format!("@sort: column \"{}\" is already a sort field", field.column);
            faults.add_hint(*place, message, "keep the first");
        }
    }
}

/// Whether a transform's results show the values themselves, or nearly so. They stand in object keys, in manifests and in logs.
pub(super) fn shows_values(transform: Transform) -> bool {
    matches!(transform, Transform::Identity | Transform::Truncate(_) | Transform::Hour)
}

/// The fault of a partition field that shows personal data: message and hint.
pub(super) fn exposure(field: &PartitionField, level: Level) -> (String, String) {
    let level = level_name(level);
    let message = format!("@partition: \"{field}\" would put values of a {level} column into object keys and logs");
    (message, format!("use bucket(16, {}), or a date", field.column))
}

/// As in names and definitions.
pub(super) fn level_name(level: Level) -> &'static str {
    match level {
        Level::P0 => "p0",
        Level::P1 => "p1",
        Level::P2 => "p2",
        Level::P3 => "p3",
    }
}

struct Names<'a> {
    by_target: HashMap<&'a str, &'a ColumnDraft>,
    columns: &'a [ColumnDraft],
}

impl Names<'_> {
    fn exists(&self, name: &str) -> bool {
        name == LOAD_INTERVAL || self.by_target.contains_key(name)
    }

    fn column(&self, name: &str) -> Option<&ColumnDraft> {
        self.by_target.get(name).copied()
    }

    /// Why the treatment of a column, if it has one, refuses the column's use, and what to write instead.
    fn refusal(
        &self,
        name: &str,
        refusal: impl Fn(Treatment) -> Option<(&'static str, &'static str)>,
    ) -> Option<(String, &'static str)> {
        let treatment = self.column(name)?.treatment?;
        refusal(treatment).map(|(why, hint)| (format!("column \"{name}\" has treatment {treatment}: {why}"), hint))
    }

    fn report(&self, setting: &str, name: &str, place: Place, faults: &mut Faults) {
        let by_source = self.columns.iter().find(|column| column.source == name);
        let candidates = self.by_target.keys().copied().chain([LOAD_INTERVAL]);
        let hint = match by_source.and_then(|column| column.target.as_deref()) {
            Some(target) => format!("it names target columns: write \"{target}\""),
            None => match nearest(name, candidates) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => "it names target columns of this file, or load_interval".into(),
            },
        };
        faults.add_hint(place, format!("{setting}: there is no column \"{name}\""), hint);
    }
}

fn check_field(field: &PartitionField, place: Place, names: &Names<'_>, faults: &mut Faults) {
    if !names.exists(&field.column) {
        names.report("@partition", &field.column, place, faults);
        return;
    }
    if let Some((why, hint)) = names.refusal(&field.column, |treatment| treatment.refusal_of_partition(field.transform))
    {
        faults.add_hint(place, format!("@partition: {why}"), hint);
        return;
    }
    let column = names.column(&field.column);
    let column_type = match column {
        Some(column) => column.stored_type(),
        None => Some(ColumnType::Timestamp),
    };
    if let Some(column_type) = column_type.filter(|column_type| !fits(field.transform, *column_type)) {
        let made = column.and_then(|column| column.treatment).map(|treatment| format!(" that {treatment} makes"));
        let made = made.unwrap_or_default();
        let message =
            format!("@partition: \"{field}\" does not fit the {column_type} column \"{}\"{made}", field.column);
        faults.add_hint(place, message, fitting(field.transform));
    }
    let level = column.and_then(|column| column.level).unwrap_or(Level::P0);
    if level >= Level::P2 && shows_values(field.transform) {
        let (message, hint) = exposure(field, level);
        faults.add_hint(place, message, hint);
    }
}

/// Iceberg's table specification, "Partition Transforms"; a floating-point partition value has no one text, so identity
/// does not take it here.
fn fits(transform: Transform, column_type: ColumnType) -> bool {
    use ColumnType::{Bigint, Binary, Boolean, Date, Decimal, Double, Float, Int, String, Timestamp, Timestamptz};
    match transform {
        Transform::Identity => !matches!(column_type, Float | Double),
        Transform::Year | Transform::Month | Transform::Day => matches!(column_type, Date | Timestamp | Timestamptz),
        Transform::Hour => matches!(column_type, Timestamp | Timestamptz),
        Transform::Bucket(_) => !matches!(column_type, Boolean | Float | Double),
        Transform::Truncate(_) => matches!(column_type, Int | Bigint | Decimal { .. } | String | Binary),
    }
}

fn fitting(transform: Transform) -> &'static str {
    match transform {
        Transform::Identity => "a column itself partitions unless it is float or double",
        Transform::Year => "year takes date, timestamp, timestamptz",
        Transform::Month => "month takes date, timestamp, timestamptz",
        Transform::Day => "day takes date, timestamp, timestamptz",
        Transform::Hour => "hour takes timestamp, timestamptz",
        Transform::Bucket(_) => "bucket takes int, bigint, decimal, date, timestamp, timestamptz, string, binary",
        Transform::Truncate(_) => "truncate takes int, bigint, decimal, string, binary",
    }
}

fn is_time(transform: Transform) -> bool {
    matches!(transform, Transform::Year | Transform::Month | Transform::Day | Transform::Hour)
}

/// Fields that repeat one another, or whose names in Iceberg's partition spec clash.
fn check_together(partition: &[(PartitionField, Place)], names: &Names<'_>, faults: &mut Faults) {
    let mut by_name: HashMap<String, &PartitionField> = HashMap::new();
    let mut by_time: HashMap<&str, &PartitionField> = HashMap::new();
    for (field, place) in partition {
        let name = field.field_name();
        if let Some(earlier) = by_name.get(&name) {
            let message = match *earlier == field {
                true => format!("@partition: \"{field}\" stands twice"),
                false => format!("@partition: \"{earlier}\" and \"{field}\" would both be named \"{name}\""),
            };
            faults.add_hint(*place, message, "keep one");
            continue;
        }
        if field.transform != Transform::Identity && names.exists(&name) {
            let message = format!("@partition: \"{field}\" would be named \"{name}\", which is a column");
            faults.add_hint(*place, message, "rename the column, or partition another way");
        }
        by_name.insert(name, field);
        if !is_time(field.transform) {
            continue;
        }
        if let Some(earlier) = by_time.get(field.column.as_str()) {
            let message =
                format!("@partition: \"{earlier}\" and \"{field}\" both partition \"{}\" by time", field.column);
            faults.add_hint(*place, message, "keep the finer one: it prunes for the coarser too");
        } else {
            by_time.insert(&field.column, field);
        }
    }
}

/// Two fields whose values are the same decimal type. The iceberg crate then defines one Avro name twice in a manifest, and
/// Avro's Java reader, so Spark, refuses the file ("Can't redefine: decimal_18_2").
fn check_decimals(partition: &[(PartitionField, Place)], names: &Names<'_>, faults: &mut Faults) {
    let mut by_type: HashMap<(u8, u8), &PartitionField> = HashMap::new();
    for (field, place) in partition {
        let stored = names.column(&field.column).and_then(ColumnDraft::stored_type);
        let Some(ColumnType::Decimal { precision, scale }) = stored else { continue };
        if !matches!(field.transform, Transform::Identity | Transform::Truncate(_)) {
            continue;
        }
        if let Some(earlier) = by_type.insert((precision, scale), field).filter(|earlier| *earlier != field) {
            let message = format!("@partition: \"{earlier}\" and \"{field}\" are both decimal({precision},{scale})");
            let hint = format!("Spark cannot read such a table: use bucket(16, {})", field.column);
            faults.add_hint(*place, message, hint);
        }
    }
}
