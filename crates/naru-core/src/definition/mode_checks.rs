//! Checks of a definition under a job of a mode, which the definition itself does not know.

use crate::Mode;
use crate::table_spec::{IS_CURRENT, VALID_FROM, VALID_TO};

use super::TableDefinition;
use super::faults::{Faults, Place};
use super::header::Field;
use super::setting::Setting;

/// Reports what the mode needs and the definition lacks, and what the definition says and the mode ignores.
pub(super) fn check(definition: &TableDefinition, mode: Mode, faults: &mut Faults) {
    let finds_keys = matches!(mode, Mode::Merge | Mode::Scd2);
    if finds_keys && !definition.columns.iter().any(|column| column.key.is_some()) {
        let message = format!("mode {} finds rows by their key, and no column is of the key", mode.as_str());
        let hint = "number the key's columns 1, 2, 3 in the column \"key\", and mark them required";
        faults.add_hint(Place::FILE, message, hint);
    }
    for (setting, place) in definition.merge_places.iter().filter(|(setting, _)| !heeds(mode, *setting)) {
        let message = format!("{}: a job of mode {} does not heed it", setting.name(), mode.as_str());
        faults.add_hint(*place, message, instead(mode, *setting));
    }
    if mode == Mode::Scd2 {
        check_names(definition, faults);
    }
}

fn heeds(mode: Mode, setting: Setting) -> bool {
    match mode {
        Mode::Append | Mode::Replace => false,
        Mode::Merge => setting != Setting::ValidFrom,
        Mode::Scd2 => true,
    }
}

fn instead(mode: Mode, setting: Setting) -> &'static str {
    match (mode, setting) {
        (Mode::Merge, Setting::ValidFrom) => {
            "take the row out; @order_by says which row of a key is the newer, and mode scd2 keeps history"
        }
        _ => "take the row out, or rename the job: the modes merge and scd2 find rows by key",
    }
}

fn check_names(definition: &TableDefinition, faults: &mut Faults) {
    for column in &definition.columns {
        let Some(target) = column.target.as_deref().filter(|name| [VALID_FROM, VALID_TO, IS_CURRENT].contains(name))
        else {
            continue;
        };
        let message = format!("target \"{target}\" is a column that naru adds itself to a table of mode scd2");
        let hint = match target {
            VALID_FROM => {
                "choose another name, as in changed_at, and name it in @valid_from if it is the time of the change"
            }
            _ => "choose another name, as in source_valid_to or source_is_current",
        };
        faults.add_hint(column.place.of(Field::Target), message, hint);
    }
}
