//! Checks of treatments against the columns they stand on.

use crate::Treatment;

use super::column::ColumnDraft;
use super::faults::Faults;
use super::header::Field;

/// Reports treatments that their columns cannot have.
pub(super) fn check(columns: &[ColumnDraft], faults: &mut Faults) {
    for column in columns.iter().filter(|column| column.target.is_some()) {
        let Some(treatment) = column.treatment else { continue };
        let refusal = column.column_type.and_then(|column_type| treatment.refusal(column_type));
        if let Some((message, hint)) = refusal {
            let message = format!("{}: {message}", column.shown());
            faults.add_hint(column.place.of(Field::Treatment), message, hint);
        }
        check_key(column, treatment, faults);
        if treatment == Treatment::Drop && column.required == Some(true) {
            let message = format!("\"required\" means nothing for {}, which is dropped", column.shown());
            faults.add_hint(column.place.of(Field::Required), message, "values of a dropped column are not looked at");
        }
    }
}

fn check_key(column: &ColumnDraft, treatment: Treatment, faults: &mut Faults) {
    if column.key.is_none() || treatment.keeps_equality() {
        return;
    }
    let why = match treatment {
        Treatment::Drop => "the table does not have it",
        _ => "different values become equal",
    };
    let message = format!("key {} has treatment {treatment}: {why}", column.shown());
    let hint = "a key takes hash or encrypt, which keep different values different; or take it out of the key";
    faults.add_hint(column.place.of(Field::Treatment), message, hint);
}
