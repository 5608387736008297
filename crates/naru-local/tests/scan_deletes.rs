//! Which delete files a scan names for which data file.

use std::collections::BTreeMap;

use iceberg::metadata_columns::RESERVED_FIELD_ID_DELETE_FILE_PATH;
use iceberg::spec::{DataContentType, DataFileBuilder, DataFileFormat, Datum, Literal, Struct};
use naru_core::table_spec::{PartitionField, TableSpec, Transform};
use naru_lake::{AsOf, Change, LakeErrorKind};

use crate::foreign::append;
use crate::support::{Fixture, committed, load, request, simple_batch, simple_spec, write_batch};

fn delete_file(name: &str) -> DataFileBuilder {
    let mut builder = DataFileBuilder::default();
    builder
        .content(DataContentType::PositionDeletes)
        .file_path(format!("file:///lake/{name}"))
        .file_format(DataFileFormat::Parquet)
        .partition(Struct::empty())
        .record_count(1)
        .file_size_in_bytes(100);
    builder
}

async fn delete(fixture: &Fixture, builder: &DataFileBuilder) {
    append(fixture, &fixture.table().await, builder.build().unwrap()).await;
}

/// By the number of the data file, in the order in which they were added: the names of its delete files.
async fn deletes(fixture: &Fixture, files: &[String]) -> Vec<Vec<String>> {
    let scan = fixture.table().await.scan(AsOf::Current).await.unwrap();
    let name = |location: &String| location.rsplit('/').next().unwrap().to_owned();
    let deletes: BTreeMap<String, Vec<String>> =
        scan.files.into_iter().map(|file| (file.path, file.deletes.iter().map(name).collect())).collect();
    files.iter().map(|file| deletes[file].clone()).collect()
}

/// Commits a file of one row, and gives its location.
async fn add(fixture: &Fixture, day: i64, partition: Struct) -> String {
    let table = fixture.table().await;
    let mut request = request(&table, Change::Append, day, "a", &[]).await;
    request.added.push(write_batch(&table, &simple_batch(&table, &[(day, day)]), partition).await);
    let location = request.added[0].location().to_owned();
    committed(fixture.lake().commit(request).await);
    location
}

#[tokio::test(flavor = "multi_thread")]
async fn delete_files_concern_what_was_there_before_them() {
    let fixture = Fixture::new();
    fixture.create(&simple_spec()).await;
    let mut files = vec![add(&fixture, 1, Struct::empty()).await];
    assert_eq!(fixture.table().await.scan(AsOf::Current).await.unwrap().rows, Some(1));
    delete(&fixture, &delete_file("first")).await;
    files.push(add(&fixture, 2, Struct::empty()).await);
    delete(&fixture, &delete_file("second")).await;
    files.push(add(&fixture, 3, Struct::empty()).await);
    assert_eq!(deletes(&fixture, &files).await, [vec!["second", "first"], vec!["second"], vec![]]);
    assert_eq!(fixture.table().await.scan(AsOf::Current).await.unwrap().rows, None);
    committed(load(&fixture, Change::ReplaceTable, 4, "b", &[1, 2]).await);
    assert_eq!(fixture.table().await.scan(AsOf::Current).await.unwrap().rows, Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn delete_files_concern_their_partition() {
    let fixture = Fixture::new();
    let partition = vec![PartitionField { transform: Transform::Identity, column: "name".into() }];
    fixture.create(&TableSpec { partition, ..simple_spec() }).await;
    let of = |name: &str| Struct::from_iter([Some(Literal::string(name))]);
    let files = [add(&fixture, 1, of("name 1")).await, add(&fixture, 2, of("name 2")).await];
    delete(&fixture, delete_file("d").partition(of("name 2"))).await;
    assert_eq!(deletes(&fixture, &files).await, [vec![], vec!["d"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn delete_files_concern_the_files_that_they_name() {
    let fixture = Fixture::new();
    fixture.create(&simple_spec()).await;
    let mut files = Vec::new();
    for day in 1..4 {
        files.push(add(&fixture, day, Struct::empty()).await);
    }
    files.sort();
    // Another engine's spelling of the same file.
    let path = |n: usize| files[n].replace("file:///", "file:/");
    delete(&fixture, delete_file("referenced").referenced_data_file(Some(path(0)))).await;
    let bounds = |n: usize| [(RESERVED_FIELD_ID_DELETE_FILE_PATH, Datum::string(path(n)))].into_iter().collect();
    delete(&fixture, delete_file("one").lower_bounds(bounds(1)).upper_bounds(bounds(1))).await;
    delete(&fixture, delete_file("some").lower_bounds(bounds(1)).upper_bounds(bounds(2))).await;
    assert_eq!(deletes(&fixture, &files).await, [vec!["referenced"], vec!["one", "some"], vec!["some"]]);
    // In order as they are written, and not as they are read: they bound nothing.
    let lower = [(RESERVED_FIELD_ID_DELETE_FILE_PATH, Datum::string(&files[2]))].into_iter().collect();
    delete(&fixture, delete_file("mixed").lower_bounds(lower).upper_bounds(bounds(1))).await;
    assert_eq!(
        deletes(&fixture, &files).await,
        [vec!["referenced", "mixed"], vec!["one", "mixed", "some"], vec!["mixed", "some"]]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_applied_is_refused() {
    for (builder, what) in [
        (
            delete_file("e").content(DataContentType::EqualityDeletes).equality_ids(Some(vec![1])),
            "equality delete files",
        ),
        (delete_file("v").file_format(DataFileFormat::Puffin), "deletion vectors"),
        (delete_file("a").file_format(DataFileFormat::Avro), "delete files that are not Parquet"),
    ] {
        let fixture = Fixture::new();
        fixture.create(&simple_spec()).await;
        add(&fixture, 1, Struct::empty()).await;
        delete(&fixture, builder).await;
        let error = fixture.table().await.scan(AsOf::Current).await.unwrap_err();
        assert_eq!(error.kind(), LakeErrorKind::Unsupported);
        assert!(error.to_string().starts_with(&format!("the table has {what}, which")), "{error}");
    }
}
