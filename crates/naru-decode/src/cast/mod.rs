//! Strict, exact casts from text to each column type, one file per type.

mod binary;
mod boolean;
mod calendar;
mod column_builder;
mod decimal;
mod float;
mod integer;
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
use crate::KernelError;

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

fn parse_format(column: &str, format: &str) -> Result<TimeFormat, KernelError> {
    format.parse().map_err(|error| KernelError::TimeFormat { column: column.into(), error })
}

fn timestamp_text(column: &str, format: Option<&str>, with_zone: bool) -> Result<TimeText, KernelError> {
    let Some(format) = format else { return Ok(TimeText::Iso { with_zone }) };
    let format = parse_format(column, format)?;
    format.check_timestamp(with_zone).map_err(|error| KernelError::TimeFormat { column: column.into(), error })?;
    Ok(TimeText::new(&format))
}
