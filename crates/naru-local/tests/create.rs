//! Creating tables, and reading back what they are.

use naru_core::table_spec::{Compression, FileSettings, PartitionField, SortField, TableSpec, Transform};
use naru_core::{ColumnType, TableSpec as Spec};
use naru_lake::LakeErrorKind;
use naru_local::EmbeddedLake;

use crate::support::{DATABASE, Fixture, TABLE, column, simple_spec};

fn full_spec() -> Spec {
    let mut columns = vec![
        column("zone", ColumnType::String, true),
        column("code", ColumnType::Int, true),
        column("flag", ColumnType::Boolean, false),
        column("count", ColumnType::Bigint, false),
        column("ratio", ColumnType::Float, false),
        column("rate", ColumnType::Double, false),
        column("balance", ColumnType::Decimal { precision: 38, scale: 10 }, false),
        column("opened_on", ColumnType::Date, false),
        column("opened_at", ColumnType::Timestamp, false),
        column("seen_at", ColumnType::Timestamptz, false),
        column("photo", ColumnType::Binary, false),
        column("load_interval", ColumnType::Timestamp, true),
    ];
    columns[0].description = "지역".into();
    let field = |transform, column: &str| PartitionField { transform, column: column.into() };
    TableSpec {
        columns,
        partition: vec![
            field(Transform::Month, "opened_at"),
            field(Transform::Bucket(16), "code"),
            field(Transform::Truncate(4), "zone"),
            field(Transform::Identity, "flag"),
        ],
        sort: vec![
            SortField { column: "zone".into(), descending: true, nulls_first: false },
            SortField { column: "code".into(), descending: false, nulls_first: true },
        ],
        key: vec!["code".into(), "zone".into()],
        file: FileSettings { compression: Compression::Zstd(9), target_file_size_bytes: 1 << 20 },
    }
}

#[tokio::test]
async fn a_table_tells_the_specification_that_it_was_made_from() {
    let fixture = Fixture::new();
    for (name, spec) in [
        ("full", full_spec()),
        ("simple", simple_spec()),
        (
            "plain",
            Spec { file: FileSettings { compression: Compression::None, ..FileSettings::default() }, ..simple_spec() },
        ),
    ] {
        let location = format!("{}-{name}", fixture.location());
        let made = fixture.lake().create_table(DATABASE, name, &location, &spec).await.unwrap();
        assert_eq!(made.spec().unwrap(), spec);
        let loaded = fixture.lake().expect_table(DATABASE, name).await.unwrap();
        assert_eq!(loaded.spec().unwrap(), spec);
        assert_eq!(loaded.location(), location);
    }
    let listed = fixture.lake().tables().await.unwrap();
    let names: Vec<_> = listed.iter().map(|listed| listed.name.to_string()).collect();
    assert_eq!(names, ["full", "plain", "simple"].map(|table| format!("{DATABASE}.{table}")));
    assert_eq!(fixture.lake().tables_of(["none", DATABASE]).await.unwrap(), listed);
    assert_eq!(fixture.lake().tables_of(["none"]).await.unwrap(), []);
}

#[tokio::test]
async fn arrow_fields_carry_ids_from_one() {
    let table = Fixture::new().create(&full_spec()).await;
    let schema = table.arrow_schema().unwrap();
    let ids: Vec<_> = schema.fields().iter().map(|field| field.metadata()["PARQUET:field_id"].clone()).collect();
    assert_eq!(ids, (1..=12).map(|id| id.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_table_is_made_once() {
    let fixture = Fixture::new();
    fixture.create(&simple_spec()).await;
    let files = fixture.files();
    let error = fixture.lake().create_table(DATABASE, TABLE, &fixture.location(), &simple_spec()).await.unwrap_err();
    assert_eq!(error.kind(), LakeErrorKind::AlreadyExists);
    insta::assert_snapshot!(error, @"the table exists already (table: dev_deposit.account)");
    assert_eq!(fixture.files(), files, "the loser's metadata file is deleted");
}

#[tokio::test]
async fn a_specification_that_contradicts_itself_is_refused() {
    let fixture = Fixture::new();
    let missing = Spec { key: vec!["nothing".into()], ..simple_spec() };
    let error = fixture.lake().create_table(DATABASE, TABLE, &fixture.location(), &missing).await.unwrap_err();
    assert_eq!(error.kind(), LakeErrorKind::InvalidInput);
    insta::assert_snapshot!(error, @"a key, partition or sort field names no column (column: nothing, table: dev_deposit.account)");
}

#[tokio::test]
async fn a_missing_table_says_what_to_do() {
    let fixture = Fixture::new();
    assert!(fixture.lake().table(DATABASE, "none").await.unwrap().is_none());
    let error = fixture.lake().expect_table(DATABASE, "none").await.unwrap_err();
    insta::assert_snapshot!(error, @"there is no such table; create it with `naru apply` (table: dev_deposit.none)");
}

#[test]
fn a_lake_is_opened_where_it_was_made() {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("my lake");
    assert_eq!(EmbeddedLake::open(&directory).unwrap_err().kind(), LakeErrorKind::NotFound);
    let made = EmbeddedLake::init(&directory).unwrap();
    let opened = EmbeddedLake::open(&directory).unwrap();
    assert_eq!(opened.bucket_location("b"), made.bucket_location("b"));
    EmbeddedLake::init(&directory).expect("making it again opens it");
}
