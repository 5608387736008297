//! What a difference costs whom: the rows that are there, the readers, nobody.
//!
//! What Iceberg allows follows its specification, "Schema Evolution", for tables of format version 2.

use serde::Serialize;

use super::Difference;
use crate::ColumnType;

/// What doing away with a difference does to the table, from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Impact {
    /// Comments, and settings of new files: no row and no reader notices.
    Settings,
    /// A column more, null in the rows that are there.
    Additive,
    /// The values that are there stay as they are, and more fit beside them: a wider type, nulls.
    Widening,
    /// Names, order, key, partitioning or sorting: all rows stay, but readers and later files follow.
    Metadata,
    /// Values that are there are out of reach.
    Destructive,
    /// What Iceberg cannot do to a table that holds rows.
    Forbidden,
}

impl Difference {
    /// What doing away with this difference does to a table that holds rows.
    pub fn impact(&self) -> Impact {
        match self {
            Self::DescriptionChanged { .. } | Self::CompressionChanged { .. } | Self::TargetFileSizeChanged { .. } => {
                Impact::Settings
            }
            Self::ColumnAdded { required: false, .. } => Impact::Additive,
            Self::TypeChanged { from, to, .. } if from.widens_to(*to) => Impact::Widening,
            Self::RequiredChanged { required: false, .. } => Impact::Widening,
            Self::ColumnRenamed { .. }
            | Self::ColumnsReordered { .. }
            | Self::PartitionChanged { .. }
            | Self::SortChanged { .. }
            | Self::KeyChanged { .. } => Impact::Metadata,
            Self::ColumnDropped { .. } => Impact::Destructive,
            Self::ColumnAdded { .. } | Self::TypeChanged { .. } | Self::RequiredChanged { .. } => Impact::Forbidden,
        }
    }

    /// What to do instead of a change that Iceberg forbids; none for one that it allows.
    pub fn way_out(&self) -> Option<String> {
        if self.impact() != Impact::Forbidden {
            return None;
        }
        Some(match self {
            Self::ColumnAdded { .. } => "the rows that are there have no value for it: add it as optional".into(),
            Self::RequiredChanged { .. } => {
                "rows that are there may have nulls: leave it optional, and mend the source if it should have none"
                    .into()
            }
            Self::TypeChanged { column, from, .. } => format!(
                "a column may only get wider{}: bring {from} back, or give the new type a target of another name and drop \
                 {column} or load it beside",
                wider(*from)
            ),
            _ => return None,
        })
    }
}

impl ColumnType {
    /// Whether Iceberg can make a column of this type one of another type without touching its files.
    pub fn widens_to(self, to: Self) -> bool {
        match (self, to) {
            (Self::Int, Self::Bigint) | (Self::Float, Self::Double) => true,
            (Self::Decimal { precision, scale }, Self::Decimal { precision: wider, scale: same }) => {
                wider > precision && same == scale
            }
            _ => false,
        }
    }
}

/// What a type widens to, in words.
fn wider(from: ColumnType) -> String {
    match from {
        ColumnType::Int => " (int to bigint)".into(),
        ColumnType::Float => " (float to double)".into(),
        ColumnType::Decimal { precision, scale } if precision < crate::column_type::MAX_DECIMAL_PRECISION => {
            format!(" (to more digits at the same scale of {scale})")
        }
        _ => String::new(),
    }
}
