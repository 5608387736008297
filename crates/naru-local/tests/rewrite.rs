//! Files that hold several intervals, as compaction by other engines makes them.

use iceberg::spec::Struct;
use naru_lake::{AsOf, Change, CommitRequest, LakeErrorKind, LakeTable};

use crate::foreign::append;
use crate::support::{
    Fixture, committed, expected, load, request, rows, simple_batch, simple_spec, summary, write_batch,
};

/// Commits a file of several intervals, as another engine would: its interval is nobody's, so that it passes for one whose
/// bounds naru cannot see.
async fn load_mixed(fixture: &Fixture, contents: &[(i64, i64)]) -> LakeTable {
    let table = fixture.table().await;
    let file = write_batch(&table, &simple_batch(&table, contents), Struct::empty()).await;
    append(fixture, &table, file.entry().clone()).await;
    fixture.table().await
}

#[tokio::test(flavor = "multi_thread")]
async fn other_intervals_of_a_mixed_file_stay() {
    let fixture = Fixture::new();
    fixture.create(&simple_spec()).await;
    load_mixed(&fixture, &[(1, 1), (2, 2), (3, 1), (4, 3)]).await;
    let files = fixture.files().len();
    let outcome = committed(load(&fixture, Change::Append, 1, "a", &[10]).await);
    assert_eq!((outcome.added_rows, outcome.removed_rows), (1, 2));
    let table = fixture.table().await;
    assert_eq!(rows(&table).await, expected(&[(2, 2), (4, 3), (10, 1)]));
    assert_eq!(summary(&table)["total-records"], "3");
    assert_eq!(fixture.files().len(), files + 6, "two data files, two manifests, a list, metadata");
    // The rewritten file has bounds of its own: day 2 and day 3.
    committed(load(&fixture, Change::Append, 3, "c", &[11]).await);
    assert_eq!(rows(&fixture.table().await).await, expected(&[(2, 2), (10, 1), (11, 3)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mixed_file_without_the_interval_is_left_alone() {
    let fixture = Fixture::new();
    fixture.create(&simple_spec()).await;
    let table = load_mixed(&fixture, &[(1, 1), (3, 3)]).await;
    let before = table.scan(AsOf::Current).await.unwrap().files[0].path.clone();
    committed(load(&fixture, Change::Append, 2, "b", &[2]).await);
    let table = fixture.table().await;
    assert_eq!(rows(&table).await, expected(&[(1, 1), (2, 2), (3, 3)]));
    assert!(table.scan(AsOf::Current).await.unwrap().files.iter().any(|file| file.path == before));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_the_interval_that_came_after_the_plan_are_a_conflict() {
    let fixture = Fixture::new();
    let planned = fixture.create(&simple_spec()).await;
    let late: CommitRequest = request(&planned, Change::Append, 1, "a", &[10]).await;
    load_mixed(&fixture, &[(1, 1), (2, 2)]).await;
    let before = fixture.files().len();
    let error = fixture.lake().commit(late).await.unwrap_err();
    assert_eq!(error.kind(), LakeErrorKind::Conflict);
    assert!(error.to_string().starts_with("rows of the interval were added since the run was planned"), "{error}");
    assert_eq!(rows(&fixture.table().await).await, expected(&[(1, 1), (2, 2)]));
    assert_eq!(fixture.files().len(), before - 1, "what was rewritten in vain is deleted, and the request's file");
}
