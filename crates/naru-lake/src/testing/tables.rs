//! A small table, files of it, and requests to commit them.

use std::collections::BTreeMap;
use std::sync::Arc;

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
use parquet::arrow::ArrowWriter;

use crate::{
    Change, CommitOutcome, CommitRequest, Committed, DataFile, LakeError, LakeTable, NanCounts, RunRecord,
    SourceRecord, WrittenFile,
};

/// Microseconds of a day.
pub const DAY: i64 = 86_400_000_000;

/// A column without a description.
pub fn column(name: &str, column_type: ColumnType, required: bool) -> ColumnSpec {
    ColumnSpec { name: name.into(), column_type, required, description: String::new(), renamed_from: None }
}

/// `id bigint, name string, load_interval timestamp`.
pub fn simple_spec() -> TableSpec {
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
pub fn simple_batch(table: &LakeTable, rows: &[(i64, i64)]) -> RecordBatch {
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(rows.iter().map(|(id, _)| *id)));
    let names: ArrayRef = Arc::new(StringArray::from_iter_values(rows.iter().map(|(id, _)| format!("name {id}"))));
    let intervals = TimestampMicrosecondArray::from_iter_values(rows.iter().map(|(_, day)| day * DAY));
    RecordBatch::try_new(table.arrow_schema().unwrap(), vec![ids, names, Arc::new(intervals)]).unwrap()
}

/// Writes a batch as a data file of the table.
pub async fn write_batch(table: &LakeTable, batch: &RecordBatch, partition: Struct) -> DataFile {
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

/// The record of a run for one day since 1970-01-01.
pub fn run_record(day: i64, digest: &str) -> RunRecord {
    RunRecord {
        identity: RunIdentity {
            source: "corebank".into(),
            database: "deposit".into(),
            table: "account".into(),
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
pub async fn request(table: &LakeTable, change: Change, day: i64, digest: &str, ids: &[i64]) -> CommitRequest {
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

/// What was committed.
pub fn committed(outcome: Result<CommitOutcome, LakeError>) -> Committed {
    match outcome.unwrap() {
        CommitOutcome::Committed(committed) => committed,
        other => panic!("expected a commit, got {other:?}"),
    }
}

/// The table's rows through iceberg's own scan: id → day of its load interval.
pub async fn rows(table: &LakeTable) -> BTreeMap<i64, i64> {
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

/// The table's rows as batches.
pub async fn read(table: &LakeTable) -> Vec<RecordBatch> {
    let identifier = TableIdent::from_strs([table.database(), table.name()]).unwrap();
    let metadata = table.metadata().as_ref().clone();
    let table = StaticTable::from_metadata(metadata, identifier, table.file_io().clone()).await.unwrap();
    table.scan().build().unwrap().to_arrow().await.unwrap().try_collect().await.unwrap()
}

/// Rows as [`rows`] gives them.
pub fn expected(rows: &[(i64, i64)]) -> BTreeMap<i64, i64> {
    rows.iter().copied().collect()
}
