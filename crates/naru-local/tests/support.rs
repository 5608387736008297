//! What the tests share: a lake in a temporary directory, tables, files, runs.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use naru_core::table_spec::TableSpec;
pub(crate) use naru_lake::testing::{
    DAY, column, committed, expected, read, request, rows, run_record, simple_batch, simple_spec, write_batch,
};
use naru_lake::{Change, CommitOutcome, Lake, LakeError, LakeTable};
use naru_local::EmbeddedLake;

pub(crate) const DATABASE: &str = "dev_deposit";
pub(crate) const TABLE: &str = "account";
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// A lake in a directory that is gone after the test.
pub(crate) struct Fixture {
    _root: tempfile::TempDir,
    pub(crate) embedded: EmbeddedLake,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::in_directory("lake")
    }

    pub(crate) fn in_directory(name: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        let embedded = EmbeddedLake::init(&root.path().join(name)).unwrap();
        Self { _root: root, embedded }
    }

    pub(crate) fn lake(&self) -> &Lake {
        self.embedded.lake()
    }

    pub(crate) fn location(&self) -> String {
        format!("{}/deposit/{TABLE}", self.embedded.bucket_location("demo-dev-lake-p2"))
    }

    pub(crate) async fn create(&self, spec: &TableSpec) -> LakeTable {
        self.lake().create_table(DATABASE, TABLE, &self.location(), spec).await.unwrap()
    }

    pub(crate) async fn table(&self) -> LakeTable {
        self.lake().expect_table(DATABASE, TABLE).await.unwrap()
    }

    /// Paths of all files of the table, as the directory has them.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        collect(&naru_local::location::location_to_path(&self.location()).unwrap(), &mut files);
        files.sort();
        files
    }
}

fn collect(directory: &std::path::Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

/// Loads one day into the table's newest state.
pub(crate) async fn load(
    fixture: &Fixture,
    change: Change,
    day: i64,
    digest: &str,
    ids: &[i64],
) -> Result<CommitOutcome, LakeError> {
    let table = fixture.table().await;
    fixture.lake().commit(request(&table, change, day, digest, ids).await).await
}

/// The current snapshot's summary.
pub(crate) fn summary(table: &LakeTable) -> HashMap<String, String> {
    table.metadata().current_snapshot().unwrap().summary().additional_properties.clone()
}
