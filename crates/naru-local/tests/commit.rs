//! The commit path: append, rerun, replace; what a snapshot says afterwards.

use iceberg::spec::Operation;
use naru_lake::{Change, CommitOutcome, LakeErrorKind};

use crate::support::{Fixture, committed, expected, load, request, rows, run_record, simple_spec, summary};

#[tokio::test(flavor = "multi_thread")]
async fn appends_add_up() {
    let fixture = Fixture::new();
    fixture.create(&simple_spec()).await;
    let first = committed(load(&fixture, Change::Append, 1, "a", &[1, 2]).await);
    let second = committed(load(&fixture, Change::Append, 2, "b", &[3]).await);
    let table = fixture.table().await;
    assert_eq!(rows(&table).await, expected(&[(1, 1), (2, 1), (3, 2)]));
    assert_eq!((first.added_rows, first.removed_rows, second.added_rows), (2, 0, 1));

    let snapshot = table.metadata().current_snapshot().unwrap().clone();
    assert_eq!(snapshot.parent_snapshot_id(), Some(first.snapshot_id));
    assert_eq!(snapshot.sequence_number(), 2);
    assert_eq!(snapshot.summary().operation, Operation::Append);
    assert_eq!(snapshot.schema_id(), Some(0));
    assert_eq!(table.newest_interval().await.unwrap(), Some(2 * crate::support::DAY));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rerun_replaces_exactly_its_own_interval() {
    let fixture = Fixture::new();
    fixture.create(&simple_spec()).await;
    committed(load(&fixture, Change::Append, 1, "a", &[1, 2]).await);
    committed(load(&fixture, Change::Append, 2, "b", &[3]).await);
    let rerun = committed(load(&fixture, Change::Append, 1, "a2", &[4, 5, 6]).await);
    assert_eq!((rerun.added_rows, rerun.removed_rows), (3, 2));
    let table = fixture.table().await;
    assert_eq!(rows(&table).await, expected(&[(3, 2), (4, 1), (5, 1), (6, 1)]));
    assert_eq!(table.metadata().current_snapshot().unwrap().summary().operation, Operation::Overwrite);
    let run = table.find_run(&run_record(1, "").identity).unwrap();
    assert_eq!(run.snapshot.snapshot_id(), rerun.snapshot_id);
    assert_eq!(run.run.unwrap().sources_digest, "a2");
}

#[tokio::test(flavor = "multi_thread")]
async fn summaries_hold_running_totals() {
    let fixture = Fixture::new();
    fixture.create(&simple_spec()).await;
    committed(load(&fixture, Change::Append, 1, "a", &[1, 2]).await);
    let size = fixture.table().await.scan(naru_lake::AsOf::Current).await.unwrap().files[0].size_bytes;
    committed(load(&fixture, Change::Append, 2, "b", &[3]).await);
    committed(load(&fixture, Change::Append, 1, "a2", &[]).await);
    let summary = summary(&fixture.table().await);
    let get = |key: &str| summary.get(key).map(String::as_str);
    assert_eq!(get("added-data-files"), None);
    assert_eq!(get("deleted-data-files"), Some("1"));
    assert_eq!(get("deleted-records"), Some("2"));
    assert_eq!(get("removed-files-size"), Some(size.to_string().as_str()));
    assert_eq!(get("total-data-files"), Some("1"));
    assert_eq!(get("total-records"), Some("1"));
    assert_eq!(get("total-delete-files"), Some("0"));
    assert_eq!(get("total-position-deletes"), Some("0"));
    assert_eq!(get("total-equality-deletes"), Some("0"));
    assert_eq!(get("changed-partition-count"), Some("1"));
    let table = fixture.table().await;
    assert_eq!(table.metadata().current_snapshot().unwrap().summary().operation, Operation::Delete);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_without_rows_is_recorded() {
    let fixture = Fixture::new();
    fixture.create(&simple_spec()).await;
    committed(load(&fixture, Change::Append, 1, "empty", &[]).await);
    let table = fixture.table().await;
    assert!(rows(&table).await.is_empty());
    assert!(table.find_run(&run_record(1, "").identity).is_some());
    assert!(table.find_run(&run_record(2, "").identity).is_none());
    assert_eq!(table.newest_interval().await.unwrap(), Some(crate::support::DAY));
    committed(load(&fixture, Change::Append, 2, "b", &[3]).await);
    assert_eq!(rows(&fixture.table().await).await, expected(&[(3, 2)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replacement_takes_the_place_of_all_rows() {
    let fixture = Fixture::new();
    fixture.create(&simple_spec()).await;
    committed(load(&fixture, Change::Append, 1, "a", &[1, 2]).await);
    committed(load(&fixture, Change::ReplaceTable, 2, "b", &[3]).await);
    let table = fixture.table().await;
    assert_eq!(rows(&table).await, expected(&[(3, 2)]));
    assert!(table.find_run(&run_record(1, "").identity).is_none(), "a replaced run is no longer in force");
    assert!(table.find_run(&run_record(2, "").identity).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replacement_by_an_older_interval_is_refused() {
    let fixture = Fixture::new();
    fixture.create(&simple_spec()).await;
    committed(load(&fixture, Change::ReplaceTable, 2, "b", &[3]).await);
    committed(load(&fixture, Change::ReplaceTable, 2, "b2", &[4]).await);
    let before = fixture.files();
    let error = load(&fixture, Change::ReplaceTable, 1, "a", &[1]).await.unwrap_err();
    assert_eq!(error.kind(), LakeErrorKind::Refused);
    insta::assert_snapshot!(error, @"a replacement by an older interval than the newest loaded one would bring back old rows (table: dev_deposit.account, interval: day 1, newest loaded interval: 1970-01-03T00:00:00Z)");
    assert_eq!(rows(&fixture.table().await).await, expected(&[(4, 2)]));
    assert_eq!(fixture.files(), before, "nothing of the refused run stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replacement_by_no_rows_still_holds_off_older_ones() {
    let fixture = Fixture::new();
    fixture.create(&simple_spec()).await;
    committed(load(&fixture, Change::ReplaceTable, 2, "b", &[]).await);
    assert_eq!(load(&fixture, Change::ReplaceTable, 1, "a", &[1]).await.unwrap_err().kind(), LakeErrorKind::Refused);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_run_by_another_process_is_found() {
    let fixture = Fixture::new();
    let planned = fixture.create(&simple_spec()).await;
    let late = request(&planned, Change::Append, 1, "same", &[1, 2]).await;
    let late_file = late.added[0].location().to_string();
    let first = committed(load(&fixture, Change::Append, 1, "same", &[1, 2]).await);
    match fixture.lake().commit(late).await.unwrap() {
        CommitOutcome::AlreadyLoaded { snapshot_id } => assert_eq!(snapshot_id, first.snapshot_id),
        other => panic!("{other:?}"),
    }
    assert_eq!(rows(&fixture.table().await).await, expected(&[(1, 1), (2, 1)]));
    assert!(!planned.file_io().exists(&late_file).await.unwrap(), "the late run's file is deleted");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_run_from_other_sources_is_a_conflict() {
    let fixture = Fixture::new();
    let planned = fixture.create(&simple_spec()).await;
    let late = request(&planned, Change::Append, 1, "old sources", &[1]).await;
    committed(load(&fixture, Change::Append, 1, "new sources", &[1, 2]).await);
    let error = fixture.lake().commit(late).await.unwrap_err();
    assert!(error.is_retryable());
    assert_eq!(error.kind(), LakeErrorKind::Conflict);
    assert_eq!(rows(&fixture.table().await).await, expected(&[(1, 1), (2, 1)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_run_record_cannot_make_duplicates() {
    let fixture = Fixture::new();
    let planned = fixture.create(&simple_spec()).await;
    let mut other = request(&planned, Change::Append, 1, "x", &[1]).await;
    let late = request(&planned, Change::Append, 1, "x", &[1]).await;
    // Another writer, whose record does not say which run it was.
    other.run.identity.source = String::new();
    let record = other.run.clone();
    committed(fixture.lake().commit(other).await);
    assert!(fixture.table().await.find_run(&record.identity).is_some());
    assert!(fixture.lake().commit(late).await.is_err());
    assert_eq!(rows(&fixture.table().await).await, expected(&[(1, 1)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_against_a_newer_table_is_made_on_top_of_it() {
    let fixture = Fixture::new();
    let planned = fixture.create(&simple_spec()).await;
    let late = request(&planned, Change::Append, 1, "a", &[1]).await;
    committed(load(&fixture, Change::Append, 2, "b", &[2]).await);
    committed(fixture.lake().commit(late).await);
    assert_eq!(rows(&fixture.table().await).await, expected(&[(1, 1), (2, 2)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn committing_the_same_request_twice_is_one_commit() {
    let fixture = Fixture::new();
    let planned = fixture.create(&simple_spec()).await;
    let request = request(&planned, Change::Append, 1, "a", &[1]).await;
    let first = committed(fixture.lake().commit(request.clone()).await);
    let again = committed(fixture.lake().commit(request).await);
    assert_eq!(first.snapshot_id, again.snapshot_id);
    assert_eq!(rows(&fixture.table().await).await, expected(&[(1, 1)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_another_interval_is_refused() {
    let fixture = Fixture::new();
    let table = fixture.create(&simple_spec()).await;
    let mut request = request(&table, Change::Append, 1, "a", &[1]).await;
    request.interval_start_micros += 1;
    request.run.interval_start_micros += 1;
    let error = fixture.lake().commit(request).await.unwrap_err();
    assert_eq!(error.kind(), LakeErrorKind::InvalidInput);
    assert!(error.to_string().starts_with("a data file holds rows of another interval than the run's"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn snapshots_tell_their_runs_from_oldest_to_newest() {
    let fixture = Fixture::new();
    fixture.create(&simple_spec()).await;
    for day in 1..=3 {
        committed(load(&fixture, Change::Append, day, "d", &[day]).await);
    }
    let table = fixture.table().await;
    let runs: Vec<_> = table.snapshots().into_iter().map(|info| info.run.unwrap()).collect();
    assert_eq!(runs, (1..=3).map(|day| run_record(day, "d")).collect::<Vec<_>>());
}
