//! Rows that join those of a run which is in force.

use naru_core::quarantine::RejectsRecord;
use naru_lake::{Change, CommitOutcome, CommitRequest, LakeErrorKind, LakeTable};

use crate::support::{Fixture, committed, expected, load, request, rows, simple_spec};

async fn extension(table: &LakeTable, day: i64, replay: &str, ids: &[i64]) -> CommitRequest {
    let mut request = request(table, Change::Extend, day, "a", ids).await;
    request.run.rejects = RejectsRecord { decode_digest: Some("d".into()), replays: vec![replay.into()] };
    request
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_join_their_intervals_and_a_rerun_replaces_all_of_them() {
    let fixture = Fixture::new();
    fixture.create(&simple_spec()).await;
    committed(load(&fixture, Change::Append, 1, "a", &[1, 2]).await);
    committed(load(&fixture, Change::Append, 2, "b", &[3]).await);
    let request = extension(&fixture.table().await, 1, "r", &[4]).await;
    let identity = request.run.identity.clone();
    let extended = committed(fixture.lake().commit(request).await);
    assert_eq!((extended.added_rows, extended.removed_rows), (1, 0));
    let table = fixture.table().await;
    assert_eq!(rows(&table).await, expected(&[(1, 1), (2, 1), (3, 2), (4, 1)]));
    assert_eq!(table.find_run(&identity).unwrap().run.unwrap().rejects.replays, ["r"]);
    assert_eq!(table.files_of_interval(crate::support::DAY).await.unwrap().len(), 2);
    committed(load(&fixture, Change::Append, 1, "c", &[5]).await);
    assert_eq!(rows(&fixture.table().await).await, expected(&[(3, 2), (5, 1)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_replaced_is_not_extended() {
    let fixture = Fixture::new();
    let table = fixture.create(&simple_spec()).await;
    let error = fixture.lake().commit(extension(&table, 1, "r", &[1]).await).await.unwrap_err();
    assert_eq!(error.kind(), LakeErrorKind::Conflict);
    committed(load(&fixture, Change::ReplaceTable, 1, "a", &[1]).await);
    let late = extension(&fixture.table().await, 1, "r", &[2]).await;
    committed(load(&fixture, Change::ReplaceTable, 2, "b", &[3]).await);
    let error = fixture.lake().commit(late).await.unwrap_err();
    assert_eq!(error.kind(), LakeErrorKind::Conflict, "{error}");
    assert_eq!(rows(&fixture.table().await).await, expected(&[(3, 2)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_at_once_one_is_loaded() {
    let fixture = Fixture::new();
    fixture.create(&simple_spec()).await;
    committed(load(&fixture, Change::Append, 1, "a", &[1]).await);
    let base = fixture.table().await;
    let (first, same) = (extension(&base, 1, "r", &[2]).await, extension(&base, 1, "r", &[2]).await);
    let (other, run) = (extension(&base, 1, "s", &[2]).await, request(&base, Change::Append, 1, "a", &[1]).await);
    committed(fixture.lake().commit(first).await);
    assert!(matches!(fixture.lake().commit(same).await.unwrap(), CommitOutcome::AlreadyLoaded { .. }));
    // Neither another replay nor a run that was planned before may take it for its own.
    for request in [other, run] {
        assert_eq!(fixture.lake().commit(request).await.unwrap_err().kind(), LakeErrorKind::Conflict);
    }
    assert_eq!(rows(&fixture.table().await).await, expected(&[(1, 1), (2, 1)]));
}
