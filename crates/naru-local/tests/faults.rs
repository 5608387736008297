//! What a failure at any instant leaves behind: the table as before or after, never between.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::SystemTime;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use iceberg::io::{
    FileIOBuilder, FileMetadata, FileRead, FileWrite, InputFile, OutputFile, Storage, StorageConfig, StorageFactory,
};
use naru_lake::{CatalogPointer, Change, Keep, Lake, LakeErrorKind, Maintained, PointerError, PointerErrorKind};
use naru_local::{DirectoryFiles, DirectoryStorage};
use serde::{Deserialize, Serialize};

use crate::support::{DATABASE, Fixture, HOUR, TABLE, committed, expected, load, request, rows, simple_spec};

/// A storage whose calls fail from the n-th on, as if the process had been killed there.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct DyingStorage {
    #[serde(skip)]
    calls_left: Arc<AtomicI64>,
}

impl DyingStorage {
    fn call(&self) -> iceberg::Result<DirectoryStorage> {
        if self.calls_left.fetch_sub(1, Ordering::SeqCst) > 0 {
            return Ok(DirectoryStorage);
        }
        Err(iceberg::Error::new(iceberg::ErrorKind::Unexpected, "the process was killed"))
    }
}

#[typetag::serde]
impl StorageFactory for DyingStorage {
    fn build(&self, _config: &StorageConfig) -> iceberg::Result<Arc<dyn Storage>> {
        Ok(Arc::new(self.clone()))
    }
}

#[async_trait]
#[typetag::serde]
impl Storage for DyingStorage {
    async fn exists(&self, path: &str) -> iceberg::Result<bool> {
        self.call()?.exists(path).await
    }
    async fn metadata(&self, path: &str) -> iceberg::Result<FileMetadata> {
        self.call()?.metadata(path).await
    }
    async fn read(&self, path: &str) -> iceberg::Result<Bytes> {
        self.call()?.read(path).await
    }
    async fn reader(&self, path: &str) -> iceberg::Result<Box<dyn FileRead>> {
        self.call()?.reader(path).await
    }
    async fn write(&self, path: &str, bytes: Bytes) -> iceberg::Result<()> {
        self.call()?.write(path, bytes).await
    }
    async fn writer(&self, path: &str) -> iceberg::Result<Box<dyn FileWrite>> {
        let inner = self.call()?.writer(path).await?;
        Ok(Box::new(DyingWriter { storage: self.clone(), inner }))
    }
    async fn delete(&self, path: &str) -> iceberg::Result<()> {
        self.call()?.delete(path).await
    }
    async fn delete_prefix(&self, path: &str) -> iceberg::Result<()> {
        self.call()?.delete_prefix(path).await
    }
    async fn delete_stream(&self, paths: BoxStream<'static, String>) -> iceberg::Result<()> {
        self.call()?.delete_stream(paths).await
    }
    fn new_input(&self, path: &str) -> iceberg::Result<InputFile> {
        Ok(InputFile::new(Arc::new(self.clone()), path.into()))
    }
    fn new_output(&self, path: &str) -> iceberg::Result<OutputFile> {
        Ok(OutputFile::new(Arc::new(self.clone()), path.into()))
    }
}

struct DyingWriter {
    storage: DyingStorage,
    inner: Box<dyn FileWrite>,
}

#[async_trait]
impl FileWrite for DyingWriter {
    async fn write(&mut self, bytes: Bytes) -> iceberg::Result<()> {
        self.storage.call()?;
        self.inner.write(bytes).await
    }
    async fn close(&mut self) -> iceberg::Result<()> {
        self.storage.call()?;
        self.inner.close().await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_dies_anywhere_leaves_the_table_as_before_or_after() {
    let mut died = 0;
    for calls in 0.. {
        let fixture = Fixture::new();
        fixture.create(&simple_spec()).await;
        committed(load(&fixture, Change::Append, 1, "a", &[1, 2]).await);
        committed(load(&fixture, Change::Append, 2, "b", &[3]).await);
        let table = fixture.table().await;
        let request = request(&table, Change::Append, 1, "a2", &[4]).await;
        let storage = DyingStorage { calls_left: Arc::new(AtomicI64::new(calls)) };
        let dying = Lake::new(fixture.lake().pointer().clone(), FileIOBuilder::new(Arc::new(storage)).build());
        let outcome = dying.commit(request).await;

        let before = expected(&[(1, 1), (2, 1), (3, 2)]);
        let after = expected(&[(3, 2), (4, 1)]);
        let now = rows(&fixture.table().await).await;
        assert_eq!(now, if outcome.is_ok() { after.clone() } else { before }, "after {calls} calls: {outcome:?}");
        committed(load(&fixture, Change::Append, 1, "a2", &[4]).await);
        assert_eq!(rows(&fixture.table().await).await, after, "rerun after {calls} calls");
        if outcome.is_ok() {
            break;
        }
        died += 1;
    }
    assert!(died > 8, "only {died} places to die at");
}

#[tokio::test(flavor = "multi_thread")]
async fn maintenance_that_dies_anywhere_loses_no_row() {
    let keep = Keep { snapshots_since_ms: i64::MAX, snapshots: 1, files_since: SystemTime::now() + HOUR };
    let mut died = 0;
    for calls in 0.. {
        let fixture = Fixture::new();
        fixture.create(&simple_spec()).await;
        committed(load(&fixture, Change::Append, 1, "a", &[1, 2]).await);
        committed(load(&fixture, Change::Append, 2, "b", &[3]).await);
        committed(load(&fixture, Change::Append, 1, "a2", &[4]).await);
        let storage = DyingStorage { calls_left: Arc::new(AtomicI64::new(calls)) };
        let dying = Lake::new(fixture.lake().pointer().clone(), FileIOBuilder::new(Arc::new(storage.clone())).build());
        let outcome = dying.maintain(&DirectoryFiles, DATABASE, TABLE, keep, false).await;
        let after = expected(&[(3, 2), (4, 1)]);
        assert_eq!(rows(&fixture.table().await).await, after, "after {calls} calls: {outcome:?}");
        let again = fixture.lake().maintain(&DirectoryFiles, DATABASE, TABLE, keep, false).await.unwrap();
        // What was told as done was done.
        assert!(outcome.is_err() || again == Maintained::default(), "after {calls} calls: {outcome:?}, {again:?}");
        assert_eq!(rows(&fixture.table().await).await, after, "again after {calls} calls");
        assert_eq!(fixture.table().await.snapshots().len(), 1);
        if storage.calls_left.load(Ordering::SeqCst) > 0 {
            break;
        }
        died += 1;
    }
    assert!(died > 8, "only {died} places to die at");
}

/// A catalog whose first swaps tell something else than they did.
#[derive(Debug)]
struct LyingPointer {
    inner: Arc<dyn CatalogPointer>,
    lies_left: AtomicU32,
    swaps_first: bool,
    kind: PointerErrorKind,
}

#[async_trait]
impl CatalogPointer for LyingPointer {
    async fn load(&self, database: &str, table: &str) -> Result<Option<String>, PointerError> {
        self.inner.load(database, table).await
    }
    async fn create(&self, database: &str, table: &str, location: &str) -> Result<(), PointerError> {
        self.inner.create(database, table, location).await
    }
    async fn swap(&self, database: &str, table: &str, expected: &str, new: &str) -> Result<(), PointerError> {
        let lies = self.lies_left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        if !lies || self.swaps_first {
            self.inner.swap(database, table, expected, new).await?;
        }
        if lies { Err(PointerError::new(self.kind, "the answer was lost")) } else { Ok(()) }
    }
    async fn list_databases(&self) -> Result<Vec<String>, PointerError> {
        self.inner.list_databases().await
    }
    async fn list_tables(&self, database: &str) -> Result<Vec<String>, PointerError> {
        self.inner.list_tables(database).await
    }
    async fn create_database(&self, database: &str) -> Result<(), PointerError> {
        self.inner.create_database(database).await
    }
}

fn lying(fixture: &Fixture, lies: u32, swaps_first: bool, kind: PointerErrorKind) -> Lake {
    let inner = fixture.lake().pointer().clone();
    let pointer = LyingPointer { inner, lies_left: AtomicU32::new(lies), swaps_first, kind };
    Lake::new(Arc::new(pointer), fixture.lake().file_io().clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_swap_that_succeeded_without_saying_so_is_found_out() {
    for kind in [PointerErrorKind::UnknownOutcome, PointerErrorKind::Conflict, PointerErrorKind::Other] {
        let fixture = Fixture::new();
        let table = fixture.create(&simple_spec()).await;
        let request = request(&table, Change::Append, 1, "a", &[1]).await;
        let result = committed(lying(&fixture, 1, true, kind).commit(request).await);
        let table = fixture.table().await;
        assert_eq!(table.snapshot_id(), Some(result.snapshot_id), "{kind:?}");
        assert_eq!(rows(&table).await, expected(&[(1, 1)]));
        assert_eq!(fixture.files().len(), 5, "nothing is deleted, nothing is left: {:?}", fixture.files());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_swap_that_failed_without_saying_so_is_tried_again() {
    for kind in [PointerErrorKind::UnknownOutcome, PointerErrorKind::Unavailable] {
        let fixture = Fixture::new();
        let table = fixture.create(&simple_spec()).await;
        let request = request(&table, Change::Append, 1, "a", &[1]).await;
        committed(lying(&fixture, 2, false, kind).commit(request).await);
        let table = fixture.table().await;
        assert_eq!(rows(&table).await, expected(&[(1, 1)]));
        assert_eq!(table.snapshots().len(), 1);
        assert_eq!(fixture.files().len(), 5, "{kind:?}: {:?}", fixture.files());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stays_unknown_is_an_error_that_deletes_nothing() {
    let fixture = Fixture::new();
    let table = fixture.create(&simple_spec()).await;
    let mut request = request(&table, Change::Append, 1, "a", &[1]).await;
    request.attempts = 2;
    let lake = lying(&fixture, u32::MAX, false, PointerErrorKind::UnknownOutcome);
    let error = lake.commit(request.clone()).await.unwrap_err();
    assert_eq!(error.kind(), LakeErrorKind::UnknownOutcome);
    assert!(table.file_io().exists(request.added[0].location()).await.unwrap());
    assert!(rows(&fixture.table().await).await.is_empty());
    // The same request again, once the catalog answers.
    committed(fixture.lake().commit(request).await);
    assert_eq!(rows(&fixture.table().await).await, expected(&[(1, 1)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_catalog_is_said_to_be_busy() {
    let fixture = Fixture::new();
    let table = fixture.create(&simple_spec()).await;
    let mut request = request(&table, Change::Append, 1, "a", &[1]).await;
    request.attempts = 2;
    let lake = lying(&fixture, u32::MAX, false, PointerErrorKind::Unavailable);
    let error = lake.commit(request).await.unwrap_err();
    assert_eq!(error.kind(), LakeErrorKind::Unavailable);
    assert!(error.is_retryable());
    assert_eq!(fixture.files().len(), 1, "only the table's first metadata file: {:?}", fixture.files());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_swap_is_final_and_leaves_nothing() {
    let fixture = Fixture::new();
    let table = fixture.create(&simple_spec()).await;
    let request = request(&table, Change::Append, 1, "a", &[1]).await;
    let error = lying(&fixture, 1, false, PointerErrorKind::Denied).commit(request).await.unwrap_err();
    assert_eq!(error.kind(), LakeErrorKind::Denied);
    assert_eq!(fixture.files().len(), 1);
}
