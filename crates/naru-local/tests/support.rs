//! What the tests share: a lake in a temporary directory, tables, files, runs.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, TimestampMicrosecondType};
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use futures::TryStreamExt;
use iceberg::TableIdent;
use iceberg::spec::Struct;
use iceberg::table::StaticTable;
use naru_core::plan::RunIdentity;
use naru_core::table_spec::{ColumnSpec, FileSettings, TableSpec};
use naru_core::{ColumnType, Engine, Mode};
use naru_lake::{
    Change, CommitOutcome, CommitRequest, Committed, DataFile, Lake, LakeError, LakeTable, NanCounts, RunRecord,
    SourceRecord, WrittenFile,
};
use naru_local::EmbeddedLake;
use parquet::arrow::ArrowWriter;

pub(crate) const DATABASE: &str = "dev_deposit";
pub(crate) const TABLE: &str = "account";
pub(crate) const DAY: i64 = 86_400_000_000;
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

pub(crate) fn column(name: &str, column_type: ColumnType, required: bool) -> ColumnSpec {
    ColumnSpec { name: name.into(), column_type, required, description: String::new(), renamed_from: None }
}

/// `id bigint, name string, load_interval timestamp`.
pub(crate) fn simple_spec() -> TableSpec {
    TableSpec {
        columns: vec![
            column("id", ColumnType::Bigint, true),
            column("name", ColumnType::String, false),
            column("load_interval", ColumnType::Timestamp, true),
        ],
        partition: vec![],
        sort: vec![],
        key: vec!["id".into()],
        file: FileSettings::default(),
    }
}

/// A batch of the simple table: ids and their load intervals (in days since 1970-01-01).
pub(crate) fn simple_batch(table: &LakeTable, rows: &[(i64, i64)]) -> RecordBatch {
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(rows.iter().map(|(id, _)| *id)));
    let names: ArrayRef = Arc::new(StringArray::from_iter_values(rows.iter().map(|(id, _)| format!("name {id}"))));
    let intervals = TimestampMicrosecondArray::from_iter_values(rows.iter().map(|(_, day)| day * DAY));
    RecordBatch::try_new(table.arrow_schema().unwrap(), vec![ids, names, Arc::new(intervals)]).unwrap()
}

/// Writes a batch as a data file of the table.
pub(crate) async fn write_batch(table: &LakeTable, batch: &RecordBatch, partition: Struct) -> DataFile {
    let mut buffer = Vec::new();
    let mut writer =
        ArrowWriter::try_new(&mut buffer, batch.schema(), Some(table.writer_properties().unwrap())).unwrap();
    writer.write(batch).unwrap();
    let parquet = writer.close().unwrap();
    let mut nan_counts = NanCounts::default();
    nan_counts.add(batch);
    let location = table.data_location(Some(&partition), &format!("{}.parquet", uuid::Uuid::new_v4())).unwrap();
    let size_bytes = buffer.len() as u64;
    table.file_io().new_output(&location).unwrap().write(buffer.into()).await.unwrap();
    let nan_counts = nan_counts.counts();
    table
        .data_file(WrittenFile { location, size_bytes, partition, parquet: &parquet, nan_counts, sorted: true })
        .unwrap()
}

pub(crate) fn run_record(day: i64, digest: &str) -> RunRecord {
    RunRecord {
        identity: RunIdentity {
            source: "corebank".into(),
            database: "deposit".into(),
            table: TABLE.into(),
            interval: format!("day {day}"),
        },
        job: "corebank__deposit__account__p2__append__auto__d".into(),
        interval_start_micros: day * DAY,
        interval_end_micros: (day + 1) * DAY,
        sources: vec![SourceRecord { location: "file:///landing/a.csv".into(), size_bytes: 1, etag: digest.into() }],
        sources_digest: digest.into(),
        plan_digest: "plan".into(),
        rows: 0,
        rejected: 0,
        mode: Mode::Append,
        engine: Engine::Pl,
        treatments: Default::default(),
        before: None,
        deletions: None,
        control: None,
        rejects: Default::default(),
    }
}

/// A request for one day with one file (or none, if there are no ids), planned against the table as given.
pub(crate) async fn request(table: &LakeTable, change: Change, day: i64, digest: &str, ids: &[i64]) -> CommitRequest {
    let rows: Vec<(i64, i64)> = ids.iter().map(|id| (*id, day)).collect();
    let mut added = Vec::new();
    if !rows.is_empty() {
        added.push(write_batch(table, &simple_batch(table, &rows), Struct::empty()).await);
    }
    CommitRequest {
        database: table.database().into(),
        table: table.name().into(),
        base: table.snapshot_id(),
        change,
        interval_start_micros: day * DAY,
        added,
        run: run_record(day, digest),
        attempts: 20,
        delta: None,
        allow_older: false,
        evolution: None,
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

pub(crate) fn committed(outcome: Result<CommitOutcome, LakeError>) -> Committed {
    match outcome.unwrap() {
        CommitOutcome::Committed(committed) => committed,
        other => panic!("expected a commit, got {other:?}"),
    }
}

/// The table's rows through iceberg's own scan: id → day of its load interval.
pub(crate) async fn rows(table: &LakeTable) -> BTreeMap<i64, i64> {
    let mut rows = BTreeMap::new();
    for batch in read(table).await {
        let ids = batch.column_by_name("id").unwrap().as_primitive::<Int64Type>();
        let intervals = batch.column_by_name("load_interval").unwrap().as_primitive::<TimestampMicrosecondType>();
        for (id, interval) in ids.values().iter().zip(intervals.values()) {
            assert_eq!(rows.insert(*id, interval / DAY), None, "row {id} is there twice");
        }
    }
    rows
}

pub(crate) async fn read(table: &LakeTable) -> Vec<RecordBatch> {
    let identifier = TableIdent::from_strs([table.database(), table.name()]).unwrap();
    let metadata = table.metadata().as_ref().clone();
    let table = StaticTable::from_metadata(metadata, identifier, table.file_io().clone()).await.unwrap();
    table.scan().build().unwrap().to_arrow().await.unwrap().try_collect().await.unwrap()
}

pub(crate) fn expected(rows: &[(i64, i64)]) -> BTreeMap<i64, i64> {
    rows.iter().copied().collect()
}

/// The current snapshot's summary.
pub(crate) fn summary(table: &LakeTable) -> HashMap<String, String> {
    table.metadata().current_snapshot().unwrap().summary().additional_properties.clone()
}
