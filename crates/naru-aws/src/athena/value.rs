//! Values as Athena prints them, and as naru does.
//!
//! | Athena's type | Athena's text | naru's text |
//! | --- | --- | --- |
//! | `boolean`, integers, `decimal`, `date`, text | | the same |
//! | `float`, `double` | `1.0E10`, `NaN`, `Infinity` | `10000000000.0`, `NaN`, `inf`: the shortest that reads back |
//! | `timestamp` | `2026-11-22 05:06:07.000000` | `2026-11-22T05:06:07`, with six digits of a fraction if there is one |
//! | `timestamp with time zone` | `2026-11-22 14:06:07.000 Asia/Seoul` | `2026-11-22T05:06:07Z` |
//! | `varbinary` | `01 ff` | `01ff` |
//! | lists, rows, maps and others | | the same |

use std::fmt::Debug;
use std::str::FromStr;

use aws_sdk_athena::types::ColumnInfo;
use chrono::{FixedOffset, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

/// A column of a query's result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AthenaColumn {
    /// Name, as the query gives it.
    pub name: String,
    /// Type, as Athena calls it.
    pub athena_type: String,
    /// What its values stand for.
    pub kind: ValueKind,
}

/// What a value's text stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// `true`, `false`.
    Boolean,
    /// Digits as JSON takes them; of floats also `NaN`, `inf`, `-inf`.
    Number,
    /// All else.
    Text,
}

impl AthenaColumn {
    pub(super) fn of(column: &ColumnInfo) -> Self {
        let athena_type = column.r#type().to_lowercase();
        let kind = match athena_type.as_str() {
            "boolean" => ValueKind::Boolean,
            "tinyint" | "smallint" | "int" | "integer" | "bigint" | "decimal" | "float" | "real" | "double" => {
                ValueKind::Number
            }
            _ => ValueKind::Text,
        };
        Self { name: column.name().into(), athena_type, kind }
    }

    /// A value in naru's form.
    ///
    /// # Errors
    /// If it is not of the column's type.
    pub(super) fn printed(&self, value: String) -> Result<String, ()> {
        match self.athena_type.as_str() {
            "boolean" if !matches!(value.as_str(), "true" | "false") => Err(()),
            "float" | "real" => float::<f32>(&value),
            "double" => float::<f64>(&value),
            _ if self.kind == ValueKind::Number && !is_number(&value) => Err(()),
            "timestamp" => Ok(timestamp(&value).unwrap_or(value)),
            "timestamp with time zone" => Ok(timestamp_in_utc(&value).unwrap_or(value)),
            "varbinary" => Ok(value.replace(' ', "").to_ascii_lowercase()),
            _ => Ok(value),
        }
    }
}

/// `-12.50`: digits, as JSON takes them.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    digits(whole) && digits(fraction) && (whole == "0" || !whole.starts_with('0'))
}

/// Rust's debug form is the shortest that reads back, as it is of queries on the embedded lake.
fn float<T: FromStr + Debug>(text: &str) -> Result<String, ()> {
    let text = match text {
        "Infinity" => "inf",
        "-Infinity" => "-inf",
        other => other,
    };
    text.parse::<T>().map(|value| format!("{value:?}")).map_err(|_| ())
}

/// None for a time that is not written as most are, as one after the year 9999.
fn timestamp(text: &str) -> Option<String> {
    let (date, time) = text.split_once(' ')?;
    let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
    let is_clock = clock.len() == 8 && clock.bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
    if !is_clock || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let digits = if fraction.len() > 6 { 9 } else { 6 };
    let fraction = if fraction.is_empty() { String::new() } else { format!(".{fraction:0<digits$}") };
    Some(format!("{date}T{clock}{fraction}"))
}

/// None for a zone that is not known, and for an hour that a clock shows twice.
fn timestamp_in_utc(text: &str) -> Option<String> {
    let (local, zone) = text.rsplit_once(' ')?;
    if matches!(zone, "UTC" | "Z") {
        return timestamp(local).map(|text| text + "Z");
    }
    let wall = NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M:%S%.f").ok()?;
    let utc = match zone.parse::<FixedOffset>() {
        Ok(offset) => offset.from_local_datetime(&wall).single()?.with_timezone(&Utc),
        Err(_) => zone.parse::<Tz>().ok()?.from_local_datetime(&wall).single()?.with_timezone(&Utc),
    };
    timestamp(&utc.format("%Y-%m-%d %H:%M:%S%.9f").to_string()).map(|text| text + "Z")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use proptest::prelude::*;

    use super::*;

    fn column(athena_type: &str) -> AthenaColumn {
        AthenaColumn::of(&ColumnInfo::builder().name("c").r#type(athena_type).build().unwrap())
    }

    fn printed(athena_type: &str, value: &str) -> String {
        column(athena_type).printed(value.into()).unwrap_or_else(|()| "wrong".into())
    }

    #[test]
    fn every_type_has_narus_text() {
        for (athena_type, value, expected) in [
            ("boolean", "true", "true"),
            ("boolean", "yes", "wrong"),
            ("integer", "-2147483648", "-2147483648"),
            ("bigint", "9223372036854775807", "9223372036854775807"),
            ("bigint", "1e3", "wrong"),
            ("decimal", "-0.05", "-0.05"),
            ("decimal", "99999999999999999999999999999999999999", "99999999999999999999999999999999999999"),
            ("decimal", "", "wrong"),
            ("decimal", "007", "wrong"),
            ("double", "1.0E10", "10000000000.0"),
            ("double", "0.1", "0.1"),
            ("double", "Infinity", "inf"),
            ("double", "-Infinity", "-inf"),
            ("double", "NaN", "NaN"),
            ("float", "0.1", "0.1"),
            ("date", "2026-11-22", "2026-11-22"),
            ("timestamp", "2026-11-22 05:06:07.000", "2026-11-22T05:06:07"),
            ("timestamp", "2026-11-22 05:06:07.089000", "2026-11-22T05:06:07.089000"),
            ("timestamp", "2026-11-22 05:06:07.5", "2026-11-22T05:06:07.500000"),
            ("timestamp", "2026-11-22 05:06:07.000000001", "2026-11-22T05:06:07.000000001"),
            ("timestamp", "+10000-01-01 00:00:00.000", "+10000-01-01T00:00:00"),
            ("timestamp", "odd", "odd"),
            ("timestamp with time zone", "2026-11-22 05:06:07.000 UTC", "2026-11-22T05:06:07Z"),
            ("timestamp with time zone", "2026-11-22 14:06:07.500 Asia/Seoul", "2026-11-22T05:06:07.500000Z"),
            ("timestamp with time zone", "2026-11-22 14:06:07.000 +09:00", "2026-11-22T05:06:07Z"),
            (
                "timestamp with time zone",
                "2026-11-01 01:30:00 America/New_York",
                "2026-11-01 01:30:00 America/New_York",
            ),
            ("varbinary", "01 FF", "01ff"),
            ("varbinary", "", ""),
            ("varchar", " a  b ", " a  b "),
            ("array(integer)", "[1, 2]", "[1, 2]"),
            ("unknown", "x", "x"),
        ] {
            assert_eq!(printed(athena_type, value), expected, "{athena_type} {value}");
        }
    }

    #[test]
    fn kinds_follow_types() {
        for (athena_type, kind) in [
            ("boolean", ValueKind::Boolean),
            ("decimal", ValueKind::Number),
            ("double", ValueKind::Number),
            ("varchar", ValueKind::Text),
            ("timestamp with time zone", ValueKind::Text),
        ] {
            assert_eq!(column(athena_type).kind, kind);
        }
    }

    proptest! {
        #[test]
        fn a_double_reads_back(value in any::<f64>()) {
            let text = printed("double", &format!("{value:E}"));
            prop_assert!(text.parse::<f64>().unwrap().to_bits() == value.to_bits() || value.is_nan());
        }

        #[test]
        fn no_text_panics(athena_type in prop::sample::select(vec!["timestamp", "timestamp with time zone", "varbinary", "decimal"]), value in "\\PC*") {
            let _ = column(athena_type).printed(value);
        }
    }
}
