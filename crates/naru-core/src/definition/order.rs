//! Partition and sort fields: their text forms.
//!
//! ```text
//! partition   region   year(c)   month(c)   day(c)   hour(c)   bucket(16, c)   truncate(4, c)
//! sort        c   c desc   c nulls last   c desc nulls first
//! ```

use crate::table_spec::{PartitionField, SortField, Transform};

use super::setting_value::BadValue;
use crate::nearest::did_you_mean;

const TRANSFORMS: [&str; 7] = ["identity", "year", "month", "day", "hour", "bucket", "truncate"];
const PARTITION_FORMS: &str =
    "write column, year(column), month(column), day(column), hour(column), bucket(16, column) or truncate(4, column)";
const SORT_FORMS: &str = "write column, optionally asc or desc, optionally nulls first or nulls last";

/// Reads a partition field; that its column exists and fits is checked with the columns.
pub(super) fn partition_field(text: &str) -> Result<PartitionField, BadValue> {
    let bad = || BadValue::new(format!("\"{text}\" is not a partition field"), PARTITION_FORMS);
    let Some((name, rest)) = text.split_once('(') else {
        let column = column_name(text).ok_or_else(bad)?;
        return Ok(PartitionField { transform: Transform::Identity, column });
    };
    let Some(inner) = rest.trim_end().strip_suffix(')') else {
        return Err(BadValue::new(
            format!("\"{text}\" lacks its closing parenthesis"),
            "a value that holds a comma is quoted, as in \"bucket(16, account_no)\"",
        ));
    };
    let name = name.trim().to_ascii_lowercase();
    let (width, column) = match inner.split_once(',') {
        Some((width, column)) => (Some(width.trim()), column),
        None => (None, inner),
    };
    let column = column_name(column);
    let transform = match (name.as_str(), width) {
        ("identity", None) => Transform::Identity,
        ("year", None) => Transform::Year,
        ("month", None) => Transform::Month,
        ("day", None) => Transform::Day,
        ("hour", None) => Transform::Hour,
        ("bucket", width) => Transform::Bucket(positive(text, width, "bucket(16, account_no)")?),
        ("truncate", width) => Transform::Truncate(positive(text, width, "truncate(4, branch)")?),
        (known, Some(_)) if TRANSFORMS.contains(&known) => return Err(bad()),
        _ => {
            let hint = did_you_mean(&name, "the transforms are", &TRANSFORMS);
            return Err(BadValue::new(format!("unknown transform \"{name}\""), hint));
        }
    };
    Ok(PartitionField { transform, column: column.ok_or_else(bad)? })
}

/// Reads a sort field. Nulls come first when ascending, last when descending, as Iceberg has it.
pub(super) fn sort_field(text: &str) -> Result<SortField, BadValue> {
    let bad = || BadValue::new(format!("\"{text}\" is not a sort field"), SORT_FORMS);
    let mut words = text.split_whitespace();
    let column = words.next().and_then(column_name).ok_or_else(bad)?;
    let lower: Vec<String> = words.map(str::to_ascii_lowercase).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    let (descending, nulls) = match lower.as_slice() {
        ["asc", nulls @ ..] => (false, nulls),
        ["desc", nulls @ ..] => (true, nulls),
        nulls => (false, nulls),
    };
    let nulls_first = match nulls {
        [] => !descending,
        ["nulls", "first"] => true,
        ["nulls", "last"] => false,
        _ => return Err(bad()),
    };
    Ok(SortField { column, descending, nulls_first })
}

fn column_name(text: &str) -> Option<String> {
    let text = text.trim();
    let plain = !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || "(),\"".contains(c));
    plain.then(|| text.to_owned())
}

/// A bucket count or width: 1 to 2^31 - 1, since Iceberg holds it in a signed 32-bit integer.
fn positive(text: &str, number: Option<&str>, example: &str) -> Result<u32, BadValue> {
    let digits = number.filter(|n| n.bytes().all(|b| b.is_ascii_digit()));
    let value = digits.and_then(|n| n.parse::<u32>().ok()).filter(|n| (1..=i32::MAX as u32).contains(n));
    value.ok_or_else(|| {
        BadValue::new(format!("\"{text}\" needs a number of at least 1"), format!("write it as in {example}"))
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn partition_fields_print_as_they_parse() {
        for text in
            ["region", "year(d)", "month(d)", "day(load_interval)", "hour(t)", "bucket(16, a)", "truncate(4, b)"]
        {
            assert_eq!(partition_field(text).unwrap().to_string(), text);
        }
        assert_eq!(partition_field("Bucket( 16 ,a )").unwrap().to_string(), "bucket(16, a)");
        for text in
            ["", "day()", "day(a, b)", "bucket(a)", "bucket(0, a)", "bucket(-1, a)", "truncate(4294967296, a)", "a b"]
        {
            assert!(partition_field(text).is_err(), "{text}");
        }
        let bad = partition_field("moth(a)").unwrap_err();
        insta::assert_snapshot!(format!("{}: {}", bad.message, bad.hint.unwrap()), @r#"unknown transform "moth": did you mean "month"?"#);
    }

    #[test]
    fn sort_fields_have_the_default_nulls_of_iceberg() {
        for text in ["a", "a desc", "a nulls last", "a desc nulls first"] {
            assert_eq!(sort_field(text).unwrap().to_string(), text);
        }
        assert_eq!(sort_field("a ASC Nulls First").unwrap().to_string(), "a");
        for text in ["", "a down", "a nulls", "a desc desc", "a nulls middle", "a, b"] {
            assert!(sort_field(text).is_err(), "{text}");
        }
    }
}
