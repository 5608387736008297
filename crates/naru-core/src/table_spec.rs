//! What a table should be: columns, partitioning, order and file settings, free of Iceberg's own types.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ColumnType;

/// Name of the column that naru adds to every table, last: the interval's start, timestamp, UTC.
pub const LOAD_INTERVAL: &str = "load_interval";

/// Name of the column that says from when a row of an scd2 table holds, inclusive; required.
pub const VALID_FROM: &str = "valid_from";

/// Name of the column that says until when a row of an scd2 table holds, exclusive; null: it has not ended.
pub const VALID_TO: &str = "valid_to";

/// Name of the column that says whether a row of an scd2 table has not ended: boolean, required.
pub const IS_CURRENT: &str = "is_current";

/// What a table should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TableSpec {
    /// In order; `load_interval` is the last.
    pub columns: Vec<ColumnSpec>,
    /// Partition fields in order; empty: unpartitioned.
    pub partition: Vec<PartitionField>,
    /// Sort fields in order; empty: unsorted.
    pub sort: Vec<SortField>,
    /// Names of the key columns (Iceberg's identifier fields); all are required columns.
    pub key: Vec<String>,
    /// Parquet settings.
    pub file: FileSettings,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ColumnSpec {
    /// Target column name.
    pub name: String,
    /// Type.
    #[serde(rename = "type")]
    pub column_type: ColumnType,
    /// No nulls.
    pub required: bool,
    /// Comment; empty for none.
    pub description: String,
}

/// A partition field: `transform(column)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartitionField {
    /// Transform of the value.
    pub transform: Transform,
    /// Target column name.
    pub column: String,
}

/// Iceberg's partition transforms. Text forms: `identity`, `month`, `bucket(16)`, `truncate(4)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// The value itself.
    Identity,
    /// Year of a date or timestamp.
    Year,
    /// Month of a date or timestamp.
    Month,
    /// Day of a date or timestamp.
    Day,
    /// Hour of a timestamp.
    Hour,
    /// Hash of the value, modulo this many buckets (at least 1).
    Bucket(u32),
    /// Value cut to this width (at least 1).
    Truncate(u32),
}

/// A sort field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SortField {
    /// Target column name.
    pub column: String,
    /// Descending instead of ascending.
    pub descending: bool,
    /// Nulls before values instead of after.
    pub nulls_first: bool,
}

/// Parquet settings of data files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileSettings {
    /// Compression of pages.
    pub compression: Compression,
    /// A data file is closed at about this size, in bytes.
    pub target_file_size_bytes: u64,
}

/// Compression of Parquet pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Compression {
    /// Zstandard with a level, 1 to 22.
    Zstd(u8),
    /// None.
    None,
}

impl Default for FileSettings {
    /// Level 1, as PyIceberg: level 3 takes a fifth of a load's time for files that are half a percent smaller.
    fn default() -> Self {
        Self { compression: Compression::Zstd(1), target_file_size_bytes: 512 * 1024 * 1024 }
    }
}

impl fmt::Display for PartitionField {
    /// As in a definition: `month(opened_at)`, `bucket(16, account_no)`, `region`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = &self.column;
        match self.transform {
            Transform::Identity => write!(f, "{column}"),
            Transform::Year => write!(f, "year({column})"),
            Transform::Month => write!(f, "month({column})"),
            Transform::Day => write!(f, "day({column})"),
            Transform::Hour => write!(f, "hour({column})"),
            Transform::Bucket(n) => write!(f, "bucket({n}, {column})"),
            Transform::Truncate(w) => write!(f, "truncate({w}, {column})"),
        }
    }
}

impl PartitionField {
    /// The field's name in Iceberg's partition spec, as Spark names it: `opened_at_month`, `account_no_bucket`, `region`.
    pub fn field_name(&self) -> String {
        let column = &self.column;
        match self.transform {
            Transform::Identity => column.clone(),
            Transform::Year => format!("{column}_year"),
            Transform::Month => format!("{column}_month"),
            Transform::Day => format!("{column}_day"),
            Transform::Hour => format!("{column}_hour"),
            Transform::Bucket(_) => format!("{column}_bucket"),
            Transform::Truncate(_) => format!("{column}_trunc"),
        }
    }
}

impl fmt::Display for SortField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let direction = if self.descending { " desc" } else { "" };
        let nulls = match (self.descending, self.nulls_first) {
            (false, true) | (true, false) => "",
            (false, false) => " nulls last",
            (true, true) => " nulls first",
        };
        write!(f, "{}{direction}{nulls}", self.column)
    }
}
