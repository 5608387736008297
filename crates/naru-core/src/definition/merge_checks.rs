//! Checks of `@order_by`, `@deleted` and `@valid_from` against the columns.

use crate::ColumnType;
use crate::merge::DeletedMarker;
use crate::nearest::nearest;

use super::column::ColumnDraft;
use super::faults::{Faults, Place};
use super::setting::Setting;
use super::settings::Settings;

/// Reports columns that do not exist or cannot say what the settings ask of them.
pub(super) fn check(settings: &Settings, columns: &[ColumnDraft], faults: &mut Faults) {
    let rules = &settings.merge;
    for (setting, name) in [(Setting::OrderBy, &rules.order_by), (Setting::ValidFrom, &rules.valid_from)] {
        if let Some(name) = name {
            check_ordering(setting, name, place(settings, setting), columns, faults);
        }
    }
    if let Some(marker) = &rules.deleted {
        check_deleted(marker, place(settings, Setting::Deleted), columns, faults);
    }
}

fn place(settings: &Settings, setting: Setting) -> Place {
    settings.place(setting).unwrap_or(Place::FILE)
}

/// A column whose values tell which of two rows is the newer.
fn check_ordering(setting: Setting, name: &str, place: Place, columns: &[ColumnDraft], faults: &mut Faults) {
    let setting_name = setting.name();
    let Some(column) = columns.iter().find(|column| column.target.as_deref() == Some(name)) else {
        let by_source = columns.iter().find(|column| column.source == name);
        let candidates = columns.iter().filter_map(|column| column.target.as_deref());
        let hint = match (by_source.map(|column| column.target.as_deref()), nearest(name, candidates)) {
            (Some(Some(target)), _) => format!("it names target columns: write \"{target}\""),
            (Some(None), _) => "the column is passed over: give it a target".into(),
            (None, Some(near)) => format!("did you mean \"{near}\"?"),
            (None, None) => "it names target columns of this file".into(),
        };
        faults.add_hint(place, format!("{setting_name}: there is no column \"{name}\""), hint);
        return;
    };
    if let Some(treatment) = column.treatment {
        let message = format!("{setting_name}: column \"{name}\" has treatment {treatment}, which keeps no order");
        faults.add_hint(place, message, "name another column, or load this one as it is");
    } else if let Some(column_type) = column.column_type.filter(|column_type| !orders(setting, *column_type)) {
        let message = format!("{setting_name}: the {column_type} column \"{name}\" {}", unfit(setting));
        faults.add_hint(place, message, fitting(setting));
    }
    if column.key.is_some() {
        let message =
            format!("{setting_name}: column \"{name}\" is of the key, so that all rows of a key have the same");
        faults.add_hint(place, message, "name a column that changes with the row, as in changed_at");
    }
    if column.required == Some(false) {
        let message = format!("{setting_name}: column \"{name}\" may be empty");
        faults.add_hint(place, message, "mark it required: a row without it is neither older nor newer");
    }
}

fn orders(setting: Setting, column_type: ColumnType) -> bool {
    use ColumnType::{Bigint, Date, Decimal, Int, String, Timestamp, Timestamptz};
    match column_type {
        Date | Timestamp | Timestamptz => true,
        Int | Bigint | Decimal { .. } | String => setting == Setting::OrderBy,
        _ => false,
    }
}

fn unfit(setting: Setting) -> &'static str {
    if setting == Setting::ValidFrom { "holds no time" } else { "has no certain order" }
}

fn fitting(setting: Setting) -> &'static str {
    if setting == Setting::ValidFrom {
        "it takes date, timestamp, timestamptz"
    } else {
        "it takes int, bigint, decimal, date, timestamp, timestamptz, string"
    }
}

fn check_deleted(marker: &DeletedMarker, place: Place, columns: &[ColumnDraft], faults: &mut Faults) {
    let name = &marker.column;
    let mut named = columns.iter().filter(|column| column.source == *name);
    let Some(column) = named.next() else {
        let by_target = columns.iter().find(|column| column.target.as_deref() == Some(name.as_str()));
        let candidates = columns.iter().map(|column| column.source.as_str());
        let hint = match (by_target, nearest(name, candidates)) {
            (Some(column), _) => format!("it names a column of the source: write \"{}\"", column.source),
            (None, Some(near)) => format!("did you mean \"{near}\"?"),
            (None, None) => {
                "it names a column of the source: add a row for it, without a target to pass it over".into()
            }
        };
        faults.add_hint(place, format!("@deleted: there is no source column \"{name}\""), hint);
        return;
    };
    if let Some(other) = named.next() {
        let message =
            format!("@deleted: source \"{name}\" stands on lines {} and {}", column.place.line, other.place.line);
        faults.add_hint(place, message, "give one of them another label");
        return;
    }
    if column.key.is_some() {
        let message =
            format!("@deleted: column \"{name}\" is of the key, so that it cannot say that its key is deleted");
        faults.add_hint(place, message, "name another column, or take it out of the key");
    }
    if let Some(treatment) = column.treatment {
        let message = format!("@deleted: column \"{name}\" has treatment {treatment}");
        faults.add_hint(place, message, "clear its treatment; to keep it out of the table, clear its target, too");
    }
    match column.column_type {
        None if column.target.is_none() => {
            let message = format!("@deleted: column \"{name}\" has no type");
            faults.add_hint(place, message, "write its type, though it has no target: string, int, bigint or boolean");
        }
        Some(column_type) => check_values(marker, column_type, place, faults),
        None => {}
    }
}

/// Values that the type never has would never delete anything.
fn check_values(marker: &DeletedMarker, column_type: ColumnType, place: Place, faults: &mut Faults) {
    let name = &marker.column;
    let whole = |value: &str| value.parse::<i64>().ok().filter(|number| number.to_string() == value);
    let (has, hint): (&dyn Fn(&str) -> bool, _) = match column_type {
        ColumnType::String => return,
        ColumnType::Boolean => {
            (&|value| matches!(value, "true" | "false"), "write true or false, whatever the source writes")
        }
        ColumnType::Int => (&|value| whole(value).is_some_and(|n| i32::try_from(n).is_ok()), WHOLE_NUMBER),
        ColumnType::Bigint => (&|value| whole(value).is_some(), WHOLE_NUMBER),
        other => {
            let message = format!("@deleted: the {other} column \"{name}\" is no marker");
            faults.add_hint(place, message, "it takes string, int, bigint, boolean");
            return;
        }
    };
    for value in marker.values.iter().filter(|value| !has(value)) {
        faults.add_hint(
            place,
            format!("@deleted: a column of type {column_type} never has the value \"{value}\""),
            hint,
        );
    }
}

const WHOLE_NUMBER: &str = "write the number itself, as in 1, without zeros or a + before it";
