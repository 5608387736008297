//! The header row: which cell of a row holds what.

use super::faults::{Faults, Place};
use super::records::Record;
use crate::nearest::nearest;

/// A column of the definition file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Name in the source's header.
    Source,
    /// Name in the table.
    Target,
    /// Type in the table.
    Type,
    /// Position in the key.
    Key,
    /// No nulls.
    Required,
    /// Personal-data level.
    Level,
    /// Treatment of the value on the way in.
    Treatment,
    /// Format of dates, timestamps, bytes.
    Format,
    /// Comment.
    Description,
    /// What the table's column was called before.
    RenamedFrom,
}

impl Field {
    /// Every field, in the usual order.
    pub const ALL: [Self; 10] = [
        Self::Source,
        Self::Target,
        Self::Type,
        Self::Key,
        Self::Required,
        Self::Level,
        Self::Treatment,
        Self::Format,
        Self::Description,
        Self::RenamedFrom,
    ];

    /// As written in the header row.
    pub fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Target => "target",
            Self::Type => "type",
            Self::Key => "key",
            Self::Required => "required",
            Self::Level => "level",
            Self::Treatment => "treatment",
            Self::Format => "format",
            Self::Description => "description",
            Self::RenamedFrom => "renamed_from",
        }
    }

    /// The field of this name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name().eq_ignore_ascii_case(name))
    }

    /// Whether the header must have it.
    fn is_needed(self) -> bool {
        matches!(self, Self::Source | Self::Target | Self::Type)
    }
}

/// Where each field stands in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnPlace {
    /// Physical line where the row starts, from 1.
    pub line: u32,
    indices: [Option<usize>; Field::ALL.len()],
}

impl ColumnPlace {
    /// The field's cell; the whole row if the file has no such column.
    pub fn of(&self, field: Field) -> Place {
        match self.indices.get(field as usize).copied().flatten() {
            Some(index) => Place::of(self.line, index),
            None => Place { line: self.line, cell: 0 },
        }
    }
}

/// The header row, read.
#[derive(Debug)]
pub(super) struct HeaderRow {
    indices: [Option<usize>; Field::ALL.len()],
    /// Whether the cell at each index has a name, known or not.
    named: Vec<bool>,
}

impl HeaderRow {
    /// Reads the row; none if nothing in it is a field's name, so that it is no header at all.
    pub(super) fn read(record: &Record, faults: &mut Faults) -> Option<Self> {
        if !record.cells.iter().any(|cell| Field::from_name(cell).is_some()) {
            let expected = Field::ALL.map(Field::name).join(",");
            let hint = format!("after the settings, and before the columns, write {expected}");
            faults.add_hint(record.place(0), "no header row", hint);
            return None;
        }
        let mut header = Self {
            indices: [None; Field::ALL.len()],
            named: record.cells.iter().map(|cell| !cell.is_empty()).collect(),
        };
        let mut meant: Vec<&str> = Vec::new();
        for (index, name) in record.cells.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            let place = record.place(index);
            let Some(field) = Field::from_name(name) else {
                let near = nearest(name, Field::ALL.map(Field::name));
                meant.extend(near);
                let hint = match near {
                    Some(near) => format!("did you mean \"{near}\"?"),
                    None => format!("the columns are {}", Field::ALL.map(Field::name).join(", ")),
                };
                faults.add_hint(place, format!("unknown column \"{name}\""), hint);
                continue;
            };
            match header.indices.get_mut(field as usize) {
                Some(slot @ None) => *slot = Some(index),
                _ => faults.add_hint(place, format!("column \"{}\" stands twice", field.name()), "keep one"),
            }
        }
        for field in Field::ALL.into_iter().filter(|field| field.is_needed() && !header.has(*field)) {
            // One misspelling is one fault.
            if !meant.contains(&field.name()) {
                let place = Place { line: record.line, cell: 0 };
                faults.add_hint(place, format!("no column \"{}\"", field.name()), "add it to the header row");
            }
        }
        Some(header)
    }

    /// Whether the file has this column.
    pub(super) fn has(&self, field: Field) -> bool {
        self.indices.get(field as usize).is_some_and(Option::is_some)
    }

    /// The row's cell for this field; empty if there is none.
    pub(super) fn cell<'a>(&self, record: &'a Record, field: Field) -> &'a str {
        self.indices.get(field as usize).copied().flatten().map_or("", |index| record.cell(index))
    }

    /// Whether `field` stands right of `other`.
    pub(super) fn is_after(&self, field: Field, other: Field) -> bool {
        let index = |field: Field| self.indices.get(field as usize).copied().flatten();
        index(field).zip(index(other)).is_some_and(|(field, other)| field > other)
    }

    /// Where this row's fields stand.
    pub(super) fn place(&self, record: &Record) -> ColumnPlace {
        ColumnPlace { line: record.line, indices: self.indices }
    }

    /// The first cell of the row that has a value but no name above it.
    pub(super) fn surplus(&self, record: &Record) -> Option<Place> {
        let named = |index: usize| self.named.get(index).copied().unwrap_or(false);
        let surplus = record.cells.iter().enumerate().find(|(index, cell)| !cell.is_empty() && !named(*index));
        surplus.map(|(index, _)| record.place(index))
    }
}
