//! Values of the settings of merging: `@order_by`, `@deleted`, `@valid_from`, `@merge_write`.

use crate::merge::{DeletedMarker, MergeWrite};

use super::faults::Faults;
use super::records::Record;
use super::setting::Setting;
use super::setting_value::{BadValue, word};

/// One column's name; that it exists and fits is checked with the columns.
pub(super) fn column(text: &str) -> Result<Option<String>, BadValue> {
    if text.is_empty() {
        return Err(BadValue::new("no column is named", "write a target column's name, as in changed_at"));
    }
    Ok(Some(text.into()))
}

/// `auto`, `copy-on-write` or `position-deletes`.
pub(super) fn merge_write(text: &str) -> Result<MergeWrite, BadValue> {
    let words = [
        ("auto", MergeWrite::Auto),
        ("copy-on-write", MergeWrite::CopyOnWrite),
        ("position-deletes", MergeWrite::PositionDeletes),
    ];
    // Iceberg's table properties say merge-on-read for what position deletes are made by.
    match text.to_ascii_lowercase().replace('_', "-").as_str() {
        "merge-on-read" => {
            Err(BadValue::new(format!("unknown value \"{text}\""), "for merge-on-read write position-deletes"))
        }
        text => word(text, &words),
    }
}

/// A source column and the texts that mean deleted; a text that is repeated counts once.
pub(super) fn deleted(record: &Record, faults: &mut Faults) -> Option<DeletedMarker> {
    let name = Setting::Deleted.name();
    let column = record.cell(1);
    if column.is_empty() {
        let hint = "write the source's name of a column, then the values that mean deleted, as in @deleted,OP,D";
        faults.add_hint(record.place(1), format!("{name}: no column is named"), hint);
        return None;
    }
    let mut values: Vec<String> = Vec::new();
    for (index, value) in record.cells.iter().enumerate().skip(2) {
        if value.is_empty() {
            let message = format!("{name}: an empty value is null, which never means deleted");
            faults.add_hint(record.place(index), message, "write a value, or take the empty cell out");
        } else if !values.contains(value) {
            values.push(value.clone());
        }
    }
    if record.cells.len() < 3 {
        let message = format!("{name}: no value of \"{column}\" means deleted");
        faults.add_hint(record.place(2), message, format!("write it behind the column, as in {name},{column},D"));
    }
    Some(DeletedMarker { column: column.into(), values })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_writing_in_any_case() {
        for (text, expected) in [
            ("auto", MergeWrite::Auto),
            ("Copy-On-Write", MergeWrite::CopyOnWrite),
            ("position_deletes", MergeWrite::PositionDeletes),
        ] {
            assert_eq!(merge_write(text), Ok(expected), "{text}");
        }
        for (text, hint) in [
            ("merge-on-read", "for merge-on-read write position-deletes"),
            ("position-delete", "did you mean \"position-deletes\"?"),
            ("both", "the values are auto, copy-on-write, position-deletes"),
        ] {
            assert_eq!(merge_write(text).err().and_then(|bad| bad.hint).as_deref(), Some(hint));
        }
    }

    #[test]
    fn words_are_those_of_the_plan() {
        for write in [MergeWrite::Auto, MergeWrite::CopyOnWrite, MergeWrite::PositionDeletes] {
            let plan = serde_json::json!(write);
            assert_eq!(plan.as_str().and_then(|word| merge_write(word).ok()), Some(write));
        }
    }
}
