//! What manifests say about data files, for every type.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int32Array, Int64Array,
    LargeBinaryArray, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use iceberg::spec::{Datum, Struct};
use naru_core::ColumnType;
use naru_core::table_spec::TableSpec;
use naru_lake::{Change, LakeTable};

use crate::support::{DAY, Fixture, column, committed, request, run_record, simple_spec, write_batch};

fn spec() -> TableSpec {
    let decimal = |precision| ColumnType::Decimal { precision, scale: 2 };
    let columns = [
        ("flag", ColumnType::Boolean),
        ("small", ColumnType::Int),
        ("large", ColumnType::Bigint),
        ("single", ColumnType::Float),
        ("double", ColumnType::Double),
        ("d9", decimal(9)),
        ("d18", decimal(18)),
        ("d38", decimal(38)),
        ("day", ColumnType::Date),
        ("at", ColumnType::Timestamp),
        ("instant", ColumnType::Timestamptz),
        ("text", ColumnType::String),
        ("bytes", ColumnType::Binary),
        ("nothing", ColumnType::String),
    ];
    let mut columns: Vec<_> = columns.into_iter().map(|(name, t)| column(name, t, false)).collect();
    columns.push(column("load_interval", ColumnType::Timestamp, true));
    TableSpec { columns, key: vec![], ..simple_spec() }
}

/// Three rows of which the last is null (but for the load interval).
fn batch(table: &LakeTable) -> RecordBatch {
    let decimal = |a: i128, b: i128, precision| -> ArrayRef {
        Arc::new(Decimal128Array::from(vec![Some(a), Some(b), None]).with_precision_and_scale(precision, 2).unwrap())
    };
    let great = 10_i128.pow(38) - 1;
    let columns: Vec<ArrayRef> = vec![
        Arc::new(BooleanArray::from(vec![Some(true), Some(false), None])),
        Arc::new(Int32Array::from(vec![Some(i32::MIN), Some(i32::MAX), None])),
        Arc::new(Int64Array::from(vec![Some(i64::MIN), Some(i64::MAX), None])),
        Arc::new(Float32Array::from(vec![Some(f32::NAN), Some(f32::NAN), None])),
        Arc::new(Float64Array::from(vec![Some(0.0), Some(-0.0), None])),
        decimal(-999_999_999, 999_999_999, 9),
        decimal(-5, 500, 18),
        decimal(-great, great, 38),
        Arc::new(Date32Array::from(vec![Some(-1), Some(20_000), None])),
        Arc::new(TimestampMicrosecondArray::from(vec![Some(-1), Some(1), None])),
        Arc::new(TimestampMicrosecondArray::from(vec![Some(-1), Some(1), None]).with_timezone("+00:00")),
        Arc::new(StringArray::from(vec![
            Some("가나다라마바사아자차카타파하거너더"),
            Some("힣힣힣힣힣힣힣힣힣힣힣힣힣힣힣힣힣"),
            None,
        ])),
        Arc::new(LargeBinaryArray::from(vec![Some(&[0_u8; 20][..]), Some(&[0xFF_u8; 20][..]), None])),
        Arc::new(StringArray::from(vec![None::<&str>; 3])),
        Arc::new(TimestampMicrosecondArray::from(vec![DAY; 3])),
    ];
    RecordBatch::try_new(table.arrow_schema().unwrap(), columns).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn bounds_and_counts_of_every_type() {
    let fixture = Fixture::new();
    let table = fixture.create(&spec()).await;
    let file = write_batch(&table, &batch(&table), Struct::empty()).await;
    let entry = file.entry().clone();
    assert_eq!(entry.record_count(), 3);
    assert_eq!(entry.value_counts().values().collect::<Vec<_>>(), [&3; 15]);
    let nulls: BTreeMap<_, _> = entry.null_value_counts().iter().map(|(id, count)| (*id, *count)).collect();
    let expected_nulls: BTreeMap<i32, u64> = (1..=13).map(|id| (id, 1)).chain([(14, 3), (15, 0)]).collect();
    assert_eq!(nulls, expected_nulls);
    assert_eq!(
        entry.nan_value_counts().iter().map(|(i, c)| (*i, *c)).collect::<BTreeMap<_, _>>(),
        BTreeMap::from([(4, 2), (5, 0)])
    );
    assert_eq!(entry.split_offsets(), Some(&[4][..]));
    assert_eq!(entry.column_sizes().len(), 15);

    let bounds = |id: i32| {
        // iceberg cannot print a timestamptz before 1970.
        let text = |datum: Option<&Datum>| match datum {
            None => "none".into(),
            Some(datum) if id == 11 => format!("{:?}", datum.literal()),
            Some(datum) => datum.to_string(),
        };
        format!("{} … {}", text(entry.lower_bounds().get(&id)), text(entry.upper_bounds().get(&id)))
    };
    insta::assert_snapshot!((1..=15).map(bounds).collect::<Vec<_>>().join("\n"), @r#"
    false … true
    -2147483648 … 2147483647
    -9223372036854775808 … 9223372036854775807
    none … none
    -0 … 0
    -9999999.99 … 9999999.99
    -0.05 … 5.00
    -999999999999999999999999999999999999.99 … 999999999999999999999999999999999999.99
    1969-12-31 … 2024-10-04
    1969-12-31 23:59:59.999999 … 1970-01-01 00:00:00.000001
    Long(-1) … Long(1)
    "가나다라마바사아자차카타파하거너" … "힣힣힣힣힣힣힣힣힣힣힣힣힣힣힣힤"
    00000000000000000000000000000000 … none
    none … none
    1970-01-02 00:00:00 … 1970-01-02 00:00:00
    "#);

    let mut request = request(&table, Change::Append, 1, "a", &[]).await;
    request.run = run_record(1, "a");
    request.added.push(file);
    committed(fixture.lake().commit(request).await);
    let read = crate::support::read(&fixture.table().await).await;
    let written = batch(&table);
    assert_eq!(
        format!("{:?}", read[0].columns()),
        format!("{:?}", written.columns()),
        "iceberg's scan gives the values back"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn bounds_survive_a_rewritten_manifest() {
    let fixture = Fixture::new();
    let table = fixture.create(&spec()).await;
    let mut first = request(&table, Change::Append, 1, "a", &[]).await;
    let file = write_batch(&table, &batch(&table), Struct::empty()).await;
    let entry = file.entry().clone();
    first.added.push(file);
    committed(fixture.lake().commit(first).await);
    let table = fixture.table().await;
    let snapshot = table.metadata().current_snapshot().unwrap();
    let bytes = table.file_io().new_input(snapshot.manifest_list()).unwrap().read().await.unwrap();
    let list = iceberg::spec::ManifestList::parse_with_version(&bytes, table.metadata().format_version()).unwrap();
    let manifest = list.entries()[0].load_manifest(table.file_io()).await.unwrap();
    let read = manifest.entries()[0].data_file();
    assert_eq!(read.lower_bounds(), entry.lower_bounds());
    assert_eq!(read.upper_bounds(), entry.upper_bounds());
}

#[tokio::test(flavor = "multi_thread")]
async fn wide_tables_keep_bounds_of_the_columns_that_matter() {
    let fixture = Fixture::new();
    let mut columns: Vec<_> = (0..150).map(|n| column(&format!("c{n}"), ColumnType::Int, false)).collect();
    columns.push(column("load_interval", ColumnType::Timestamp, true));
    let table = fixture.create(&TableSpec { columns, key: vec![], ..simple_spec() }).await;
    let mut arrays: Vec<ArrayRef> = (0..150).map(|n| Arc::new(Int32Array::from(vec![n])) as ArrayRef).collect();
    arrays.push(Arc::new(TimestampMicrosecondArray::from(vec![DAY])));
    let batch = RecordBatch::try_new(table.arrow_schema().unwrap(), arrays).unwrap();
    let file = write_batch(&table, &batch, Struct::empty()).await;
    assert_eq!(file.entry().lower_bounds().len(), 101);
    assert!(file.entry().lower_bounds().contains_key(&151));
}
