//! Partitioned tables: every transform, and replacing partitions.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, Date32Array, Decimal128Array, Int32Array, Int64Array, LargeBinaryArray, RecordBatch,
    StringArray, TimestampMicrosecondArray,
};
use iceberg::spec::{Literal, Struct};
use iceberg::transform::create_transform_function;
use naru_core::ColumnType;
use naru_core::table_spec::{PartitionField, TableSpec, Transform};
use naru_lake::schema::iceberg_transform;
use naru_lake::{AsOf, Change, CommitRequest, LakeErrorKind, LakeTable};

use crate::support::{
    DAY, Fixture, column, committed, expected, request, rows, run_record, simple_spec, summary, write_batch,
};

fn by_name() -> TableSpec {
    TableSpec {
        partition: vec![PartitionField { transform: Transform::Identity, column: "name".into() }],
        ..simple_spec()
    }
}

/// Rows of one partition: `(id, day)`, all named by the partition.
async fn partitioned(table: &LakeTable, day: i64, digest: &str, parts: &[(&str, &[i64])]) -> CommitRequest {
    let mut request = request(table, Change::ReplacePartitions, day, digest, &[]).await;
    for (name, ids) in parts {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from(ids.to_vec())),
            Arc::new(StringArray::from(vec![*name; ids.len()])),
            Arc::new(TimestampMicrosecondArray::from(vec![day * DAY; ids.len()])),
        ];
        let batch = RecordBatch::try_new(table.arrow_schema().unwrap(), columns).unwrap();
        request.added.push(write_batch(table, &batch, Struct::from_iter([Some(Literal::string(*name))])).await);
    }
    request
}

async fn load_parts(fixture: &Fixture, day: i64, digest: &str, parts: &[(&str, &[i64])]) -> Result<(), LakeErrorKind> {
    let request = partitioned(&fixture.table().await, day, digest, parts).await;
    fixture.lake().commit(request).await.map(|_| ()).map_err(|error| error.kind())
}

#[tokio::test(flavor = "multi_thread")]
async fn replacing_partitions_leaves_the_others() {
    let fixture = Fixture::new();
    fixture.create(&by_name()).await;
    load_parts(&fixture, 1, "a", &[("서울/중구", &[1, 2]), ("부산", &[3])]).await.unwrap();
    load_parts(&fixture, 2, "b", &[("서울/중구", &[4])]).await.unwrap();
    assert_eq!(rows(&fixture.table().await).await, expected(&[(3, 1), (4, 2)]));
    let paths: BTreeSet<String> =
        fixture.table().await.scan(AsOf::Current).await.unwrap().files.into_iter().map(|file| file.path).collect();
    assert!(paths.iter().any(|path| path.contains("/data/name=%EC%84%9C%EC%9A%B8%2F%EC%A4%91%EA%B5%AC/")), "{paths:?}");
    assert_eq!(summary(&fixture.table().await)["changed-partition-count"], "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn rerunning_a_replacement_takes_back_all_that_its_interval_had_loaded() {
    let fixture = Fixture::new();
    fixture.create(&by_name()).await;
    load_parts(&fixture, 1, "a", &[("x", &[1]), ("y", &[2])]).await.unwrap();
    load_parts(&fixture, 2, "b", &[("z", &[9])]).await.unwrap();
    load_parts(&fixture, 1, "a2", &[("x", &[3])]).await.unwrap();
    assert_eq!(rows(&fixture.table().await).await, expected(&[(3, 1), (9, 2)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partition_with_newer_rows_is_not_replaced_by_older_ones() {
    let fixture = Fixture::new();
    fixture.create(&by_name()).await;
    load_parts(&fixture, 2, "b", &[("x", &[1])]).await.unwrap();
    assert_eq!(load_parts(&fixture, 1, "a", &[("x", &[2])]).await, Err(LakeErrorKind::Refused));
    load_parts(&fixture, 1, "a", &[("y", &[2])]).await.unwrap();
    assert_eq!(rows(&fixture.table().await).await, expected(&[(1, 2), (2, 1)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_location_without_its_partition_is_refused() {
    let fixture = Fixture::new();
    let table = fixture.create(&by_name()).await;
    let error = table.data_location(None, "f.parquet").unwrap_err();
    assert_eq!(error.kind(), LakeErrorKind::InvalidInput);
}

/// Columns of every type that a partition field may have, one row each.
fn every_transform() -> Vec<(&'static str, ColumnType, ArrayRef, Vec<Transform>)> {
    use Transform::{Bucket, Day, Hour, Identity, Month, Truncate, Year};
    let decimal = Decimal128Array::from(vec![-12345]).with_precision_and_scale(18, 2).unwrap();
    let instant = 1_795_300_000_123_456;
    let (times, dates) =
        (vec![Identity, Year, Month, Day, Hour, Bucket(7)], vec![Identity, Year, Month, Day, Bucket(7)]);
    vec![
        ("i", ColumnType::Int, Arc::new(Int32Array::from(vec![-7])), vec![Identity, Bucket(7), Truncate(10)]),
        ("l", ColumnType::Bigint, Arc::new(Int64Array::from(vec![1 << 40])), vec![Identity, Bucket(7), Truncate(10)]),
        (
            "m",
            ColumnType::Decimal { precision: 18, scale: 2 },
            Arc::new(decimal),
            vec![Identity, Bucket(7), Truncate(50)],
        ),
        ("d", ColumnType::Date, Arc::new(Date32Array::from(vec![-1])), dates),
        ("t", ColumnType::Timestamp, Arc::new(TimestampMicrosecondArray::from(vec![-1])), times.clone()),
        (
            "z",
            ColumnType::Timestamptz,
            Arc::new(TimestampMicrosecondArray::from(vec![instant]).with_timezone("+00:00")),
            times,
        ),
        (
            "s",
            ColumnType::String,
            Arc::new(StringArray::from(vec!["가나다라마"])),
            vec![Identity, Bucket(7), Truncate(3)],
        ),
        (
            "b",
            ColumnType::Binary,
            Arc::new(LargeBinaryArray::from(vec![&b"\x00\xff\x10"[..]])),
            vec![Identity, Bucket(7), Truncate(2)],
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_transform_of_every_type_is_committed_and_read_back() {
    for (name, column_type, values, transforms) in every_transform() {
        for transform in transforms {
            let fixture = Fixture::new();
            let spec = TableSpec {
                columns: vec![column(name, column_type, false), column("load_interval", ColumnType::Timestamp, true)],
                partition: vec![PartitionField { transform, column: name.into() }],
                key: vec![],
                ..simple_spec()
            };
            let table = fixture.create(&spec).await;
            let interval: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![DAY]));
            let batch = RecordBatch::try_new(table.arrow_schema().unwrap(), vec![values.clone(), interval]).unwrap();
            let partition = partition_of(&table, transform, &values);
            let file = write_batch(&table, &batch, partition.clone()).await;
            let nulls = RecordBatch::try_new(
                table.arrow_schema().unwrap(),
                vec![
                    arrow_array::new_null_array(values.data_type(), 1),
                    Arc::new(TimestampMicrosecondArray::from(vec![DAY])),
                ],
            );
            let null_file = write_batch(&table, &nulls.unwrap(), Struct::from_iter([None])).await;
            let mut request = request(&table, Change::Append, 1, "a", &[]).await;
            request.run = run_record(1, "a");
            request.added = vec![file, null_file];
            committed(fixture.lake().commit(request).await);

            let scan = fixture.table().await.scan(AsOf::Current).await.unwrap();
            let partitions: Vec<_> = scan.files.iter().map(|file| file.partition.clone()).collect();
            assert_eq!(partitions, [partition, Struct::from_iter([None])], "{name} {transform:?}");
            let read = crate::support::read(&fixture.table().await).await;
            assert_eq!(read.iter().map(RecordBatch::num_rows).sum::<usize>(), 2, "{name} {transform:?}");
        }
    }
}

/// The partition value of a column's one row, by iceberg's own transform functions.
fn partition_of(table: &LakeTable, transform: Transform, values: &ArrayRef) -> Struct {
    // iceberg's functions take plain binary, as its reader gives it.
    let values: ArrayRef = match values.as_any().downcast_ref::<LargeBinaryArray>() {
        Some(binary) => Arc::new(BinaryArray::from_iter_values(binary.iter().flatten())),
        None => values.clone(),
    };
    let function = create_transform_function(&iceberg_transform(transform)).unwrap();
    // … but for identity, which gives back what it was given, as the writer has it.
    let transformed = function.transform(values).unwrap();
    let field = table.metadata().default_partition_type().fields()[0].field_type.clone();
    let literals = iceberg::arrow::arrow_primitive_to_literal(&transformed, &field);
    let literal = literals.unwrap_or_else(|error| panic!("{transform:?}: {error}"));
    Struct::from_iter([literal[0].clone()])
}
