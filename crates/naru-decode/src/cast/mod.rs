//! Strict, exact casts from text to each column type, one file per type.

mod binary;
mod boolean;
mod calendar;
mod column_builder;
mod decimal;
mod float;
mod integer;
mod lengthy;
mod null_tokens;
mod number;
mod time_layout;
mod time_text;
mod timestamp;
mod zone;

use naru_core::time_format::TimeFormat;
use naru_core::{ColumnType, Dialect};

use self::binary::BinaryText;
use self::boolean::BooleanWords;
pub(crate) use self::column_builder::{Cells, ColumnBuilder, FieldReject, Workspace};
use self::decimal::DecimalText;
pub(crate) use self::null_tokens::NullTokens;
use self::number::NumberText;
use self::time_text::TimeText;
use self::zone::ZoneOffsets;
use crate::{KernelError, Reason};

/// How a column's texts are read.
#[derive(Debug)]
pub(crate) enum Cast {
    Boolean(BooleanWords),
    Int(NumberText),
    Bigint(NumberText),
    Float(NumberText),
    Double(NumberText),
    Decimal(DecimalText),
    Date(TimeText),
    Timestamp(TimeText),
    Timestamptz(TimeText),
    String,
    Binary(BinaryText),
}

impl Cast {
    /// Compiles a column's cast; `format` is the column's own, which goes before the dialect's.
    pub(crate) fn new(
        dialect: &Dialect,
        column: &str,
        column_type: ColumnType,
        format: Option<&str>,
    ) -> Result<Self, KernelError> {
        let takes_format = matches!(
            column_type,
            ColumnType::Date | ColumnType::Timestamp | ColumnType::Timestamptz | ColumnType::Binary
        );
        if format.is_some() && !takes_format {
            return Err(KernelError::SurplusFormat { column: column.into(), column_type });
        }
        let timestamp_format = format.or(dialect.timestamp_format.as_deref());
        Ok(match column_type {
            ColumnType::Boolean => Self::Boolean(BooleanWords::new(&dialect.true_words, &dialect.false_words)?),
            ColumnType::Int => Self::Int(NumberText::new(dialect)?),
            ColumnType::Bigint => Self::Bigint(NumberText::new(dialect)?),
            ColumnType::Float => Self::Float(NumberText::new(dialect)?),
            ColumnType::Double => Self::Double(NumberText::new(dialect)?),
            ColumnType::Decimal { precision, scale } => {
                Self::Decimal(DecimalText::new(NumberText::new(dialect)?, precision, scale))
            }
            ColumnType::Date => {
                let format = parse_format(column, format.unwrap_or(&dialect.date_format))?;
                format.check_date().map_err(|error| KernelError::TimeFormat { column: column.into(), error })?;
                Self::Date(TimeText::new(&format))
            }
            ColumnType::Timestamp => Self::Timestamp(timestamp_text(column, timestamp_format, false)?),
            ColumnType::Timestamptz => Self::Timestamptz(timestamp_text(column, timestamp_format, true)?),
            ColumnType::String => Self::String,
            ColumnType::Binary => Self::Binary(BinaryText::new(column, format)?),
        })
    }
}

impl Cast {
    /// Whether a text is a value of the type.
    pub(crate) fn check(&self, text: &[u8], work: &mut Checking<'_>) -> Result<(), Reason> {
        match self {
            Self::Boolean(words) => words.parse(text).map(drop),
            Self::Int(format) => integer::parse_int(format, text).map(drop),
            Self::Bigint(format) => integer::parse_bigint(format, text).map(drop),
            Self::Float(format) => float::parse_float::<f32>(format, text).map(drop),
            Self::Double(format) => float::parse_float::<f64>(format, text).map(drop),
            Self::Decimal(format) => format.parse(text).map(drop),
            Self::Date(format) => timestamp::parse_date(format, text).map(drop),
            Self::Timestamp(format) => timestamp::parse_timestamp(format, text).map(drop),
            Self::Timestamptz(format) => timestamp::parse_instant(format, work.zone, text).map(drop),
            Self::String => Ok(()),
            Self::Binary(format) => {
                work.bytes.clear();
                format.parse_into(text, work.bytes)
            }
        }
    }

    /// Whether a field in quotes may be null: texts and bytes can be empty, other values cannot.
    pub(crate) fn quotes_may_be_null(&self) -> bool {
        !matches!(self, Self::String | Self::Binary(_))
    }
}

/// What [`Cast::check`] works with.
pub(crate) struct Checking<'w> {
    pub(crate) zone: &'w mut ZoneOffsets,
    pub(crate) bytes: &'w mut Vec<u8>,
}

fn parse_format(column: &str, format: &str) -> Result<TimeFormat, KernelError> {
    format.parse().map_err(|error| KernelError::TimeFormat { column: column.into(), error })
}

fn timestamp_text(column: &str, format: Option<&str>, with_zone: bool) -> Result<TimeText, KernelError> {
    let Some(format) = format else { return Ok(TimeText::Iso { with_zone }) };
    let format = parse_format(column, format)?;
    format.check_timestamp(with_zone).map_err(|error| KernelError::TimeFormat { column: column.into(), error })?;
    Ok(TimeText::new(&format))
}
