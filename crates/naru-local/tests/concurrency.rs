//! Several processes at once; each has its own lake over the same directory.

use naru_lake::{Change, CommitOutcome};
use naru_local::EmbeddedLake;

use crate::support::{DATABASE, Fixture, TABLE, committed, expected, request, rows, simple_spec};

#[tokio::test(flavor = "multi_thread")]
async fn eight_writers_lose_nothing() {
    let fixture = Fixture::new();
    fixture.create(&simple_spec()).await;
    let directory = fixture.embedded.directory().to_path_buf();
    let writers: Vec<_> = (0..8)
        .map(|day| {
            let directory = directory.clone();
            std::thread::spawn(move || {
                let embedded = EmbeddedLake::open(&directory).unwrap();
                futures::executor::block_on(async {
                    let table = embedded.lake().expect_table(DATABASE, TABLE).await.unwrap();
                    let mut request = request(&table, Change::Append, day, "d", &[day * 10, day * 10 + 1]).await;
                    request.attempts = 50;
                    committed(embedded.lake().commit(request).await)
                })
            })
        })
        .collect();
    let commits: Vec<_> = writers.into_iter().map(|writer| writer.join().unwrap()).collect();
    let table = fixture.table().await;
    let all: Vec<(i64, i64)> = (0..8).flat_map(|day| [(day * 10, day), (day * 10 + 1, day)]).collect();
    assert_eq!(rows(&table).await, expected(&all));
    assert_eq!(table.snapshots().len(), 8);
    assert_eq!(crate::support::summary(&table)["total-records"], "16");
    for commit in &commits {
        assert!(table.metadata().snapshot_by_id(commit.snapshot_id).is_some());
    }
    // Of each commit one metadata file, one list, one manifest, one data file; and the table's first metadata file.
    assert_eq!(fixture.files().len(), 8 * 4 + 1, "lost attempts leave nothing behind: {:?}", fixture.files());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_run_by_eight_processes_is_loaded_once() {
    let fixture = Fixture::new();
    fixture.create(&simple_spec()).await;
    let directory = fixture.embedded.directory().to_path_buf();
    let writers: Vec<_> = (0..8)
        .map(|_| {
            let directory = directory.clone();
            std::thread::spawn(move || {
                let embedded = EmbeddedLake::open(&directory).unwrap();
                futures::executor::block_on(async {
                    let table = embedded.lake().expect_table(DATABASE, TABLE).await.unwrap();
                    let mut request = request(&table, Change::Append, 1, "same", &[1, 2, 3]).await;
                    request.base = None;
                    embedded.lake().commit(request).await.unwrap()
                })
            })
        })
        .collect();
    let outcomes: Vec<_> = writers.into_iter().map(|writer| writer.join().unwrap()).collect();
    let commits = outcomes.iter().filter(|outcome| matches!(outcome, CommitOutcome::Committed(_))).count();
    assert_eq!(commits, 1);
    assert_eq!(rows(&fixture.table().await).await, expected(&[(1, 1), (2, 1), (3, 1)]));
    assert_eq!(fixture.files().len(), 5, "{:?}", fixture.files());
}
