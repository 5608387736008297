//! Collects the faults of one file.

use crate::Fault;

/// Messages longer than this many characters are cut: a missing quote can make a cell of a whole file.
const MAX_MESSAGE_CHARACTERS: usize = 300;

/// A cell of a definition file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Physical line where the cell's record starts, from 1; 0 for the file as a whole.
    pub line: u32,
    /// Number of the cell in its record, from 1; 0 for the record as a whole.
    pub cell: u32,
}

impl Place {
    /// The file as a whole.
    pub(super) const FILE: Self = Self { line: 0, cell: 0 };

    /// The cell with this index (from 0) in the record that starts at `line`.
    pub(super) fn of(line: u32, index: usize) -> Self {
        Self { line, cell: u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1) }
    }
}

/// The faults found so far in one file.
#[derive(Debug)]
pub(super) struct Faults {
    file: String,
    list: Vec<Fault>,
}

impl Faults {
    pub(super) fn new(file: &str) -> Self {
        Self { file: file.into(), list: Vec::new() }
    }

    /// Adds a fault that speaks for itself.
    pub(super) fn add(&mut self, place: Place, message: impl AsRef<str>) {
        let fault = Fault::new(&self.file, one_line(message.as_ref())).at(place.line, place.cell);
        self.list.push(fault);
    }

    /// Adds a fault with what to do about it.
    pub(super) fn add_hint(&mut self, place: Place, message: impl AsRef<str>, hint: impl AsRef<str>) {
        let fault = Fault::new(&self.file, one_line(message.as_ref())).at(place.line, place.cell);
        self.list.push(fault.hint(one_line(hint.as_ref())));
    }

    /// Adds a fault with a hint where there is one.
    pub(super) fn add_maybe(&mut self, place: Place, message: impl AsRef<str>, hint: Option<impl AsRef<str>>) {
        match hint {
            Some(hint) => self.add_hint(place, message, hint),
            None => self.add(place, message),
        }
    }

    /// Forgets what was found so far.
    pub(super) fn clear(&mut self) {
        self.list.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The faults in the order of their places.
    pub(super) fn into_sorted(mut self) -> Vec<Fault> {
        self.list.sort();
        self.list
    }
}

/// Control characters of a cell would break the report's lines, or a terminal.
fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(MAX_MESSAGE_CHARACTERS * 4));
    for (count, c) in text.chars().enumerate() {
        if count == MAX_MESSAGE_CHARACTERS {
            out.push('…');
            break;
        }
        if c.is_control() { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out
}
