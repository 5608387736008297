//! Column types: those that Athena and Iceberg share.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The greatest precision of a decimal, in digits (Iceberg's and Athena's limit).
pub const MAX_DECIMAL_PRECISION: u8 = 38;

/// A column's type. Text form as in Athena: `bigint`, `decimal(18,2)`; parsing and printing are inverse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub enum ColumnType {
    /// True or false, by the words that the dialect declares.
    Boolean,
    /// 32-bit signed integer.
    Int,
    /// 64-bit signed integer.
    Bigint,
    /// IEEE 754 binary32.
    Float,
    /// IEEE 754 binary64.
    Double,
    /// Exact decimal; `1 <= precision <= 38`, `scale <= precision`.
    Decimal {
        /// Digits in all.
        precision: u8,
        /// Digits after the decimal point.
        scale: u8,
    },
    /// Calendar date.
    Date,
    /// Date and time of day without a zone, to the microsecond.
    Timestamp,
    /// An instant, to the microsecond.
    Timestamptz,
    /// UTF-8 text.
    String,
    /// Bytes; in CSV as hexadecimal or base64, by the column's format.
    Binary,
}

/// Why a text is not a column type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ColumnTypeError {
    /// No type has this name.
    #[error("unknown type \"{0}\"")]
    Unknown(String),
    /// A decimal whose precision or scale is out of range.
    #[error("decimal({precision},{scale}) is out of range: precision is 1 to 38, scale 0 to the precision")]
    DecimalRange {
        /// As written.
        precision: u32,
        /// As written.
        scale: u32,
    },
    /// A decimal without precision and scale.
    #[error("\"{0}\" needs a precision and a scale, as in decimal(18,2)")]
    DecimalShape(String),
}

impl ColumnTypeError {
    /// What to write instead, where a common other name gives it away.
    pub fn hint(&self) -> Option<String> {
        let Self::Unknown(text) = self else { return None };
        let base = text.split('(').next().unwrap_or(text).trim().to_ascii_lowercase();
        let instead = match base.as_str() {
            "varchar" | "varchar2" | "nvarchar" | "nvarchar2" | "char" | "nchar" | "text" | "clob" | "str" => {
                "for text write \"string\""
            }
            "integer" | "int32" | "smallint" | "tinyint" | "int2" | "int4" => "for a 32-bit integer write \"int\"",
            "long" | "int64" | "int8" => "for a 64-bit integer write \"bigint\"",
            "number" | "numeric" | "dec" | "money" => "for an exact number write \"decimal(p,s)\", as in decimal(18,2)",
            "real" | "float32" | "float4" => "for a 32-bit floating-point number write \"float\"",
            "float64" | "float8" => "for a 64-bit floating-point number write \"double\"",
            "bool" => "for true or false write \"boolean\"",
            "datetime" | "timestamp_ntz" => "for a date and time without a zone write \"timestamp\"",
            "timestamp_tz" | "timestamp_ltz" => "for an instant write \"timestamptz\"",
            "blob" | "bytes" | "raw" | "varbinary" | "bytea" => "for bytes write \"binary\"",
            _ => {
                return Some(
                    "the types are boolean, int, bigint, float, double, decimal(p,s), date, timestamp, timestamptz, string, binary"
                        .into(),
                );
            }
        };
        Some(instead.into())
    }
}

impl FromStr for ColumnType {
    type Err = ColumnTypeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "boolean" => Self::Boolean,
            "int" => Self::Int,
            "bigint" => Self::Bigint,
            "float" => Self::Float,
            "double" => Self::Double,
            "date" => Self::Date,
            "timestamp" => Self::Timestamp,
            "timestamptz" => Self::Timestamptz,
            "string" => Self::String,
            "binary" => Self::Binary,
            _ => return parse_decimal(text),
        })
    }
}

fn parse_decimal(text: &str) -> Result<ColumnType, ColumnTypeError> {
    let Some(rest) = text.strip_prefix("decimal") else {
        return Err(ColumnTypeError::Unknown(text.into()));
    };
    let shape = || ColumnTypeError::DecimalShape(text.into());
    let inner = rest.trim().strip_prefix('(').and_then(|r| r.strip_suffix(')')).ok_or_else(shape)?;
    let (precision, scale) = inner.split_once(',').ok_or_else(shape)?;
    let number = |s: &str| {
        let s = s.trim();
        (!s.is_empty() && s.bytes().all(|b| b.is_ascii_digit())).then(|| s.parse::<u32>().ok()).flatten()
    };
    let (precision, scale) = number(precision).zip(number(scale)).ok_or_else(shape)?;
    match (u8::try_from(precision), u8::try_from(scale)) {
        (Ok(p), Ok(s)) if (1..=MAX_DECIMAL_PRECISION).contains(&p) && s <= p => {
            Ok(ColumnType::Decimal { precision: p, scale: s })
        }
        _ => Err(ColumnTypeError::DecimalRange { precision, scale }),
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Boolean => "boolean",
            Self::Int => "int",
            Self::Bigint => "bigint",
            Self::Float => "float",
            Self::Double => "double",
            Self::Decimal { precision, scale } => return write!(f, "decimal({precision},{scale})"),
            Self::Date => "date",
            Self::Timestamp => "timestamp",
            Self::Timestamptz => "timestamptz",
            Self::String => "string",
            Self::Binary => "binary",
        })
    }
}

impl TryFrom<String> for ColumnType {
    type Error = ColumnTypeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ColumnType> for String {
    fn from(t: ColumnType) -> Self {
        t.to_string()
    }
}
