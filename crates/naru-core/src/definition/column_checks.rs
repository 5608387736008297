//! Checks of the columns against one another: names, the key, formats that come from settings.

use std::collections::HashMap;

use crate::dialect::Header;
use crate::table_spec::LOAD_INTERVAL;
use crate::time_format::TimeFormat;
use crate::{ColumnType, Dialect, Treatment};

use super::column::ColumnDraft;
use super::faults::{Faults, Place};
use super::header::Field;
use super::reserved::is_reserved;

/// Longest column name in the Glue Data Catalog, in bytes (`Column.Name`).
pub(crate) const MAX_NAME_BYTES: usize = 255;

/// Reports what is wrong between columns.
pub(super) fn check(columns: &[ColumnDraft], dialect: &Dialect, faults: &mut Faults) {
    if !columns.iter().any(|column| column.target.is_some() && !column.is_dropped()) {
        let message = match columns {
            [] => "the table has no columns",
            _ if columns.iter().any(ColumnDraft::is_dropped) => "every column is dropped or has no target",
            _ => "no column has a target",
        };
        faults.add_hint(Place::FILE, message, "after the header row, write one row per column");
    }
    check_sources(columns, dialect, faults);
    check_targets(columns, faults);
    check_key(columns, faults);
    for column in columns {
        if column.target.is_none() {
            check_passed_over(column, faults);
        } else {
            check_inherited_format(column, dialect, faults);
        }
    }
}

fn check_sources(columns: &[ColumnDraft], dialect: &Dialect, faults: &mut Faults) {
    if dialect.header != Header::ByName {
        return;
    }
    let mut lines: HashMap<&str, u32> = HashMap::new();
    for column in columns.iter().filter(|column| !column.source.is_empty()) {
        if let Some(line) = lines.get(column.source.as_str()) {
            let message = format!("source \"{}\" is already on line {line}", column.source);
            faults.add_hint(column.place.of(Field::Source), message, "a source column loads into one target");
        } else {
            lines.insert(&column.source, column.place.line);
        }
    }
}

fn check_targets(columns: &[ColumnDraft], faults: &mut Faults) {
    let mut lines: HashMap<String, u32> = HashMap::new();
    for column in columns {
        let Some(target) = column.target.as_deref() else { continue };
        let place = column.place.of(Field::Target);
        check_name(target, place, faults);
        let folded = target.to_lowercase();
        if let Some(line) = lines.get(&folded) {
            let message = format!("target \"{target}\" is already on line {line}");
            faults.add_hint(place, message, "each column of a table has its own name, whatever its case");
        } else {
            lines.insert(folded, column.place.line);
        }
    }
}

fn check_name(target: &str, place: Place, faults: &mut Faults) {
    if !is_name(target) {
        let message = format!("target \"{target}\" is not a column name");
        let suggestion = suggest_name(target);
        let rule = "a name is a lower-case letter, then lower-case letters, digits and _";
        let hint = suggestion.map_or_else(|| rule.into(), |name| format!("{rule}: \"{name}\""));
        faults.add_hint(place, message, hint);
    } else if target.len() > MAX_NAME_BYTES {
        let message = format!("target name of {} characters: at most {MAX_NAME_BYTES}", target.len());
        faults.add_hint(place, message, "shorten it");
    } else if target == LOAD_INTERVAL {
        let message = format!("target \"{LOAD_INTERVAL}\" is the column that naru adds itself");
        faults.add_hint(place, message, "choose another name");
    } else if is_reserved(target) {
        let message = format!("target \"{target}\" is a reserved word of SQL");
        faults.add_hint(place, message, format!("choose another name, as in \"{target}_value\""));
    }
}

/// Whether a text is written as names of columns are.
pub(super) fn is_name(text: &str) -> bool {
    let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    plain && text.starts_with(|c: char| c.is_ascii_lowercase())
}

/// `AccountNo`, `Account No` → `account_no`; none where too little is left.
pub(crate) fn suggest_name(target: &str) -> Option<String> {
    let mut name = String::new();
    let mut after_lower = false;
    for c in target.chars().take(MAX_NAME_BYTES) {
        if c.is_ascii_alphanumeric() {
            if after_lower && c.is_ascii_uppercase() {
                name.push('_');
            }
            name.push(c.to_ascii_lowercase());
        } else if c.is_ascii() && !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        } else if !c.is_ascii() {
            return None;
        }
        after_lower = c.is_ascii_lowercase();
    }
    let name = name.trim_end_matches('_');
    name.starts_with(|c: char| c.is_ascii_lowercase()).then(|| name.to_owned())
}

fn check_key(columns: &[ColumnDraft], faults: &mut Faults) {
    let mut lines: HashMap<u32, u32> = HashMap::new();
    for column in columns {
        let Some(position) = column.key else { continue };
        let place = column.place.of(Field::Key);
        if let Some(line) = lines.get(&position) {
            let message = format!("key position {position} is already on line {line}");
            faults.add_hint(place, message, "number the key's columns 1, 2, 3 in the key's order");
        } else {
            lines.insert(position, column.place.line);
        }
        let Some(target) = &column.target else { continue };
        if matches!(column.column_type, Some(ColumnType::Float | ColumnType::Double)) {
            let message = format!("key column \"{target}\" is a floating-point number, which has no certain equal");
            faults.add_hint(place, message, "use decimal(p,s), or take it out of the key");
        }
        if column.required == Some(false) {
            faults.add(place, format!("key column \"{target}\" may be empty: mark it required"));
        }
    }
    for column in columns {
        let gap = column.key.filter(|position| *position > 1 && !lines.contains_key(&(position - 1)));
        if let Some(position) = gap {
            let message = format!("key position {position} has no {} before it", position - 1);
            faults.add_hint(column.place.of(Field::Key), message, "number the key's columns 1, 2, 3 without gaps");
        }
    }
}

fn check_passed_over(column: &ColumnDraft, faults: &mut Faults) {
    let treated = column.treatment.is_some_and(|treatment| treatment != Treatment::Drop);
    let contradictions = [
        (Field::Key, column.key.is_some()),
        (Field::Required, column.required == Some(true)),
        (Field::Treatment, treated),
    ];
    for (field, _) in contradictions.into_iter().filter(|(_, stands)| *stands) {
        let message = format!("\"{}\" means nothing for {}, which has no target", field.name(), column.shown());
        faults.add_hint(column.place.of(field), message, "give it a target, or clear this cell");
    }
}

/// A format for all timestamps may read an offset, which columns without a zone cannot hold.
fn check_inherited_format(column: &ColumnDraft, dialect: &Dialect, faults: &mut Faults) {
    let inherits = column.column_type == Some(ColumnType::Timestamp) && column.format.is_none();
    let Some(format) = dialect.timestamp_format.as_ref().filter(|_| inherits) else { return };
    let wrong = format.parse::<TimeFormat>().and_then(|format| format.check_timestamp(false)).err();
    if let Some(wrong) = wrong {
        let message = format!("{}: @timestamp_format does not fit: {wrong}", column.shown());
        faults.add_hint(column.place.of(Field::Type), message, "give the column a format of its own");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_names() {
        let cases =
            [("AccountNo", Some("account_no")), ("Account No ", Some("account_no")), ("계좌", None), ("1", None)];
        for (target, expected) in cases {
            assert_eq!(suggest_name(target).as_deref(), expected, "{target}");
        }
    }
}
