//! A table's name as SQL says it.

use std::fmt;

/// A table as the user writes it: `deposit.account`. Unquoted SQL identifiers arrive here in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableRef {
    /// Database.
    pub database: String,
    /// Table.
    pub table: String,
}

impl TableRef {
    /// A reference to `database.table`.
    pub fn new(database: impl Into<String>, table: impl Into<String>) -> Self {
        Self { database: database.into(), table: table.into() }
    }
}

impl fmt::Display for TableRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.database, self.table)
    }
}
