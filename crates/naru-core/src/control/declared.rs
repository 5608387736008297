//! What a source declares of a file, read from texts at known places.

use crate::plan::PlanColumn;
use crate::{Dialect, Fault};

use super::figure::FigureText;
use super::{ControlField, TrailerRecord, summed};

/// What a source declares of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Declared {
    /// Number of data records; none: not declared.
    pub rows: Option<u64>,
    /// Sums of columns, each column at most once.
    pub sums: Vec<DeclaredSum>,
}

/// A declared sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredSum {
    /// Target column.
    pub column: String,
    /// The sum times ten to the column's scale.
    pub total: i128,
}

impl TrailerRecord {
    /// Reads the fields of a trailer record, its mark among them. `file` and `line` (from 1) are where it stands.
    ///
    /// # Errors
    /// Every fault of the record: another number of fields, fields that are no numbers. Never holds a field's text.
    pub fn read(
        &self,
        texts: &[String],
        (file, line): (&str, u64),
        dialect: &Dialect,
        columns: &[PlanColumn],
    ) -> Result<Declared, Vec<Fault>> {
        let mut reading = Reading::new(file, dialect, columns);
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        reading.by_position("the trailer record", &self.fields, texts, 1, line);
        reading.finish()
    }
}

/// Control totals being read: what is declared so far, and every fault.
pub(super) struct Reading<'a> {
    file: &'a str,
    text: FigureText,
    columns: &'a [PlanColumn],
    declared: Declared,
    faults: Vec<Fault>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(file: &'a str, dialect: &Dialect, columns: &'a [PlanColumn]) -> Self {
        let text = FigureText::new(dialect);
        Self { file, text, columns, declared: Declared::default(), faults: Vec::new() }
    }

    /// Reads a record whose fields after the first `before` mean what `fields` say.
    pub(super) fn by_position(
        &mut self,
        what: &str,
        fields: &[ControlField],
        texts: &[impl AsRef<str>],
        before: usize,
        line: u32,
    ) {
        let expected = before + fields.len();
        if texts.len() != expected {
            let plural = if texts.len() == 1 { "" } else { "s" };
            let message = format!("{what} has {} field{plural}, and @control says {expected}", texts.len());
            let fault = Fault::new(self.file, message).at(line, 0);
            self.faults.push(fault.hint("in @control, `_` stands for a field to pass over"));
            return;
        }
        for ((index, field), text) in fields.iter().enumerate().zip(&texts[before..]) {
            let cell = u32::try_from(before + index + 1).unwrap_or(u32::MAX);
            self.field(field, text.as_ref(), line, cell);
        }
    }

    /// Reads one figure.
    pub(super) fn field(&mut self, field: &ControlField, text: &str, line: u32, cell: u32) {
        let read = match field {
            ControlField::PassedOver => return,
            ControlField::Rows => self.rows(text).map_err(|wrong| format!("rows {wrong}")),
            ControlField::Sum(column) => self.sum(column, text).map_err(|wrong| format!("sum({column}) {wrong}")),
        };
        if let Err(message) = read {
            self.fault(message, line, cell);
        }
    }

    pub(super) fn fault(&mut self, message: impl Into<String>, line: u32, cell: u32) {
        self.faults.push(Fault::new(self.file, message).at(line, cell));
    }

    pub(super) fn hint(&mut self, hint: impl Into<String>) {
        if let Some(last) = self.faults.pop() {
            self.faults.push(last.hint(hint));
        }
    }

    pub(super) fn columns(&self) -> &'a [PlanColumn] {
        self.columns
    }

    pub(super) fn declared(&self) -> &Declared {
        &self.declared
    }

    pub(super) fn has_faults(&self) -> bool {
        !self.faults.is_empty()
    }

    /// What is declared, or all faults.
    pub(super) fn finish(self) -> Result<Declared, Vec<Fault>> {
        if self.faults.is_empty() { Ok(self.declared) } else { Err(self.faults) }
    }

    fn rows(&mut self, text: &str) -> Result<(), &'static str> {
        if text.trim().is_empty() {
            return Err("is empty");
        }
        let rows = u64::try_from(self.text.parse(text, 0)?).map_err(|_| "is no number of rows")?;
        if self.declared.rows.replace(rows).is_some() { Err("stands twice") } else { Ok(()) }
    }

    fn sum(&mut self, column: &str, text: &str) -> Result<(), &'static str> {
        let (_, scale) = summed(self.columns, column).ok_or("is of no column that can be summed")?;
        if self.declared.sums.iter().any(|sum| sum.column == column) {
            return Err("stands twice");
        }
        let total = self.text.parse(text, scale)?;
        self.declared.sums.push(DeclaredSum { column: column.into(), total });
        Ok(())
    }
}
