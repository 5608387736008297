//! Checks of what columns were called before.

use std::collections::HashMap;

use crate::table_spec::LOAD_INTERVAL;

use super::column::ColumnDraft;
use super::column_checks::is_name;
use super::faults::Faults;
use super::header::Field;

/// Reports old names that cannot be meant: those of columns that are there, those that two columns claim.
pub(super) fn check(columns: &[ColumnDraft], faults: &mut Faults) {
    let lines: HashMap<&str, u32> =
        columns.iter().filter_map(|column| Some((column.target.as_deref()?, column.place.line))).collect();
    let mut claimed: HashMap<&str, u32> = HashMap::new();
    for column in columns {
        let Some(old) = column.renamed_from.as_deref() else { continue };
        let place = column.place.of(Field::RenamedFrom);
        if column.target.is_none() || column.is_dropped() {
            let message =
                format!("\"renamed_from\" means nothing for {}, which the table does not have", column.shown());
            faults.add_hint(place, message, "clear this cell");
        } else if column.target.as_deref() == Some(old) {
            let message = format!("{} is renamed from its own name", column.shown());
            faults.add_hint(place, message, "write the name that it had before, or clear this cell");
        } else if let Some(line) = lines.get(old) {
            let message = format!("renamed_from \"{old}\" is the target on line {line}");
            let hint = "a column cannot take over another's values while that one stays: clear this cell, or rename in two \
                        steps";
            faults.add_hint(place, message, hint);
        } else if old == LOAD_INTERVAL || !is_name(old) {
            let message = format!("renamed_from \"{old}\" is no target's name");
            faults.add_hint(place, message, "write the name that the column has in the table");
        } else if let Some(line) = claimed.get(old) {
            let message = format!("renamed_from \"{old}\" is already on line {line}");
            faults.add_hint(place, message, "a column is renamed to one name; a copy is a column of its own");
        } else {
            claimed.insert(old, column.place.line);
        }
    }
}
