//! One difference, and its line for people.

use std::fmt;

use serde::Serialize;

use super::Impact;
use crate::ColumnType;
use crate::table_spec::Compression;

/// One way in which a table is not as its definition says. Prints as one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Difference {
    /// The definition has a column that the table lacks.
    ColumnAdded {
        /// Its name.
        column: String,
        /// Its type.
        #[serde(rename = "type")]
        column_type: ColumnType,
        /// No nulls; rows that are already there have nothing else.
        required: bool,
    },
    /// The definition has another name for a column, and says so.
    ColumnRenamed {
        /// Name in the table.
        from: String,
        /// Name in the definition.
        to: String,
    },
    /// The table has a column that the definition lacks.
    ColumnDropped {
        /// Its name.
        column: String,
        /// Its type in the table.
        #[serde(rename = "type")]
        column_type: ColumnType,
    },
    /// A column has another type.
    TypeChanged {
        /// Its name.
        column: String,
        /// In the table.
        from: ColumnType,
        /// In the definition.
        to: ColumnType,
    },
    /// A column becomes required, or optional.
    RequiredChanged {
        /// Its name.
        column: String,
        /// In the definition.
        required: bool,
    },
    /// A column has another comment.
    DescriptionChanged {
        /// Its name.
        column: String,
        /// In the table; empty for none.
        from: String,
        /// In the definition; empty for none.
        to: String,
    },
    /// The columns that both have stand in another order.
    ColumnsReordered {
        /// Names, in the table's order.
        from: Vec<String>,
        /// Names, in the definition's order.
        to: Vec<String>,
    },
    /// The table is partitioned in another way.
    PartitionChanged {
        /// Fields of the table, as a definition writes them.
        from: Vec<String>,
        /// Fields of the definition.
        to: Vec<String>,
    },
    /// The table is sorted in another way.
    SortChanged {
        /// Fields of the table, as a definition writes them.
        from: Vec<String>,
        /// Fields of the definition.
        to: Vec<String>,
    },
    /// The table has another key.
    KeyChanged {
        /// Key columns of the table.
        from: Vec<String>,
        /// Key columns of the definition.
        to: Vec<String>,
    },
    /// Data files are compressed in another way.
    CompressionChanged {
        /// In the table.
        from: Compression,
        /// In the definition.
        to: Compression,
    },
    /// Data files are closed at another size.
    TargetFileSizeChanged {
        /// In the table, in bytes.
        from_bytes: u64,
        /// In the definition, in bytes.
        to_bytes: u64,
    },
}

impl Difference {
    /// Whether rows written by the definition would not be rows of the table as it is. Comments, compression and file
    /// size are no part of a row.
    pub fn changes_rows(&self) -> bool {
        self.impact() > Impact::Settings
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ColumnAdded { column, column_type, required } => {
                let required = if *required { ", required" } else { "" };
                write!(f, "column {column} ({column_type}{required}) is added")
            }
            Self::ColumnRenamed { from, to } => write!(f, "column {from} is renamed to {to}"),
            Self::ColumnDropped { column, column_type } => write!(f, "column {column} ({column_type}) is dropped"),
            Self::TypeChanged { column, from, to } => write!(f, "column {column} changes from {from} to {to}"),
            Self::RequiredChanged { column, required: true } => write!(f, "column {column} becomes required"),
            Self::RequiredChanged { column, required: false } => write!(f, "column {column} may become null"),
            // Quoted with escapes, since a comment may hold line ends.
            Self::DescriptionChanged { column, from, to } => {
                write!(f, "column {column} is described as {to:?} instead of {from:?}")
            }
            Self::ColumnsReordered { from, to } => write!(f, "{}", moved(from, to)),
            Self::PartitionChanged { from, to } => {
                write!(f, "partition changes from {} to {}", list(from), list(to))
            }
            Self::SortChanged { from, to } => write!(f, "sort order changes from {} to {}", list(from), list(to)),
            Self::KeyChanged { from, to } => write!(f, "key changes from {} to {}", list(from), list(to)),
            Self::CompressionChanged { from, to } => {
                write!(f, "compression of new files changes from {} to {}", compression(*from), compression(*to))
            }
            Self::TargetFileSizeChanged { from_bytes, to_bytes } => {
                write!(f, "target file size changes from {from_bytes} to {to_bytes} bytes")
            }
        }
    }
}

/// A table may have a thousand columns: only the stretch between the first and the last that moved is shown.
fn moved(from: &[String], to: &[String]) -> String {
    let head = from.iter().zip(to).take_while(|(from, to)| from == to).count();
    let tail = from.iter().rev().zip(to.iter().rev()).take_while(|(from, to)| from == to).count();
    let middle = |names: &[String]| list(names.get(head..names.len().saturating_sub(tail)).unwrap_or(names));
    format!("columns {} are reordered to {}", middle(from), middle(to))
}

fn list(items: &[String]) -> String {
    if items.is_empty() { "none".into() } else { items.join(", ") }
}

fn compression(compression: Compression) -> String {
    match compression {
        Compression::Zstd(level) => format!("zstd({level})"),
        Compression::None => "none".into(),
    }
}
