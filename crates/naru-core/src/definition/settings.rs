//! Setting rows → the dialect, the table's order and file settings, and the run's limits.

use std::collections::{BTreeMap, HashSet};

use crate::Dialect;
use crate::control::Control;
use crate::landing::CompleteWhen;
use crate::merge::MergeRules;
use crate::plan::{EmptyPolicy, RejectLimit, ReplaceScope};
use crate::table_spec::{FileSettings, PartitionField, SortField};

use super::control;
use super::faults::{Faults, Place};
use super::merge_settings;
use super::order;
use super::records::Record;
use super::setting::Setting;
use super::setting_value::{self as value, BadValue};

/// All that setting rows say; what they leave out has its default.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) dialect: Dialect,
    pub(super) file: FileSettings,
    pub(super) partition: Vec<(PartitionField, Place)>,
    pub(super) sort: Vec<(SortField, Place)>,
    pub(super) reject_limit: RejectLimit,
    pub(super) empty: EmptyPolicy,
    pub(super) replace: ReplaceScope,
    pub(super) control: Option<Control>,
    pub(super) complete: Option<CompleteWhen>,
    pub(super) merge: MergeRules,
    /// Where each setting that stands in the file has its first value.
    places: BTreeMap<Setting, Place>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            dialect: Dialect::default(),
            file: FileSettings::default(),
            partition: Vec::new(),
            sort: Vec::new(),
            reject_limit: RejectLimit::Rows(0),
            empty: EmptyPolicy::default(),
            replace: ReplaceScope::default(),
            control: None,
            complete: None,
            merge: MergeRules::default(),
            places: BTreeMap::new(),
        }
    }
}

impl Settings {
    /// Where the setting's first value stands; none: the setting has its default.
    pub(super) fn place(&self, setting: Setting) -> Option<Place> {
        self.places.get(&setting).copied()
    }

    /// Those of the settings that stand in the file, with their places.
    pub(super) fn places_of(&self, settings: &[Setting]) -> Vec<(Setting, Place)> {
        settings.iter().filter_map(|setting| Some((*setting, self.place(*setting)?))).collect()
    }

    /// Takes a row whose first cell starts with `@`.
    pub(super) fn read_row(&mut self, record: &Record, faults: &mut Faults) {
        let name = record.cell(0);
        let Some(setting) = Setting::from_name(name) else {
            faults.add_hint(record.place(0), format!("unknown setting \"{name}\""), Setting::hint_for(name));
            return;
        };
        let name = setting.name();
        if let Some(first) = self.place(setting) {
            let message = format!("setting {name} is already on line {}", first.line);
            faults.add_hint(record.place(0), message, "keep one of the rows");
            return;
        }
        self.places.insert(setting, record.place(1));
        if record.damaged {
            return;
        }
        if !setting.takes_list() && record.cells.len() > 2 {
            let hint = match setting {
                Setting::Control => "a value that holds a comma is quoted, as in \"trailer(T, rows, sum(amount))\"",
                Setting::OrderBy | Setting::ValidFrom => "name one column",
                _ => "a value that holds a comma is quoted, as in \"%b %d, %Y\"",
            };
            faults.add_hint(record.place(2), format!("{name} takes one value"), hint);
        } else if record.cells.len() < 2 && setting != Setting::Null {
            let hint = match setting {
                Setting::Delimiter | Setting::DecimalSeparator | Setting::ThousandsSeparator => {
                    "write the character, or its name: comma, tab, space"
                }
                _ => "write a value, or take the row out",
            };
            faults.add_hint(record.place(1), format!("{name} has no value"), hint);
        } else {
            self.apply(setting, record, faults);
        }
    }

    fn apply(&mut self, setting: Setting, record: &Record, faults: &mut Faults) {
        let text = record.cell(1);
        let dialect = &mut self.dialect;
        let result = match setting {
            Setting::Encoding => put(&mut dialect.encoding, value::encoding(text)),
            Setting::Delimiter => put(&mut dialect.delimiter, value::character(text)),
            Setting::Quote => put(&mut dialect.quote, value::character_or_none(text)),
            Setting::Escape => put(&mut dialect.escape, value::character_or_none(text)),
            Setting::Header => put(&mut dialect.header, value::header(text)),
            Setting::SkipRows => put(&mut dialect.skip_rows, value::whole_number(text)),
            Setting::Trim => put(&mut dialect.trim, value::yes_or_no(text)),
            Setting::DecimalSeparator => put(&mut dialect.decimal_separator, value::number_separator(text)),
            Setting::ThousandsSeparator if text.eq_ignore_ascii_case("none") => {
                put(&mut dialect.thousands_separator, Ok(None))
            }
            Setting::ThousandsSeparator => {
                put(&mut dialect.thousands_separator, value::number_separator(text).map(Some))
            }
            Setting::DateFormat => put(&mut dialect.date_format, value::date_format(text)),
            Setting::TimestampFormat => put(&mut dialect.timestamp_format, value::timestamp_format(text).map(Some)),
            Setting::TimeZone => put(&mut dialect.time_zone, value::time_zone(text)),
            Setting::MaxRecordBytes => put(&mut dialect.max_record_bytes, value::max_record_bytes(text)),
            Setting::Compression => put(&mut self.file.compression, value::compression(text)),
            Setting::TargetFileSize => put(&mut self.file.target_file_size_bytes, value::size_bytes(text)),
            Setting::RejectLimit => put(&mut self.reject_limit, value::reject_limit(text)),
            Setting::Empty => put(&mut self.empty, value::empty(text)),
            Setting::Replace => put(&mut self.replace, value::replace(text)),
            Setting::Control => put(&mut self.control, control::control(text).map(Some)),
            Setting::Complete => put(&mut self.complete, value::complete(text).map(Some)),
            Setting::OrderBy => put(&mut self.merge.order_by, merge_settings::column(text)),
            Setting::ValidFrom => put(&mut self.merge.valid_from, merge_settings::column(text)),
            Setting::MergeWrite => put(&mut self.merge.write, merge_settings::merge_write(text)),
            Setting::Deleted => {
                self.merge.deleted = merge_settings::deleted(record, faults);
                Ok(())
            }
            Setting::Null => {
                dialect.null = nulls(record);
                Ok(())
            }
            Setting::TrueWords => {
                dialect.true_words = words(setting, record, faults);
                Ok(())
            }
            Setting::FalseWords => {
                dialect.false_words = words(setting, record, faults);
                Ok(())
            }
            Setting::Partition => {
                self.partition = fields(setting, record, faults, order::partition_field);
                Ok(())
            }
            Setting::Sort => {
                self.sort = fields(setting, record, faults, order::sort_field);
                Ok(())
            }
        };
        if let Err(bad) = result {
            report(setting, record.place(1), bad, faults);
        }
    }
}

fn put<T>(slot: &mut T, result: Result<T, BadValue>) -> Result<(), BadValue> {
    result.map(|value| *slot = value)
}

fn report(setting: Setting, place: Place, bad: BadValue, faults: &mut Faults) {
    faults.add_maybe(place, format!("{}: {}", setting.name(), bad.message), bad.hint);
}

/// The null tokens. Excel gives every row the same number of cells, so a row without a value and one whose only value
/// is the empty text cannot be told apart: both mean the empty text.
fn nulls(record: &Record) -> Vec<String> {
    let mut seen = HashSet::new();
    let tokens = record.cells.iter().skip(1).filter(|token| seen.insert(*token));
    let tokens: Vec<String> = tokens.cloned().collect();
    if tokens.is_empty() { vec![String::new()] } else { tokens }
}

fn words(setting: Setting, record: &Record, faults: &mut Faults) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut seen = HashSet::new();
    for (index, word) in record.cells.iter().enumerate().skip(1) {
        if word.is_empty() {
            let bad = BadValue::new("an empty text means nothing here", "write a word, or take the empty cell out");
            report(setting, record.place(index), bad, faults);
        } else if seen.insert(word) {
            words.push(word.clone());
        }
    }
    words
}

fn fields<T>(
    setting: Setting,
    record: &Record,
    faults: &mut Faults,
    parse: impl Fn(&str) -> Result<T, BadValue>,
) -> Vec<(T, Place)> {
    let mut fields = Vec::new();
    let mut broken = false;
    for (index, text) in record.cells.iter().enumerate().skip(1) {
        // The second half of an unquoted `bucket(16, c)`: its first half is already a fault.
        let second_half = std::mem::take(&mut broken) && text.ends_with(')') && !text.contains('(');
        if text.is_empty() || second_half {
            continue;
        }
        match parse(text) {
            Ok(field) => fields.push((field, record.place(index))),
            Err(bad) => {
                broken = text.contains('(') && !text.contains(')');
                report(setting, record.place(index), bad, faults);
            }
        }
    }
    fields
}
