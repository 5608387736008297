//! Commits that are told to stop: before they begin, between two tries, in the middle of the swap.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use naru_lake::{CatalogPointer, Change, Lake, LakeErrorKind, ListedTable, PointerError, PointerErrorKind, Stop};

use crate::support::{Fixture, committed, expected, request, rows, simple_spec};

/// A catalog at whose first swap the signal comes; that swap is done or is answered with an error.
#[derive(Debug)]
struct StoppingPointer {
    inner: Arc<dyn CatalogPointer>,
    stop: Arc<AtomicBool>,
    /// What the first swap is answered with, after it was done.
    answer: Option<PointerErrorKind>,
    is_done: bool,
}

#[async_trait]
impl CatalogPointer for StoppingPointer {
    async fn load(&self, database: &str, table: &str) -> Result<Option<String>, PointerError> {
        self.inner.load(database, table).await
    }

    async fn create(&self, database: &str, table: &str, location: &str) -> Result<(), PointerError> {
        self.inner.create(database, table, location).await
    }

    async fn swap(&self, database: &str, table: &str, expected: &str, new: &str) -> Result<(), PointerError> {
        self.stop.store(true, Ordering::Relaxed);
        if self.is_done {
            self.inner.swap(database, table, expected, new).await?;
        }
        self.answer.map_or(Ok(()), |kind| Err(PointerError::new(kind, "as the test has it")))
    }

    async fn list_databases(&self) -> Result<Vec<String>, PointerError> {
        self.inner.list_databases().await
    }

    async fn list_tables(&self, database: &str) -> Result<Vec<ListedTable>, PointerError> {
        self.inner.list_tables(database).await
    }

    async fn create_database(&self, database: &str) -> Result<(), PointerError> {
        self.inner.create_database(database).await
    }
}

fn stopping(fixture: &Fixture, is_done: bool, answer: Option<PointerErrorKind>) -> Lake {
    let stop = Arc::new(AtomicBool::new(false));
    let inner = fixture.lake().pointer().clone();
    let pointer = StoppingPointer { inner, stop: Arc::clone(&stop), answer, is_done };
    Lake::new(Arc::new(pointer), fixture.lake().file_io().clone()).stopping_at(Stop::when(stop))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_stopped_before_it_begins_leaves_nothing() {
    let fixture = Fixture::new();
    let table = fixture.create(&simple_spec()).await;
    let request = request(&table, Change::Append, 1, "a", &[1]).await;
    let lake = fixture.lake().stopping_at(Stop::when(Arc::new(AtomicBool::new(true))));
    let error = lake.commit(request).await.unwrap_err();
    assert_eq!(error.kind(), LakeErrorKind::Stopped);
    assert!(error.is_retryable());
    assert_eq!(fixture.files().len(), 1, "only the table's first metadata file: {:?}", fixture.files());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_stopped_between_two_tries_leaves_nothing() {
    let fixture = Fixture::new();
    let table = fixture.create(&simple_spec()).await;
    let request = request(&table, Change::Append, 1, "a", &[1]).await;
    let lake = stopping(&fixture, false, Some(PointerErrorKind::Unavailable));
    assert_eq!(lake.commit(request).await.unwrap_err().kind(), LakeErrorKind::Stopped);
    assert_eq!(fixture.files().len(), 1, "only the table's first metadata file: {:?}", fixture.files());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_swap_under_way_is_brought_to_its_end() {
    for answer in [None, Some(PointerErrorKind::Conflict), Some(PointerErrorKind::UnknownOutcome)] {
        let fixture = Fixture::new();
        let table = fixture.create(&simple_spec()).await;
        let request = request(&table, Change::Append, 1, "a", &[1]).await;
        committed(stopping(&fixture, true, answer).commit(request).await);
        assert_eq!(rows(&fixture.table().await).await, expected(&[(1, 1)]), "{answer:?}");
    }
}
