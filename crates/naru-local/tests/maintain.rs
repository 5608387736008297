//! Maintenance keeps what readers and writers need, and nothing else.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::time::SystemTime;

use async_trait::async_trait;
use iceberg::MetadataLocation;
use iceberg::spec::{DataContentType, DataFileBuilder, DataFileFormat, SnapshotReference, SnapshotRetention, Struct};
use naru_lake::{Change, FileLister, Keep, LakeError, LakeErrorKind, Maintained, StoredFile, TableName};
use naru_local::DirectoryFiles;

use crate::foreign::append;
use crate::support::{
    DATABASE, Fixture, HOUR, TABLE, committed, expected, load, request, rows, simple_batch, simple_spec, write_batch,
};

/// Keeps the newest snapshot, and deletes unused files of any age.
fn nothing_more() -> Keep {
    Keep { snapshots_since_ms: i64::MAX, snapshots: 1, files_since: SystemTime::now() + HOUR }
}

/// Three snapshots; the first one's file is in none of the others.
async fn three_loads() -> Fixture {
    let fixture = Fixture::new();
    fixture.create(&simple_spec()).await;
    committed(load(&fixture, Change::Append, 1, "a", &[1, 2]).await);
    committed(load(&fixture, Change::Append, 2, "b", &[3]).await);
    committed(load(&fixture, Change::Append, 1, "a2", &[4]).await);
    fixture
}

fn name(table: &str) -> TableName {
    TableName { database: DATABASE.into(), table: table.into() }
}

async fn maintain(fixture: &Fixture, keep: Keep) -> Result<Maintained, LakeError> {
    let neighbours = fixture.lake().tables().await?;
    fixture.lake().maintain(&DirectoryFiles, &name(TABLE), &neighbours, keep, false).await
}

#[tokio::test(flavor = "multi_thread")]
async fn old_snapshots_go_with_their_files() {
    let fixture = three_loads().await;
    let files = fixture.files().len();
    let said = fixture.lake().maintain(&DirectoryFiles, &name(TABLE), &[], nothing_more(), true).await.unwrap();
    assert_eq!(
        (fixture.files().len(), fixture.table().await.snapshots().len()),
        (files, 3),
        "a dry run changes nothing"
    );
    let done = maintain(&fixture, nothing_more()).await.unwrap();
    assert_eq!(done.expired_snapshots, 2);
    assert_eq!((said.expired_snapshots, said.deleted_files), (done.expired_snapshots, done.deleted_files));
    assert!(done.deleted_files > 0 && done.deleted_bytes > 0, "{done:?}");
    // One file more: the metadata without the snapshots.
    assert_eq!(fixture.files().len(), files + 1 - done.deleted_files);
    assert_eq!(rows(&fixture.table().await).await, expected(&[(3, 2), (4, 1)]));
    let data = |file: &&std::path::PathBuf| file.extension().is_some_and(|e| e == "parquet");
    assert_eq!(fixture.files().iter().filter(data).count(), 2);
    assert_eq!(
        maintain(&fixture, nothing_more()).await.unwrap(),
        Maintained::default(),
        "a second time there is nothing to do"
    );
    committed(load(&fixture, Change::Append, 3, "c", &[5]).await);
    assert_eq!(rows(&fixture.table().await).await, expected(&[(3, 2), (4, 1), (5, 3)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interval_whose_run_has_expired_is_loaded_once_all_the_same() {
    let fixture = three_loads().await;
    maintain(&fixture, nothing_more()).await.unwrap();
    assert!(fixture.table().await.find_run(&crate::support::run_record(2, "b").identity).is_none());
    committed(load(&fixture, Change::Append, 2, "b", &[3]).await);
    assert_eq!(rows(&fixture.table().await).await, expected(&[(3, 2), (4, 1)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_young_or_among_the_newest_stays() {
    let fixture = three_loads().await;
    let young = Keep { snapshots_since_ms: 0, ..nothing_more() };
    assert_eq!(maintain(&fixture, young).await.unwrap(), Maintained::default());
    let newest = Keep { snapshots: 3, ..nothing_more() };
    assert_eq!(maintain(&fixture, newest).await.unwrap(), Maintained::default());
    let files = fixture.files().len();
    let grace = Keep { files_since: SystemTime::now() - HOUR, ..nothing_more() };
    let done = maintain(&fixture, grace).await.unwrap();
    assert_eq!((done.expired_snapshots, done.deleted_files), (2, 0));
    assert_eq!(fixture.files().len(), files + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_under_way_keeps_its_files() {
    let fixture = three_loads().await;
    let table = fixture.table().await;
    let under_way = request(&table, Change::Append, 4, "d", &[7]).await;
    let left_behind = write_batch(&table, &simple_batch(&table, &[(9, 9)]), Struct::empty()).await;
    let path = naru_local::location_to_path(left_behind.location()).unwrap();
    File::open(&path).unwrap().set_modified(SystemTime::now() - 100 * HOUR).unwrap();
    let keep = Keep { files_since: SystemTime::now() - HOUR, ..nothing_more() };
    assert_eq!(maintain(&fixture, keep).await.unwrap().deleted_files, 1);
    assert!(!path.exists());
    // The base that the run was planned for is the newest snapshot, which stays.
    committed(fixture.lake().commit(under_way).await);
    assert_eq!(rows(&fixture.table().await).await, expected(&[(3, 2), (4, 1), (7, 4)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_keep_their_snapshots() {
    let fixture = three_loads().await;
    let table = fixture.table().await;
    let first = table.snapshots()[0].snapshot.snapshot_id();
    let tag = SnapshotReference::new(first, SnapshotRetention::Tag { max_ref_age_ms: None });
    let metadata = table.metadata().as_ref().clone().into_builder(Some(table.metadata_location().to_string()));
    let metadata = metadata.set_ref("audit", tag).unwrap().build().unwrap().metadata;
    let file = table.metadata_location().parse::<MetadataLocation>().unwrap().with_next_version();
    metadata.write_to(fixture.lake().file_io(), &file).await.unwrap();
    let pointer = fixture.lake().pointer();
    pointer.swap(DATABASE, TABLE, table.metadata_location(), &file.to_string()).await.unwrap();

    assert_eq!(maintain(&fixture, nothing_more()).await.unwrap().expired_snapshots, 1);
    let left: HashSet<i64> = fixture.table().await.snapshots().iter().map(|info| info.snapshot.snapshot_id()).collect();
    assert!(left.contains(&first) && left.len() == 2, "{left:?}");
    let scan = fixture.table().await.scan(naru_lake::AsOf::Snapshot(first)).await.unwrap();
    for file in scan.files {
        assert!(naru_local::location_to_path(&file.path).unwrap().exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn delete_files_stay_as_long_as_a_snapshot_needs_them() {
    let fixture = three_loads().await;
    let table = fixture.table().await;
    let location = format!("{}/data/deletes.parquet", table.location());
    table.file_io().new_output(&location).unwrap().write(vec![0; 4].into()).await.unwrap();
    let mut deletes = DataFileBuilder::default();
    deletes.content(DataContentType::PositionDeletes).file_format(DataFileFormat::Parquet).partition(Struct::empty());
    let deletes = deletes.file_path(location.clone()).record_count(1).file_size_in_bytes(4).build().unwrap();
    append(&fixture, &table, deletes).await;
    let path = naru_local::location_to_path(&location).unwrap();
    maintain(&fixture, nothing_more()).await.unwrap();
    assert!(path.exists());
    committed(load(&fixture, Change::ReplaceTable, 9, "r", &[9]).await);
    maintain(&fixture, nothing_more()).await.unwrap();
    assert!(!path.exists());
}

/// Lists nothing, as a lister of another place would.
#[derive(Debug)]
struct Elsewhere;

#[async_trait]
impl FileLister for Elsewhere {
    async fn list(&self, _prefix: &str) -> Result<Vec<StoredFile>, LakeError> {
        Ok(Vec::new())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_true_listing_nothing_is_deleted() {
    let fixture = three_loads().await;
    let refused = fixture.lake().maintain(&Elsewhere, &name(TABLE), &[], nothing_more(), false).await.unwrap_err();
    assert_eq!(refused.kind(), LakeErrorKind::InvalidMetadata, "{refused}");
    assert_eq!(rows(&fixture.table().await).await, expected(&[(3, 2), (4, 1)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_inside_the_tables_directory_is_refused() {
    let fixture = three_loads().await;
    let inside = format!("{}/data/inner", fixture.location());
    fixture.lake().create_table(DATABASE, "inner", &inside, &simple_spec()).await.unwrap();
    let refused = maintain(&fixture, nothing_more()).await.unwrap_err();
    assert_eq!(refused.kind(), LakeErrorKind::Refused, "{refused}");
    let neighbours = fixture.lake().tables().await.unwrap();
    fixture.lake().maintain(&DirectoryFiles, &name("inner"), &neighbours, nothing_more(), false).await.unwrap();
    let files: HashMap<_, _> = fixture.files().into_iter().map(|file| (file.clone(), file.exists())).collect();
    assert!(files.values().all(|exists| *exists));
    assert_eq!(rows(&fixture.table().await).await, expected(&[(3, 2), (4, 1)]));
}
