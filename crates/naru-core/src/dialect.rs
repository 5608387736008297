//! How a source's CSV files are written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A source file's character encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// UTF-8; a byte-order mark at the start is skipped.
    #[serde(rename = "utf-8")]
    Utf8,
    /// CP949 (Windows' Korean code page), of which EUC-KR is a part.
    #[serde(rename = "cp949")]
    Cp949,
    /// UTF-16 whose byte-order mark tells the order; little-endian without one.
    #[serde(rename = "utf-16")]
    Utf16,
    /// UTF-16, little-endian; a byte-order mark at the start is skipped.
    #[serde(rename = "utf-16le")]
    Utf16Le,
    /// UTF-16, big-endian; a byte-order mark at the start is skipped.
    #[serde(rename = "utf-16be")]
    Utf16Be,
}

impl Encoding {
    /// As `@encoding` writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Cp949 => "cp949",
            Self::Utf16 => "utf-16",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
        }
    }
}

/// How fields find their columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Header {
    /// The first record (after `skip_rows`) names the columns; order is free, names must match.
    ByName,
    /// The first record is a header that is skipped; columns come in the definition's order.
    ByPosition,
    /// There is no header; columns come in the definition's order.
    None,
}

impl Header {
    /// As `@header` writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ByName => "by_name",
            Self::ByPosition => "by_position",
            Self::None => "none",
        }
    }
}

/// How a source's CSV files are written. Default: RFC 4180 in UTF-8 with a header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Dialect {
    /// Character encoding of the files (after decompression).
    pub encoding: Encoding,
    /// One ASCII character.
    pub delimiter: char,
    /// One ASCII character; none: quotes mean nothing.
    pub quote: Option<char>,
    /// One ASCII character that makes the next one literal, inside quotes and (where there are no quotes) outside;
    /// none: a quote inside quotes is doubled.
    pub escape: Option<char>,
    /// How fields find their columns.
    pub header: Header,
    /// Physical lines to pass over before the header or the first record.
    pub skip_rows: u32,
    /// Unquoted fields that mean null (after trimming). A quoted field is null only where the column's type is neither
    /// string nor binary.
    pub null: Vec<String>,
    /// Take spaces and tabs off both ends of unquoted fields.
    pub trim: bool,
    /// Decimal point of decimals and floating-point numbers; one ASCII character.
    pub decimal_separator: char,
    /// Character between groups of three digits that may stand in numbers; one ASCII character.
    pub thousands_separator: Option<char>,
    /// strftime format of dates without a format of their own.
    pub date_format: String,
    /// strftime format of timestamps without a format of their own; none: ISO 8601, `T` or a space between, optional
    /// fraction of one to nine digits. Digits finer than microseconds must be zero.
    pub timestamp_format: Option<String>,
    /// IANA time zone of timestamptz texts without an offset.
    pub time_zone: String,
    /// Texts that mean true, exactly as written.
    pub true_words: Vec<String>,
    /// Texts that mean false, exactly as written.
    pub false_words: Vec<String>,
    /// Greatest size of one record in bytes of decoded text, without the newline at its end.
    pub max_record_bytes: u64,
}

/// Greatest size of one record unless the definition says otherwise, in bytes.
pub const DEFAULT_MAX_RECORD_BYTES: u64 = 64 * 1024 * 1024;

impl Default for Dialect {
    fn default() -> Self {
        Self {
            encoding: Encoding::Utf8,
            delimiter: ',',
            quote: Some('"'),
            escape: None,
            header: Header::ByName,
            skip_rows: 0,
            null: vec![String::new()],
            trim: false,
            decimal_separator: '.',
            thousands_separator: None,
            date_format: "%Y-%m-%d".into(),
            timestamp_format: None,
            time_zone: "Asia/Seoul".into(),
            true_words: ["true", "TRUE", "True", "t", "T", "y", "Y", "1"].map(Into::into).into(),
            false_words: ["false", "FALSE", "False", "f", "F", "n", "N", "0"].map(Into::into).into(),
            max_record_bytes: DEFAULT_MAX_RECORD_BYTES,
        }
    }
}
