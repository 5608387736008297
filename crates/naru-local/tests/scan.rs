//! Reading a table at a snapshot or a time.

use naru_lake::{AsOf, Change, LakeErrorKind};

use crate::support::{Fixture, committed, load, simple_spec};

#[tokio::test(flavor = "multi_thread")]
async fn snapshots_and_times_are_found() {
    let fixture = Fixture::new();
    let empty = fixture.create(&simple_spec()).await;
    let scan = empty.scan(AsOf::Current).await.unwrap();
    assert_eq!((scan.snapshot_id, scan.files.len(), scan.rows), (None, 0, Some(0)));

    let first = committed(load(&fixture, Change::Append, 1, "a", &[1, 2]).await);
    let second = committed(load(&fixture, Change::ReplaceTable, 2, "b", &[3]).await);
    let table = fixture.table().await;
    let history = table.metadata().history().to_vec();

    let current = table.scan(AsOf::Current).await.unwrap();
    assert_eq!((current.snapshot_id, current.rows), (Some(second.snapshot_id), Some(1)));
    let earlier = table.scan(AsOf::Snapshot(first.snapshot_id)).await.unwrap();
    assert_eq!((earlier.snapshot_id, earlier.rows), (Some(first.snapshot_id), Some(2)));
    let then = table.scan(AsOf::Timestamp(history[0].timestamp_ms)).await.unwrap();
    assert_eq!(then.snapshot_id, Some(first.snapshot_id));
    let later = table.scan(AsOf::Timestamp(i64::MAX)).await.unwrap();
    assert_eq!(later.snapshot_id, Some(second.snapshot_id));
    assert_eq!(
        later.files[0].size_bytes,
        std::fs::metadata(later.files[0].path.trim_start_matches("file://")).unwrap().len()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_was_is_said_so() {
    let fixture = Fixture::new();
    fixture.create(&simple_spec()).await;
    committed(load(&fixture, Change::Append, 1, "a", &[1]).await);
    let table = fixture.table().await;
    let error = table.scan(AsOf::Snapshot(7)).await.unwrap_err();
    insta::assert_snapshot!(error, @"the table has no such snapshot, or it has expired (table: dev_deposit.account, snapshot: 7)");
    let error = table.scan(AsOf::Timestamp(0)).await.unwrap_err();
    assert_eq!(error.kind(), LakeErrorKind::NotFound);
    assert!(
        error.to_string().starts_with(
            "the table had no snapshot at that time (table: dev_deposit.account, time in ms: 0, first snapshot in ms:"
        ),
        "{error}"
    );
}
