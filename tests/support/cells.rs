//! Rows as exact text, written as `tests/spark/cells.py` says, whoever read them.

use std::collections::BTreeMap;

/// The cells of a row; null is none.
pub(crate) type Row = Vec<Option<String>>;

const SHOWN: usize = 3;

/// The rows of `naru query --csv`, given the columns' names and Iceberg types.
#[track_caller]
pub(crate) fn rows_of_csv(csv: &str, columns: &[(String, String)]) -> Vec<Row> {
    let mut records = records(csv).into_iter();
    let header: Vec<_> = records.next().unwrap().into_iter().flatten().collect();
    assert_eq!(header, columns.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>());
    records
        .map(|record| {
            assert_eq!(record.len(), columns.len(), "{record:?}");
            record.into_iter().zip(columns).map(|(cell, (_, kind))| cell.map(|text| exact(&text, kind))).collect()
        })
        .collect()
}

/// Panics unless both hold the same rows, and says which ones differ.
#[track_caller]
pub(crate) fn compare(left: &str, left_rows: &[Row], right: &str, right_rows: &[Row]) {
    let mut counts: BTreeMap<&Row, i64> = BTreeMap::new();
    for row in left_rows {
        *counts.entry(row).or_default() += 1;
    }
    for row in right_rows {
        *counts.entry(row).or_default() -= 1;
    }
    counts.retain(|_, n| *n != 0);
    let shown = |sign: i64| -> String {
        counts
            .iter()
            .filter(|(_, n)| n.signum() == sign)
            .take(SHOWN)
            .map(|(row, n)| format!("{n:+} × {row:?}\n"))
            .collect()
    };
    assert!(
        counts.is_empty(),
        "{left} has {} rows, {right} {}; {} differ:\nin {left}:\n{}in {right}:\n{}",
        left_rows.len(),
        right_rows.len(),
        counts.len(),
        shown(1),
        shown(-1),
    );
}

/// A cell of `naru query --csv` as exact text.
fn exact(text: &str, kind: &str) -> String {
    match kind {
        "float" => float(text.parse::<f32>().unwrap(), |v| v.is_nan(), |v| format!("{:08x}", v.to_bits())),
        "double" => float(text.parse::<f64>().unwrap(), |v| v.is_nan(), |v| format!("{:016x}", v.to_bits())),
        "timestamp" => microseconds(text),
        "timestamptz" => microseconds(text.strip_suffix('Z').unwrap()) + "Z",
        _ => text.into(),
    }
}

fn float<T: Copy>(value: T, is_nan: fn(T) -> bool, bits: fn(T) -> String) -> String {
    if is_nan(value) { "NaN".into() } else { bits(value) }
}

/// An ISO 8601 instant with all six digits of its fraction.
fn microseconds(text: &str) -> String {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{seconds}.{fraction:0<6}")
}

/// The records of RFC 4180's CSV with LF; an unquoted empty field is null.
fn records(text: &str) -> Vec<Row> {
    let (mut records, mut record, mut field) = (Vec::new(), Row::new(), String::new());
    let (mut quoted, mut inside) = (false, false);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' if inside && characters.peek() == Some(&'"') => field.extend(characters.next()),
            '"' => (quoted, inside) = (true, !inside),
            ',' | '\n' if !inside => {
                let whole = std::mem::take(&mut field);
                record.push((quoted || !whole.is_empty()).then_some(whole));
                quoted = false;
                if c == '\n' {
                    records.push(std::mem::take(&mut record));
                }
            }
            _ => field.push(c),
        }
    }
    records
}

#[test]
fn csv_is_read_back() {
    let columns = [("a".into(), "string".into()), ("b".into(), "float".into()), ("c".into(), "timestamptz".into())];
    let rows = rows_of_csv("a,b,c\n\"x\"\"y,\nz\",-0.0,2026-11-22T01:02:03.5Z\n\"\",NaN,\n,,\n", &columns);
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        rows,
        [
            vec![some("x\"y,\nz"), some("80000000"), some("2026-11-22T01:02:03.500000Z")],
            vec![some(""), some("NaN"), None],
            vec![None, None, None],
        ]
    );
}
