//! Treatments of personal data: what is done with a value before it leaves the kernel.
//!
//! The words stand in definitions, load plans and snapshots. `docs/treatments.md` describes them for authors of
//! definitions; `naru-decode` applies them.

mod applied;

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use applied::{AppliedTreatments, TreatmentConflict};

use crate::ColumnType;
use crate::table_spec::Transform;

/// What is done with a column's values on the way in. Null stays null under all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Treatment {
    /// Keyed hash (HMAC-SHA-256), 64 lower-case hexadecimal digits; equal values stay equal.
    Hash,
    /// A fixed text in place of every value.
    Redact,
    /// The last four characters; a fixed text where they would be half of the value or more.
    Last4,
    /// The source has the column, the table does not.
    Drop,
    /// Deterministic encryption (AES-SIV), base64; equal values stay equal.
    Encrypt,
}

/// A text that is no treatment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown treatment \"{0}\"")]
pub struct UnknownTreatment(pub String);

impl Treatment {
    /// Every treatment.
    pub const ALL: [Self; 5] = [Self::Hash, Self::Redact, Self::Last4, Self::Drop, Self::Encrypt];

    /// As in a definition.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hash => "hash",
            Self::Redact => "redact",
            Self::Last4 => "last4",
            Self::Drop => "drop",
            Self::Encrypt => "encrypt",
        }
    }

    /// Whether it needs the lake's treatment key.
    pub fn needs_key(self) -> bool {
        self.keeps_equality()
    }

    /// Whether equal values stay equal and different ones different, so that the column can be joined and be a key.
    pub fn keeps_equality(self) -> bool {
        matches!(self, Self::Hash | Self::Encrypt)
    }

    /// Type of the table's column, whatever the type of the text in the source; none: the table has no such column.
    pub fn stored_type(self) -> Option<ColumnType> {
        match self {
            Self::Hash | Self::Redact | Self::Last4 | Self::Encrypt => Some(ColumnType::String),
            Self::Drop => None,
        }
    }

    /// Why values of a type cannot be treated so, and what to write instead; none if they can.
    pub fn refusal(self, column_type: ColumnType) -> Option<(String, &'static str)> {
        match (self, column_type) {
            (Self::Last4, ColumnType::String | ColumnType::Int | ColumnType::Bigint) => None,
            (Self::Last4, other) => Some((
                format!("last4 of a {other} tells nothing"),
                "last4 takes string, int and bigint; otherwise use redact, hash or drop",
            )),
            (Self::Hash | Self::Encrypt, ColumnType::Boolean) => Some((
                format!(
                    "{self} of a boolean hides nothing: there are two values, and their shares tell which is which"
                ),
                "use redact or drop",
            )),
            _ => None,
        }
    }

    /// Why a treated column cannot be partitioned so, and what to write instead; none if it can, as far as its type lets.
    pub fn refusal_of_partition(self, transform: Transform) -> Option<(&'static str, &'static str)> {
        match (self, transform) {
            (Self::Redact, _) => Some(ALL_EQUAL),
            (Self::Drop, _) => Some(NOT_THERE),
            (Self::Hash | Self::Encrypt, Transform::Identity) => {
                Some(("each value would be a partition of its own", "use bucket, as in bucket(16, column)"))
            }
            _ => None,
        }
    }

    /// Why a treated column cannot be sorted by, and what to write instead; none if it can.
    pub fn refusal_of_sort(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Redact => Some(ALL_EQUAL),
            Self::Drop => Some(NOT_THERE),
            Self::Hash | Self::Last4 | Self::Encrypt => None,
        }
    }
}

/// Whether a text is in a form that treatment keys are written in: 32 or 64 bytes as hexadecimal digits or padded base64.
pub fn looks_like_a_key(text: &str) -> bool {
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    match text.len() {
        64 | 128 => text.bytes().all(|byte| byte.is_ascii_hexdigit()),
        44 | 88 => text.ends_with('=') && text.bytes().all(is_base64),
        _ => false,
    }
}

const ALL_EQUAL: (&str, &str) = ("all its values are the same text", "name another column");
const NOT_THERE: (&str, &str) = ("the table does not have it", "name another column");

impl fmt::Display for Treatment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Treatment {
    type Err = UnknownTreatment;

    /// Inverse of [`Treatment::as_str`]: lower case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|treatment| treatment.as_str() == text);
        found.ok_or_else(|| UnknownTreatment(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_parse_as_they_print() {
        for treatment in Treatment::ALL {
            assert_eq!(treatment.to_string().parse(), Ok(treatment));
            assert_eq!(serde_json::json!(treatment), treatment.as_str());
        }
        assert_eq!("Hash".parse::<Treatment>(), Err(UnknownTreatment("Hash".into())));
    }
}
