//! A definition file's bytes → the definition, or all its faults.

use crate::{ColumnType, Fault};

use super::column::ColumnDraft;
use super::faults::{Faults, Place};
use super::header::{Field, HeaderRow};
use super::records::{self, Record};
use super::setting::Setting;
use super::settings::Settings;
use super::{
    TableDefinition, column_checks, control_checks, merge_checks, order_checks, rename_checks, setting_checks, text,
    treatment_checks,
};

pub(super) fn parse(bytes: &[u8], file: &str) -> Result<TableDefinition, Vec<Fault>> {
    let mut faults = Faults::new(file);
    match read(bytes, &mut faults).filter(|_| faults.is_empty()) {
        Some((settings, columns)) => Ok(TableDefinition {
            file: file.into(),
            merge_places: settings.places_of(&Setting::OF_MERGING),
            dialect: settings.dialect,
            file_settings: settings.file,
            partition: settings.partition,
            sort: settings.sort,
            columns: columns.into_iter().map(ColumnDraft::finish).collect(),
            reject_limit: settings.reject_limit,
            empty: settings.empty,
            replace: settings.replace,
            control: settings.control,
            complete: settings.complete,
            merge: settings.merge,
        }),
        None => Err(faults.into_sorted()),
    }
}

fn read(bytes: &[u8], faults: &mut Faults) -> Option<(Settings, Vec<ColumnDraft>)> {
    let text = text::decode(bytes, faults)?;
    let mut records = records::read(text, faults);
    if let Some(first) = records.first()
        && let Some(name) = other_delimiter(first)
    {
        let message = format!("cells are separated by {name}s, not commas");
        let hint = format!("save the file as \"CSV UTF-8 (comma delimited)\", or replace each {name} by a comma");
        // With another delimiter, what was found so far means nothing.
        faults.clear();
        faults.add_hint(Place { line: first.line, cell: 0 }, message, hint);
        return None;
    }
    let header_at = records.iter().position(|record| !is_setting(record)).unwrap_or(records.len());
    let rows = records.split_off(header_at);
    let mut settings = Settings::default();
    for record in &records {
        settings.read_row(record, faults);
    }
    let Some((header, columns)) = read_columns(&rows, faults) else {
        setting_checks::check(&settings, false, faults);
        return None;
    };
    let has_boolean = columns.iter().any(|column| column.column_type == Some(ColumnType::Boolean));
    setting_checks::check(&settings, has_boolean, faults);
    if header.has(Field::Target) {
        column_checks::check(&columns, &settings.dialect, faults);
        treatment_checks::check(&columns, faults);
        rename_checks::check(&columns, faults);
        order_checks::check(&settings.partition, &settings.sort, &columns, faults);
        control_checks::check_columns(&settings, &columns, faults);
        merge_checks::check(&settings, &columns, faults);
    }
    Some((settings, columns))
}

fn read_columns(rows: &[Record], faults: &mut Faults) -> Option<(HeaderRow, Vec<ColumnDraft>)> {
    let Some((header, rows)) = rows.split_first() else {
        let expected = Field::ALL.map(Field::name).join(",");
        faults.add_hint(Place::FILE, "no header row", format!("write {expected}, then one row per column"));
        return None;
    };
    let header = HeaderRow::read(header, faults)?;
    let mut columns = Vec::new();
    for record in rows {
        // A source column's name may start with @, too; only what is a setting's name is one.
        if Setting::from_name(record.cell(0)).is_some() {
            let message = format!("setting {} stands after the header row", record.cell(0));
            faults.add_hint(record.place(0), message, "move it to the top of the file");
        } else if !record.damaged {
            columns.push(ColumnDraft::read(&header, record, faults));
        }
    }
    Some((header, columns))
}

fn is_setting(record: &Record) -> bool {
    record.cell(0).starts_with('@')
}

/// A semicolon or tab between what must be the first two cells: Excel writes them where the comma is the decimal point.
fn other_delimiter(first: &Record) -> Option<&'static str> {
    [(';', "semicolon"), ('\t', "tab")].into_iter().find_map(|(character, name)| {
        let (cell, _) = first.cell(0).split_once(character)?;
        let known = Field::from_name(cell.trim()).is_some() || cell.starts_with('@');
        known.then_some(name)
    })
}
