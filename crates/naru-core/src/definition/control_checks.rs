//! Checks of `@control` against the columns and the dialect.

use crate::control::{Control, sum_scale};

use super::column::ColumnDraft;
use super::faults::{Faults, Place};
use super::setting::Setting;
use super::settings::Settings;
use crate::nearest::nearest;

/// Reports sums whose columns do not exist or have no exact sum.
pub(super) fn check_columns(settings: &Settings, columns: &[ColumnDraft], faults: &mut Faults) {
    let place = settings.place(Setting::Control).unwrap_or(Place::FILE);
    for column in settings.control.iter().flat_map(Control::sums) {
        check_sum(column, place, columns, faults);
    }
}

/// Reports a trailer record that the dialect cannot tell by its first field.
pub(super) fn check_mark(settings: &Settings, faults: &mut Faults) {
    let Some(mark) = settings.control.as_ref().and_then(Control::mark) else { return };
    let place = settings.place(Setting::Control).unwrap_or(Place::FILE);
    let dialect = &settings.dialect;
    let special = [
        (Setting::Delimiter, Some(dialect.delimiter)),
        (Setting::Quote, dialect.quote),
        (Setting::Escape, dialect.escape),
    ];
    for (setting, character) in special {
        if character.is_some_and(|character| mark.contains(character)) {
            let message =
                format!("@control: the trailer's first field \"{mark}\" holds the {} character", setting.name());
            faults.add_hint(
                place,
                message,
                "write the field's text without quotes around it, and without what follows",
            );
        }
    }
}

fn check_sum(column: &str, place: Place, columns: &[ColumnDraft], faults: &mut Faults) {
    let Some(known) = columns.iter().find(|known| known.target.as_deref() == Some(column)) else {
        let by_source = columns.iter().find(|known| known.source == column);
        let candidates = columns.iter().filter_map(|known| known.target.as_deref());
        let hint = match (by_source.map(|known| known.target.as_deref()), nearest(column, candidates)) {
            (Some(Some(target)), _) => format!("it names target columns: write \"sum({target})\""),
            (Some(None), _) => "the column is passed over: give it a target to sum it".into(),
            (None, Some(near)) => format!("did you mean \"sum({near})\"?"),
            (None, None) => "it names target columns of this file".into(),
        };
        faults.add_hint(place, format!("@control: there is no column \"{column}\""), hint);
        return;
    };
    if let Some(column_type) = known.column_type.filter(|column_type| sum_scale(*column_type).is_none()) {
        let message = format!("@control: the {column_type} column \"{column}\" has no exact sum");
        faults.add_hint(place, message, "int, bigint and decimal columns can be summed; write _ for this field");
    }
    if let Some(treatment) = &known.treatment {
        let message = format!("@control: column \"{column}\" is treated ({treatment}), and is not summed");
        faults.add_hint(place, message, "write _ for this field; rows alone also tells a file that was cut off");
    }
}
