//! Control totals: what a source says that a file holds, and whether it does.
//!
//! ```text
//!  a.csv.ctl ──ControlFile::read────┐
//!                                   ├─▶ Declared ─┐
//!  last record ──TrailerRecord::read┘             ├─verify─▶ VerifiedTotals, or every Mismatch
//!  rows and ExactSums of the decoded file ─▶ Found ┘
//! ```
//!
//! A file that was cut off at a line's end is a whole file of fewer rows: nothing in it tells. Only a count or a sum that
//! the source made tells.

mod declared;
mod exact_sum;
mod figure;
mod file;
mod verify;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use declared::{Declared, DeclaredSum};
pub use exact_sum::ExactSum;
pub use verify::{Found, FoundSum, Mismatch, VerifiedTotals, verify};

use crate::ColumnType;
use crate::plan::PlanColumn;

/// Where each file's control totals stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Control {
    /// In a control file beside each data file.
    File(ControlFile),
    /// In each data file's last record.
    Trailer(TrailerRecord),
}

/// A control file beside each data file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ControlFile {
    /// Its name: `{file}` stands for the data file's name, `{stem}` for that without `.gz` or `.zst` and without the
    /// extension before it. Ends in `.ctl`.
    pub name: String,
    /// What the fields of its one record mean, in order; none: the file names its figures itself.
    pub fields: Option<Vec<ControlField>>,
}

/// A record at the end of each data file that is no data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrailerRecord {
    /// Text of its first field, which no data record's first field is.
    pub mark: String,
    /// What the fields after it mean, in order.
    pub fields: Vec<ControlField>,
}

/// What a field of control totals means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ControlField {
    /// Number of the file's data records.
    Rows,
    /// Sum of this target column over the file's data records.
    Sum(String),
    /// Something else, which is passed over.
    PassedOver,
}

impl Control {
    /// The first field of the trailer record; none if there is no trailer.
    pub fn mark(&self) -> Option<&str> {
        match self {
            Self::File(_) => None,
            Self::Trailer(trailer) => Some(&trailer.mark),
        }
    }

    /// What the fields mean, where they are told by their positions.
    pub fn fields(&self) -> &[ControlField] {
        match self {
            Self::File(file) => file.fields.as_deref().unwrap_or_default(),
            Self::Trailer(trailer) => &trailer.fields,
        }
    }

    /// The columns whose sums are told by their positions.
    pub fn sums(&self) -> impl Iterator<Item = &String> {
        self.fields().iter().filter_map(|field| match field {
            ControlField::Sum(column) => Some(column),
            ControlField::Rows | ControlField::PassedOver => None,
        })
    }
}

impl ControlFile {
    /// The location of a data file's control file.
    pub fn location(&self, data_file: &str) -> String {
        let (directory, name) = data_file.split_at(data_file.rfind('/').map_or(0, |slash| slash + 1));
        let (placeholder, text) = if self.name.contains("{file}") { ("{file}", name) } else { ("{stem}", stem(name)) };
        format!("{directory}{}", self.name.replace(placeholder, text))
    }
}

/// The scale by which a column's values are whole numbers; none for a type that has no exact sum.
pub fn sum_scale(column_type: ColumnType) -> Option<u8> {
    match column_type {
        ColumnType::Int | ColumnType::Bigint => Some(0),
        ColumnType::Decimal { scale, .. } => Some(scale),
        _ => None,
    }
}

/// The loaded column of this name with its scale, if it can be summed.
fn summed<'a>(columns: &'a [PlanColumn], target: &str) -> Option<(&'a PlanColumn, u8)> {
    let column = columns.iter().find(|column| column.target.as_deref() == Some(target))?;
    let scale = sum_scale(column.column_type).filter(|_| column.treatment.is_none())?;
    Some((column, scale))
}

/// A file's name without its compression's extension and the one before it.
fn stem(name: &str) -> &str {
    let without = |name: &'_ str, extensions: &[&str]| {
        let (stem, extension) = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty())?;
        let fits = extensions.is_empty() || extensions.iter().any(|known| known.eq_ignore_ascii_case(extension));
        fits.then_some(stem.len())
    };
    let plain = &name[..without(name, &["gz", "zst", "zstd"]).unwrap_or(name.len())];
    &plain[..without(plain, &[]).unwrap_or(plain.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_file_lies_beside_its_data_file() {
        let control = |name: &str| ControlFile { name: name.into(), fields: None };
        let cases = [
            ("{file}.ctl", "file:///in/a.csv.gz", "file:///in/a.csv.gz.ctl"),
            ("{stem}.ctl", "file:///in/a.b.csv.gz", "file:///in/a.b.ctl"),
            ("{stem}.ctl", "file:///in/계좌.dat", "file:///in/계좌.ctl"),
            ("{stem}.ctl", "file:///in/account", "file:///in/account.ctl"),
            ("{stem}.ctl", "file:///in/account.gz", "file:///in/account.ctl"),
            ("CHK_{stem}.ctl", "s3://b/sub/a.csv.ZST", "s3://b/sub/CHK_a.ctl"),
        ];
        for (name, data_file, expected) in cases {
            assert_eq!(control(name).location(data_file), expected);
        }
    }
}
