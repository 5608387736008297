//! Rows that another engine has computed, as text: written as those of a query that ran here.

use crate::columns::{ColumnReader, Kind};
use crate::run::{Batch, Batches, ResultColumn};
use crate::{QueryError, QueryResult};

/// A column of another engine's result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedColumn {
    /// Name.
    pub name: String,
    /// What its values are.
    pub kind: PrintedKind,
}

/// What a text stands for, where the output's form depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrintedKind {
    /// `true`, `false`.
    Boolean,
    /// Digits as JSON takes them; of floats also `NaN`, `inf`, `-inf`.
    Number,
    /// All else, in the one form that values have in the output: ISO 8601 for times, hexadecimal for binary.
    Text,
}

/// A row's values, in the order of the columns; none for a null.
pub type PrintedRow = Vec<Option<String>>;

impl PrintedKind {
    /// Infinities and `NaN` are no numbers in JSON.
    pub(crate) fn of(self, value: &str) -> Kind {
        match self {
            Self::Boolean => Kind::Boolean,
            Self::Number if matches!(value, "NaN" | "inf" | "-inf") => Kind::Text,
            Self::Number => Kind::Number,
            Self::Text => Kind::Text,
        }
    }
}

impl QueryResult {
    /// A result whose rows are printed already. `next_page` gives the next rows, or none at the end; it is asked for a page
    /// when the one before is written.
    pub fn printed(
        columns: Vec<PrintedColumn>,
        next_page: impl FnMut() -> Result<Option<Vec<PrintedRow>>, QueryError> + Send + 'static,
    ) -> Self {
        let kinds = columns.iter().map(|column| column.kind).collect();
        let named =
            |column: PrintedColumn| ResultColumn { is_number: column.kind == PrintedKind::Number, name: column.name };
        let pages = PrintedPages { kinds, next_page: Box::new(next_page) };
        Self { columns: columns.into_iter().map(named).collect(), batches: Batches::Printed(pages) }
    }
}

/// Pages of rows.
pub(crate) struct PrintedPages {
    kinds: Vec<PrintedKind>,
    next_page: Box<dyn FnMut() -> Result<Option<Vec<PrintedRow>>, QueryError> + Send>,
}

impl PrintedPages {
    /// The next page, by columns.
    pub(crate) fn next(&mut self) -> Result<Option<Batch>, QueryError> {
        let Some(page) = (self.next_page)()? else { return Ok(None) };
        let rows = page.len();
        let mut columns: Vec<Vec<Option<String>>> = self.kinds.iter().map(|_| Vec::with_capacity(rows)).collect();
        for row in page {
            if row.len() != columns.len() {
                let message = format!("a row has {} values, and the result {} columns", row.len(), columns.len());
                return Err(QueryError::Other(message));
            }
            for (column, value) in columns.iter_mut().zip(row) {
                column.push(value);
            }
        }
        let columns = columns.into_iter().zip(&self.kinds);
        let columns = columns.map(|(values, kind)| ColumnReader::Printed { values, kind: *kind }).collect();
        Ok(Some(Batch { columns, rows }))
    }
}
