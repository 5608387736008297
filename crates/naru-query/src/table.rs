//! What a query reads: a table's columns and data files, as plain values.

use naru_core::ColumnType;

use crate::TableRef;

/// A table that SQL may read.
#[derive(Debug, Clone)]
pub struct QueryTable {
    /// Name as the user writes it.
    pub name: TableRef,
    /// Columns of the table's schema at the snapshot that is read, in order.
    pub columns: Vec<QueryColumn>,
    /// The snapshot's live data files; empty for an empty table.
    pub files: Vec<QueryFile>,
    /// Number of rows in all files, where the snapshot tells it: `count(*)` then opens no file. None if a file has deletes.
    pub rows: Option<u64>,
}

/// A data file of a [`QueryTable`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueryFile {
    /// Local path of a Parquet file with Iceberg field ids.
    pub path: String,
    /// Local paths of Iceberg position delete files (Parquet) that may name rows of it, by its path or `file:` URI: those
    /// rows are not part of the table.
    pub deletes: Vec<String>,
}

impl From<String> for QueryFile {
    /// A file without deletes.
    fn from(path: String) -> Self {
        Self { path, deletes: Vec::new() }
    }
}

/// A column of a [`QueryTable`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryColumn {
    /// Iceberg's field id, by which the column is found in a data file whatever it was called when that was written.
    pub field_id: u32,
    /// Present name.
    pub name: String,
    /// Present type; a file may hold a narrower one (`int` for `bigint`, `float` for `double`, a decimal of the same
    /// scale and fewer digits).
    pub column_type: ColumnType,
    /// No nulls.
    pub required: bool,
}
