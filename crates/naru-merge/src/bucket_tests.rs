#![expect(clippy::unwrap_used, reason = "tests")]

use arrow_array::types::TimestampMicrosecondType;
use arrow_array::{BooleanArray, PrimitiveArray};
use arrow_schema::TimeUnit;

use super::*;

/// 2026-11-22 in the project's time zone, microseconds.
const INTERVAL: i64 = 1_795_273_200_000_000;

fn plan(mode: &str) -> LoadPlan {
    let json = include_str!("bucket_tests.json").replace("MODE", mode);
    serde_json::from_str(&json).unwrap()
}

/// Rows of (kind, record or position, id, name, load_interval, deletes), all of source 0 or of one file.
fn batch(rows: &[(i32, i64, i64, &str, i64, bool)]) -> RecordBatch {
    let schema = Schema::new(
        [
            Field::new("id", DataType::Int64, false),
            Field::new("name", DataType::Utf8, true),
            Field::new("load_interval", DataType::Timestamp(TimeUnit::Microsecond, None), false),
            Field::new("@kind", DataType::Int32, false),
        ]
        .into_iter()
        .chain(fields_of_run().map(|field| field.with_nullable(true)))
        .chain([Field::new("@file", DataType::Utf8, true), Field::new("@position", DataType::Int64, true)])
        .collect::<Vec<_>>(),
    );
    let of_run = |row: &(i32, i64, i64, &str, i64, bool)| row.0 == 0;
    let columns: Vec<ArrayRef> = vec![
        Arc::new(rows.iter().map(|row| Some(row.2)).collect::<Int64Array>()),
        Arc::new(rows.iter().map(|row| Some(row.3)).collect::<StringArray>()),
        Arc::new(rows.iter().map(|row| Some(row.4)).collect::<PrimitiveArray<TimestampMicrosecondType>>()),
        Arc::new(rows.iter().map(|row| Some(row.0)).collect::<Int32Array>()),
        Arc::new(rows.iter().map(|row| of_run(row).then_some(0)).collect::<Int32Array>()),
        Arc::new(rows.iter().map(|row| of_run(row).then_some(row.1)).collect::<Int64Array>()),
        Arc::new(rows.iter().map(|row| of_run(row).then_some(row.5)).collect::<BooleanArray>()),
        Arc::new(rows.iter().map(|row| (!of_run(row)).then_some("f")).collect::<StringArray>()),
        Arc::new(rows.iter().map(|row| (!of_run(row)).then_some(row.1)).collect::<Int64Array>()),
    ];
    RecordBatch::try_new(Arc::new(schema), columns).unwrap()
}

/// (action, name or nothing, position or nothing) of what comes out.
fn out(merged: &MergedBucket) -> Vec<(i32, Option<String>, Option<i64>)> {
    let of = |batch: &RecordBatch| {
        let (names, actions) = (batch.column(1).as_string::<i32>().clone(), batch.column(3).clone());
        let positions = batch.column(5).as_primitive::<Int64Type>().clone();
        let actions = actions.as_primitive::<Int32Type>().clone();
        (0..batch.num_rows())
            .map(|row| {
                let name = names.iter().nth(row).flatten().map(Into::into);
                (actions.value(row), name, positions.iter().nth(row).flatten())
            })
            .collect::<Vec<_>>()
    };
    merged.batches.iter().flat_map(of).collect()
}

#[test]
fn rows_come_in_any_order_and_batch() {
    let rows = [
        (1, 7, 1, "old", 5, false),
        (0, 2, 2, "new", INTERVAL, false),
        (0, 1, 1, "changed", INTERVAL, false),
        (1, 3, 3, "own", INTERVAL, false),
        (2, 9, 3, "earlier", 5, false),
    ];
    let expected = vec![
        (0, Some("changed".to_owned()), None),
        (0, Some("new".to_owned()), None),
        (1, Some("earlier".to_owned()), None),
        (2, None, Some(3)),
        (2, None, Some(7)),
    ];
    let backwards: Vec<_> = rows.iter().rev().copied().collect();
    for batches in [vec![batch(&rows)], vec![batch(&rows[..2]), batch(&rows[2..])], vec![batch(&backwards)]] {
        let merged = merge_bucket(&plan("merge"), &batches).unwrap();
        let mut found = out(&merged);
        found.sort();
        assert_eq!(found, expected);
        assert_eq!((merged.counts.inserted, merged.counts.updated, merged.deletions.unseen), (1, 1, 1));
    }
}

#[test]
fn rows_are_in_the_order_of_their_sources() {
    let twice = [(0, 9, 1, "b", INTERVAL, false), (0, 4, 1, "a", INTERVAL, false)];
    let error = merge_bucket(&plan("merge"), &[batch(&twice)]).unwrap_err();
    assert_eq!(error.places(), ["file:///landing/a.csv, row 9: as file:///landing/a.csv, row 4"]);
}

#[test]
fn nothing_comes_of_nothing() {
    assert!(merge_bucket(&plan("merge"), &[]).unwrap().batches.is_empty());
    assert!(merge_bucket(&plan("merge"), &[batch(&[])]).unwrap().batches.is_empty());
}
