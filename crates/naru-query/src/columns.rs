//! A batch's columns as typed readers, and the one text form of every value.
//!
//! | type | text |
//! | --- | --- |
//! | boolean | `true`, `false` |
//! | integers, decimals | exact digits; a decimal has as many after the point as its scale |
//! | floats | the shortest text that reads back as the same number; `NaN`, `inf`, `-inf` |
//! | date, timestamp | ISO 8601: `2026-11-22`, `2026-11-22T05:06:07`, with six digits of a fraction if there is one |
//! | timestamptz | the same in UTC, with `Z` |
//! | string | as it is |
//! | binary | hexadecimal, lower case |

use polars::prelude::{
    BinaryChunked, BooleanChunked, DataFrame, DataType, Float32Chunked, Float64Chunked, Int32Chunked, Int64Chunked,
    Int128Chunked, PolarsResult, Series, StringChunked, TimeUnit, UInt64Chunked,
};

use crate::PrintedKind;

/// A column of one batch.
pub(crate) enum ColumnReader {
    Null,
    Boolean(BooleanChunked),
    Integer(Int64Chunked),
    Unsigned(UInt64Chunked),
    Float(Float32Chunked),
    Double(Float64Chunked),
    Decimal(Int128Chunked, usize),
    Date(Int32Chunked),
    Timestamp {
        values: Int64Chunked,
        unit: TimeUnit,
        utc: bool,
    },
    Text(StringChunked),
    Binary(BinaryChunked),
    /// Values that another engine has printed.
    Printed {
        values: Vec<Option<String>>,
        kind: PrintedKind,
    },
    /// Lists, durations, times and what else an expression may give: as Polars prints it.
    Other(Series),
}

/// What a value's text stands for, where the output's form depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Boolean,
    /// A number whose text is a JSON number.
    Number,
    Text,
}

/// Readers of a batch's columns, in order.
pub(crate) fn readers(batch: &DataFrame) -> PolarsResult<Vec<ColumnReader>> {
    batch.columns().iter().map(|column| reader(&column.as_materialized_series().rechunk())).collect()
}

/// Whether numbers of this type are the same as their text in JSON, and stand at the right of a cell.
pub(crate) fn is_number(dtype: &DataType) -> bool {
    dtype.is_primitive_numeric() || matches!(dtype, DataType::Decimal(_, _))
}

fn reader(series: &Series) -> PolarsResult<ColumnReader> {
    Ok(match series.dtype() {
        DataType::Null => ColumnReader::Null,
        DataType::Boolean => ColumnReader::Boolean(series.bool()?.clone()),
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 | DataType::UInt32 => {
            ColumnReader::Integer(series.cast(&DataType::Int64)?.i64()?.clone())
        }
        DataType::UInt64 => ColumnReader::Unsigned(series.u64()?.clone()),
        DataType::Float32 => ColumnReader::Float(series.f32()?.clone()),
        DataType::Float64 => ColumnReader::Double(series.f64()?.clone()),
        DataType::Decimal(_, scale) => ColumnReader::Decimal(series.decimal()?.physical().clone(), *scale),
        DataType::Date => ColumnReader::Date(series.date()?.physical().clone()),
        DataType::Datetime(unit, zone) => {
            ColumnReader::Timestamp { values: series.datetime()?.physical().clone(), unit: *unit, utc: zone.is_some() }
        }
        DataType::String => ColumnReader::Text(series.str()?.clone()),
        DataType::Binary => ColumnReader::Binary(series.binary()?.clone()),
        _ => ColumnReader::Other(series.clone()),
    })
}

impl ColumnReader {
    /// Appends the text of the value at `row`; nothing for a null.
    pub(crate) fn append(&self, row: usize, text: &mut String) -> Kind {
        self.append_value(row, text).unwrap_or(Kind::Null)
    }

    fn append_value(&self, row: usize, text: &mut String) -> Option<Kind> {
        use std::fmt::Write;
        // Writing to a string does not fail.
        let _ = match self {
            Self::Null => return None,
            Self::Boolean(values) => {
                let _ = write!(text, "{}", values.get(row)?);
                return Some(Kind::Boolean);
            }
            Self::Integer(values) => write!(text, "{}", values.get(row)?),
            Self::Unsigned(values) => write!(text, "{}", values.get(row)?),
            Self::Float(values) => return Some(append_float(text, values.get(row)?.is_finite(), values.get(row)?)),
            Self::Double(values) => return Some(append_float(text, values.get(row)?.is_finite(), values.get(row)?)),
            Self::Decimal(values, scale) => {
                append_decimal(text, values.get(row)?, *scale);
                Ok(())
            }
            Self::Date(values) => {
                append_date(text, values.get(row)?.into());
                return Some(Kind::Text);
            }
            Self::Timestamp { values, unit, utc } => {
                append_timestamp(text, values.get(row)?, *unit, *utc);
                return Some(Kind::Text);
            }
            Self::Text(values) => {
                text.push_str(values.get(row)?);
                return Some(Kind::Text);
            }
            Self::Binary(values) => {
                for byte in values.get(row)? {
                    let _ = write!(text, "{byte:02x}");
                }
                return Some(Kind::Text);
            }
            Self::Printed { values, kind } => {
                let value = values.get(row)?.as_deref()?;
                text.push_str(value);
                return Some(kind.of(value));
            }
            Self::Other(series) => {
                let value = series.get(row).ok().filter(|value| !value.is_null())?;
                let _ = write!(text, "{value}");
                return Some(Kind::Text);
            }
        };
        Some(Kind::Number)
    }
}

/// Rust's debug form is the shortest that reads back, with an exponent where a plain form would be long.
fn append_float(text: &mut String, finite: bool, value: impl std::fmt::Debug) -> Kind {
    use std::fmt::Write;
    let _ = write!(text, "{value:?}");
    if finite { Kind::Number } else { Kind::Text }
}

/// `unscaled * 10^-scale`, exactly.
fn append_decimal(text: &mut String, unscaled: i128, scale: usize) {
    use std::fmt::Write;
    let digits = format!("{:0width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if unscaled < 0 { "-" } else { "" };
    let point = if scale > 0 { "." } else { "" };
    let _ = write!(text, "{sign}{whole}{point}{fraction}");
}

fn append_date(text: &mut String, days: i64) {
    use std::fmt::Write;
    let (year, month, day) = civil_from_days(days);
    // ISO 8601 gives years beyond four digits a sign.
    let sign = if year > 9999 {
        "+"
    } else if year < 0 {
        "-"
    } else {
        ""
    };
    let _ = write!(text, "{sign}{:04}-{month:02}-{day:02}", year.abs());
}

fn append_timestamp(text: &mut String, value: i64, unit: TimeUnit, utc: bool) {
    use std::fmt::Write;
    let (per_second, digits) = match unit {
        TimeUnit::Milliseconds => (1_000, 3),
        TimeUnit::Microseconds => (1_000_000, 6),
        TimeUnit::Nanoseconds => (1_000_000_000, 9),
    };
    let (seconds, fraction) = (value.div_euclid(per_second), value.rem_euclid(per_second));
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    append_date(text, days);
    let _ = write!(text, "T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    if fraction != 0 {
        let _ = write!(text, ".{fraction:0digits$}");
    }
    if utc {
        text.push('Z');
    }
}

/// Days since 1970-01-01 → year, month, day in the proleptic Gregorian calendar. Source: Howard Hinnant,
/// "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decimal(unscaled: i128, scale: usize) -> String {
        let mut text = String::new();
        append_decimal(&mut text, unscaled, scale);
        text
    }

    fn timestamp(value: i64, unit: TimeUnit, utc: bool) -> String {
        let mut text = String::new();
        append_timestamp(&mut text, value, unit, utc);
        text
    }

    #[test]
    fn decimals_keep_every_digit() {
        assert_eq!(decimal(0, 2), "0.00");
        assert_eq!(decimal(-5, 2), "-0.05");
        assert_eq!(decimal(12345, 0), "12345");
        assert_eq!(decimal(99_999_999_999_999_999_999_999_999_999_999_999_999, 38), format!("0.{}", "9".repeat(38)));
        assert_eq!(decimal(i128::MIN, 0), i128::MIN.to_string());
    }

    #[test]
    fn timestamps_are_iso_8601() {
        assert_eq!(timestamp(0, TimeUnit::Microseconds, false), "1970-01-01T00:00:00");
        assert_eq!(timestamp(-1, TimeUnit::Microseconds, true), "1969-12-31T23:59:59.999999Z");
        assert_eq!(timestamp(951_782_400_000, TimeUnit::Milliseconds, false), "2000-02-29T00:00:00");
        assert_eq!(timestamp(1_500_000_000, TimeUnit::Nanoseconds, false), "1970-01-01T00:00:01.500000000");
    }

    #[test]
    fn the_farthest_dates_have_a_text() {
        for (days, expected) in [(i32::MIN, "-5877641-06-23"), (i32::MAX, "+5881580-07-11"), (-719_528, "0000-01-01")] {
            let mut text = String::new();
            append_date(&mut text, days.into());
            assert_eq!(text, expected);
        }
    }

    proptest! {
        #[test]
        fn the_next_day_is_one_day_on(days in -3_000_000_i64..3_000_000) {
            let (year, month, day) = civil_from_days(days);
            let next = civil_from_days(days + 1);
            prop_assert!(next == (year, month, day + 1) || next == (year, month + 1, 1) || next == (year + 1, 1, 1));
            prop_assert!((1..=12).contains(&month) && (1..=31).contains(&day));
        }

        #[test]
        fn a_decimal_reads_back(unscaled in any::<i128>(), scale in 0_usize..=38) {
            let text = decimal(unscaled, scale);
            prop_assert_eq!(text.replace('.', "").parse::<i128>().ok(), Some(unscaled));
            prop_assert_eq!(text.split_once('.').map_or(0, |(_, fraction)| fraction.len()), scale);
        }
    }
}
