//! A table for people: bounded in rows and width, whatever the result.

use std::collections::VecDeque;
use std::io::Write;

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

use super::each_batch;
use crate::columns::{ColumnReader, Kind};
use crate::{QueryError, QueryResult};

/// How the table is laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableStyle {
    /// Greatest width in terminal cells; wider values wrap. None: as wide as it gets.
    pub max_width: Option<u16>,
    /// Greatest number of rows; of a longer result the first and the last half are shown.
    pub max_rows: usize,
}

impl Default for TableStyle {
    fn default() -> Self {
        Self { max_width: None, max_rows: 50 }
    }
}

impl QueryResult {
    /// Writes the rows as a table for people; returns their number.
    ///
    /// Numbers stand at the right, a null is `null`, control characters are escaped, and the footer counts the rows.
    /// Only `max_rows` rows are kept in memory, but the query runs to its end to count them.
    ///
    /// # Errors
    /// What the query meets while it runs; [`QueryError::Write`] when `out` fails.
    pub fn write_table(mut self, out: &mut dyn Write, style: &TableStyle) -> Result<u64, QueryError> {
        let mut shown = Shown::new(style.max_rows);
        let rows = each_batch(&mut self, |columns, height| {
            shown.take(columns, height);
            Ok(())
        })?;
        let mut table = Table::new();
        table.load_preset(presets::UTF8_FULL_CONDENSED).set_header(self.column_names().map(printable));
        if let Some(width) = style.max_width {
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        }
        let elided = rows > shown.len() as u64;
        let width = self.columns.len();
        table.add_rows(shown.head);
        if elided {
            table.add_row(vec!["…"; width]);
        }
        table.add_rows(shown.tail);
        for (cells, column) in table.column_iter_mut().zip(&self.columns) {
            if column.is_number {
                cells.set_cell_alignment(CellAlignment::Right);
            }
        }
        writeln!(out, "{table}\n{}", footer(rows, elided.then_some(style.max_rows)))?;
        out.flush()?;
        Ok(rows)
    }
}

/// The first and the last rows of a result, as cells.
struct Shown {
    head: Vec<Vec<Cell>>,
    tail: VecDeque<Vec<Cell>>,
    head_rows: usize,
    tail_rows: usize,
}

impl Shown {
    fn new(max_rows: usize) -> Self {
        let tail_rows = max_rows / 2;
        Self { head: Vec::new(), tail: VecDeque::new(), head_rows: max_rows - tail_rows, tail_rows }
    }

    fn len(&self) -> usize {
        self.head.len() + self.tail.len()
    }

    fn take(&mut self, columns: &[ColumnReader], height: usize) {
        let to_head = height.min(self.head_rows - self.head.len());
        self.head.extend((0..to_head).map(|row| cells(columns, row)));
        for row in to_head.max(height.saturating_sub(self.tail_rows))..height {
            if self.tail.len() == self.tail_rows {
                self.tail.pop_front();
            }
            self.tail.push_back(cells(columns, row));
        }
    }
}

fn cells(columns: &[ColumnReader], row: usize) -> Vec<Cell> {
    let cell = |column: &ColumnReader| {
        let mut text = String::new();
        match column.append(row, &mut text) {
            Kind::Null => Cell::new("null"),
            _ => Cell::new(printable(&text)),
        }
    };
    columns.iter().map(cell).collect()
}

/// A value must not move the cursor or colour the terminal.
fn printable(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}

fn footer(rows: u64, shown: Option<usize>) -> String {
    let plural = if rows == 1 { "row" } else { "rows" };
    match shown {
        Some(shown) => format!("({} {plural}, {shown} shown)", grouped(rows)),
        None => format!("({} {plural})", grouped(rows)),
    }
}

/// `1234567` → `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
