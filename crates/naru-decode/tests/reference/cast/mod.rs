//! Strict, exact casts, each by the plainest means there are.

mod binary;
mod number;
mod time;

use naru_core::plan::PlanColumn;
use naru_core::{ColumnType, Dialect};
use naru_decode::Reason;

use super::Value;

/// A text that is not null, as a value of its column.
pub(crate) fn cast(dialect: &Dialect, column: &PlanColumn, text: &str) -> Result<Value, Reason> {
    let format = column.format.as_deref();
    match column.column_type {
        ColumnType::Boolean if dialect.true_words.iter().any(|word| word == text) => Ok(Value::Boolean(true)),
        ColumnType::Boolean if dialect.false_words.iter().any(|word| word == text) => Ok(Value::Boolean(false)),
        ColumnType::Boolean => Err(Reason::NotABoolean),
        ColumnType::Int => number::integer(dialect, text)
            .and_then(|value| i32::try_from(value).map(Value::Int).map_err(|_| Reason::IntegerOutOfRange)),
        ColumnType::Bigint => number::integer(dialect, text)
            .and_then(|value| i64::try_from(value).map(Value::Bigint).map_err(|_| Reason::IntegerOutOfRange)),
        ColumnType::Float => number::float(dialect, text),
        ColumnType::Double => number::double(dialect, text),
        ColumnType::Decimal { precision, scale } => {
            number::decimal(dialect, text, usize::from(precision), usize::from(scale)).map(Value::Decimal)
        }
        ColumnType::Date => time::date(format.unwrap_or(&dialect.date_format), text),
        ColumnType::Timestamp => time::timestamp(format.or(dialect.timestamp_format.as_deref()), text),
        ColumnType::Timestamptz => {
            time::instant(format.or(dialect.timestamp_format.as_deref()), &dialect.time_zone, text)
        }
        ColumnType::String => Ok(Value::String(text.into())),
        ColumnType::Binary if format == Some("base64") => binary::base64(text).map(Value::Binary),
        ColumnType::Binary => binary::hex(text).map(Value::Binary),
    }
}
