//! naru's commit on Glue and S3.

use std::path::Path;
use std::process::Command;

use naru_aws::{AwsSession, GluePointer};
use naru_lake::testing::{committed, expected, request, rows, simple_spec};
use naru_lake::{Change, Lake, LakeErrorKind};

use crate::faulty::{Fate, Faulty};
use crate::moto::{Bucket, endpoint, file_io, session};
use crate::pointer::{database, lake};

const WRITERS: i64 = 10;

async fn table() -> (Bucket, String) {
    let (bucket, database) = (Bucket::new().await, database());
    let lake = lake(&session());
    lake.pointer().create_database(&database).await.unwrap();
    lake.create_table(&database, "account", &bucket.at("deposit/account"), &simple_spec()).await.unwrap();
    (bucket, database)
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_writers_lose_nothing_and_write_nothing_twice() {
    let (_bucket, database) = table().await;
    let writers = (0..WRITERS).map(|day| {
        let database = database.clone();
        std::thread::spawn(move || {
            // Each as another process has it: a session, a runtime, a catalog of its own.
            let lake = lake(&session());
            futures::executor::block_on(async {
                let table = lake.expect_table(&database, "account").await.unwrap();
                let mut request = request(&table, Change::Append, day, "d", &[day * 10, day * 10 + 1]).await;
                request.attempts = 100;
                committed(lake.commit(request).await)
            })
        })
    });
    let commits: Vec<_> = writers.collect::<Vec<_>>().into_iter().map(|writer| writer.join().unwrap()).collect();
    let table = lake(&session()).expect_table(&database, "account").await.unwrap();
    let all: Vec<(i64, i64)> = (0..WRITERS).flat_map(|day| [(day * 10, day), (day * 10 + 1, day)]).collect();
    assert_eq!(rows(&table).await, expected(&all));
    assert_eq!(table.snapshots().len(), WRITERS as usize);
    for commit in &commits {
        assert!(table.metadata().snapshot_by_id(commit.snapshot_id).is_some());
    }
    pyiceberg_reads(&database, &all);
}

/// PyIceberg's `GlueCatalog` finds the same rows.
fn pyiceberg_reads(database: &str, rows: &[(i64, i64)]) {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let python = std::env::var_os("NARU_TEST_PYTHON").unwrap_or_else(|| repository.join(".venv/bin/python").into());
    let output = Command::new(python)
        .arg(repository.join("tests/aws/read_table.py"))
        .args([endpoint(), &format!("{database}.account")])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut read: Vec<(i64, i64)> = serde_json::from_slice(&output.stdout).unwrap();
    read.sort_unstable();
    assert_eq!(read, rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_swap_got_no_answer_is_one_commit() {
    for answer in [Fate::LostAfterwards, Fate::Refused(400, "ConcurrentModificationException")] {
        let (_bucket, database) = table().await;
        let faulty = Faulty::start("AWSGlue.UpdateTable", answer);
        let through =
            |session: AwsSession| Lake::new(std::sync::Arc::new(GluePointer::new(session, file_io())), file_io());
        let table = lake(&session()).expect_table(&database, "account").await.unwrap();
        let mut append = request(&table, Change::Append, 1, "d", &[1, 2]).await;
        append.attempts = 2;
        let outcome = through(faulty.session()).commit(append).await;
        let now = lake(&session()).expect_table(&database, "account").await.unwrap();
        match answer {
            Fate::LostAfterwards => {
                assert_eq!(committed(outcome).attempts, 1);
                assert_eq!((rows(&now).await, now.snapshots().len()), (expected(&[(1, 1), (2, 1)]), 1));
            }
            _ => {
                // A conflict over a location that has not changed is not believed: the swap may yet take place.
                assert_eq!(outcome.unwrap_err().kind(), LakeErrorKind::UnknownOutcome);
                assert_eq!((now.snapshots().len(), faulty.seen()), (0, 2), "each round asks anew");
            }
        }
    }
}
