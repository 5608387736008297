//! A row of the definition → a column, each cell read for itself.

use crate::plan::PlanColumn;
use crate::time_format::{TimeFormat, TimeFormatError};
use crate::{ColumnType, Level, Treatment};

use super::faults::Faults;
use super::header::{ColumnPlace, Field, HeaderRow};
use super::records::Record;
use super::setting_value::yes_or_no;
use crate::nearest::did_you_mean;

/// A column as the definition has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinedColumn {
    /// Name in the source's header; with a dialect by position only a label.
    pub source: String,
    /// Name in the table; none: the source's column is passed over on purpose.
    pub target: Option<String>,
    /// Type of the text in the source; string for a column that is passed over without a type.
    pub column_type: ColumnType,
    /// Position in the key, from 1.
    pub key: Option<u32>,
    /// No nulls.
    pub required: bool,
    /// Personal-data level of the raw value; none: not classified, which counts as the job's own level.
    pub level: Option<Level>,
    /// Treatment of the value on the way in; none: loaded as it is.
    pub treatment: Option<Treatment>,
    /// strftime format of a date or timestamp, `hex` or `base64` of a binary.
    pub format: Option<String>,
    /// Comment; empty for none.
    pub description: String,
    /// What the table's column was called before.
    pub renamed_from: Option<String>,
    /// Where the column stands in the file.
    pub place: ColumnPlace,
}

impl DefinedColumn {
    /// Name and type of the table's column; none: passed over or dropped.
    pub fn stored(&self) -> Option<(&str, ColumnType)> {
        let column_type = self.treatment.map_or(Some(self.column_type), Treatment::stored_type)?;
        self.target.as_deref().map(|target| (target, column_type))
    }

    /// The column as a load plan has it, for a job of this level.
    pub fn plan(&self, job_level: Level) -> PlanColumn {
        PlanColumn {
            source: self.source.clone(),
            target: self.stored().map(|(target, _)| target.to_owned()),
            column_type: self.column_type,
            required: self.required,
            level: self.level.unwrap_or(job_level),
            format: self.format.clone(),
            treatment: self.treatment,
        }
    }
}

/// A column whose cells may have faults; what could not be read is none, so that later checks do not report it again.
#[derive(Debug)]
pub(super) struct ColumnDraft {
    pub(super) source: String,
    pub(super) target: Option<String>,
    pub(super) column_type: Option<ColumnType>,
    pub(super) key: Option<u32>,
    pub(super) required: Option<bool>,
    pub(super) level: Option<Level>,
    pub(super) treatment: Option<Treatment>,
    pub(super) format: Option<String>,
    pub(super) description: String,
    pub(super) renamed_from: Option<String>,
    pub(super) place: ColumnPlace,
}

impl ColumnDraft {
    /// Reads a row's cells.
    pub(super) fn read(header: &HeaderRow, record: &Record, faults: &mut Faults) -> Self {
        // An unquoted decimal(18,2) moves all cells after it, which would only bring up faults that are none.
        let moved = is_half_a_type(header.cell(record, Field::Type));
        if let Some(place) = header.surplus(record).filter(|_| !moved) {
            let hint = "a value that holds a comma is quoted, as in \"decimal(18,2)\"";
            faults.add_hint(place, "this cell has no name in the header row", hint);
        }
        let place = header.place(record);
        let text = |field| match moved && header.is_after(field, Field::Type) {
            true => "",
            false => header.cell(record, field),
        };
        let target = Some(text(Field::Target)).filter(|t| !t.is_empty()).map(String::from);
        let draft = Self {
            source: text(Field::Source).into(),
            column_type: column_type(text(Field::Type), place, faults),
            key: key(text(Field::Key), place, faults),
            required: required(text(Field::Required), place, faults),
            level: level(text(Field::Level), place, faults),
            treatment: treatment(text(Field::Treatment), place, faults),
            format: Some(text(Field::Format)).filter(|f| !f.is_empty()).map(String::from),
            description: text(Field::Description).into(),
            renamed_from: Some(text(Field::RenamedFrom)).filter(|t| !t.is_empty()).map(String::from),
            target,
            place,
        };
        if draft.source.is_empty() && header.has(Field::Source) {
            faults.add_hint(
                place.of(Field::Source),
                "the source column has no name",
                "write the name in the source's header; without a header, any label",
            );
        }
        if draft.target.is_some() && text(Field::Type).is_empty() && header.has(Field::Type) {
            let hint = "write a type, as in string, bigint, decimal(18,2), date, timestamp";
            faults.add_hint(place.of(Field::Type), format!("{} has no type", draft.shown()), hint);
        }
        draft.check_format(faults);
        draft
    }

    /// `column "balance"`, by the best name it has.
    pub(super) fn shown(&self) -> String {
        format!("column \"{}\"", self.target.as_ref().unwrap_or(&self.source))
    }

    /// Type of the table's column; none: not known, or the table has no such column.
    pub(super) fn stored_type(&self) -> Option<ColumnType> {
        self.target.as_ref()?;
        self.treatment.map_or(self.column_type, Treatment::stored_type)
    }

    /// Whether the table does not have the column, though it has a target.
    pub(super) fn is_dropped(&self) -> bool {
        self.treatment == Some(Treatment::Drop)
    }

    /// The column, once the file has no fault.
    pub(super) fn finish(self) -> DefinedColumn {
        DefinedColumn {
            source: self.source,
            target: self.target,
            column_type: self.column_type.unwrap_or(ColumnType::String),
            key: self.key,
            required: self.required.unwrap_or(false),
            level: self.level,
            treatment: self.treatment,
            format: self.format,
            description: self.description,
            renamed_from: self.renamed_from,
            place: self.place,
        }
    }

    fn check_format(&self, faults: &mut Faults) {
        let (Some(format), Some(column_type)) = (&self.format, self.column_type) else { return };
        let place = self.place.of(Field::Format);
        let parse = |check: &dyn Fn(&TimeFormat) -> Result<(), TimeFormatError>| {
            format.parse::<TimeFormat>().and_then(|format| check(&format)).err().map(|error| error.to_string())
        };
        let (wrong, hint) = match column_type {
            ColumnType::Date => (parse(&TimeFormat::check_date), "a date format is like %Y%m%d"),
            ColumnType::Timestamp => (parse(&|f| f.check_timestamp(false)), "a timestamp format is like %Y%m%d%H%M%S"),
            ColumnType::Timestamptz => {
                (parse(&|f| f.check_timestamp(true)), "a timestamptz format is like %Y-%m-%dT%H:%M:%S%z")
            }
            ColumnType::Binary if matches!(format.as_str(), "hex" | "base64") => (None, ""),
            ColumnType::Binary => (Some(format!("unknown format \"{format}\" of bytes")), "write hex or base64"),
            other => (
                Some(format!("a {other} takes no format")),
                "only date, timestamp, timestamptz and binary take one: clear the cell, or change the type",
            ),
        };
        if let Some(wrong) = wrong {
            faults.add_hint(place, format!("{}: {wrong}", self.shown()), hint);
        }
    }
}

/// The first half of an unquoted `decimal(18,2)`.
fn is_half_a_type(text: &str) -> bool {
    text.contains('(') && !text.contains(')')
}

fn column_type(text: &str, place: ColumnPlace, faults: &mut Faults) -> Option<ColumnType> {
    if text.is_empty() {
        return None;
    }
    match text.parse() {
        Ok(column_type) => Some(column_type),
        Err(error) => {
            let error: crate::column_type::ColumnTypeError = error;
            let lower = text.to_lowercase();
            let hint = match lower.parse::<ColumnType>() {
                _ if is_half_a_type(text) => {
                    Some("a type that holds a comma is quoted, as in \"decimal(18,2)\"".to_owned())
                }
                Ok(_) => Some(format!("types are written in lower case: \"{lower}\"")),
                Err(_) => error.hint(),
            };
            faults.add_maybe(place.of(Field::Type), error.to_string(), hint);
            None
        }
    }
}

fn key(text: &str, place: ColumnPlace, faults: &mut Faults) -> Option<u32> {
    if text.is_empty() {
        return None;
    }
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let position = digits.then(|| text.parse::<u32>().ok()).flatten().filter(|position| *position > 0);
    if position.is_none() {
        let hint = "number the key's columns 1, 2, 3 in the key's order, and leave the others empty";
        faults.add_hint(place.of(Field::Key), format!("key \"{text}\" is not a position"), hint);
    }
    position
}

fn required(text: &str, place: ColumnPlace, faults: &mut Faults) -> Option<bool> {
    if text.is_empty() {
        return Some(false);
    }
    match yes_or_no(text) {
        Ok(required) => Some(required),
        Err(bad) => {
            faults.add_maybe(place.of(Field::Required), format!("required: {}", bad.message), bad.hint);
            None
        }
    }
}

fn level(text: &str, place: ColumnPlace, faults: &mut Faults) -> Option<Level> {
    let level = match text.to_ascii_lowercase().as_str() {
        "p0" => Some(Level::P0),
        "p1" => Some(Level::P1),
        "p2" => Some(Level::P2),
        "p3" => Some(Level::P3),
        _ => None,
    };
    if level.is_none() && !text.is_empty() {
        let hint = "the levels are p0 public, p1 internal, p2 personal, p3 unique identifiers and secrets";
        faults.add_hint(place.of(Field::Level), format!("unknown level \"{text}\""), hint);
    }
    level
}

fn treatment(text: &str, place: ColumnPlace, faults: &mut Faults) -> Option<Treatment> {
    if text.is_empty() {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let treatment = lower.parse().ok();
    if treatment.is_none() {
        let hint = did_you_mean(&lower, "the treatments are", &Treatment::ALL.map(Treatment::as_str));
        faults.add_hint(place.of(Field::Treatment), format!("unknown treatment \"{text}\""), hint);
    }
    treatment
}
