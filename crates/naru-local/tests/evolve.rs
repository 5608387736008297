//! Evolving tables: by metadata alone, in the commit of rows, and beside other processes.

use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, Int32Array, Int64Array, RecordBatch, TimestampMicrosecondArray};
use arrow_schema::DataType;
use iceberg::spec::{Literal, Struct};
use naru_core::table_spec::{PartitionField, TableSpec, Transform};
use naru_core::treatment::AppliedTreatments;
use naru_core::{ColumnType, TableSpec as Spec};
use naru_lake::{AsOf, Change, CommitOutcome, CommitRequest, Evolution, LakeErrorKind, LakeTable};

use crate::foreign::append;
use crate::support::{
    DAY, Fixture, column, committed, expected, load, read, request, rows, run_record, simple_spec, write_batch,
};

fn ids(table: &LakeTable) -> Vec<(String, i32)> {
    let fields = table.metadata().current_schema().as_struct().fields();
    fields.iter().map(|field| (field.name.clone(), field.id)).collect()
}

fn named(pairs: &[(&str, i32)]) -> Vec<(String, i32)> {
    pairs.iter().map(|(name, id)| ((*name).into(), *id)).collect()
}

/// The simple table with `name` called `title`, and a column more.
fn evolved_spec() -> Spec {
    let mut spec = simple_spec();
    spec.columns[1].name = "title".into();
    spec.columns[1].renamed_from = Some("name".into());
    spec.columns.insert(0, column("grade", ColumnType::Int, false));
    spec
}

/// A batch of any columns in the order of the table's; columns that are not given are null.
fn batch(table: &LakeTable, day: i64, columns: &[(&str, ArrayRef)]) -> RecordBatch {
    let schema = table.arrow_schema().unwrap();
    let count = columns[0].1.len();
    let arrays = schema.fields().iter().map(|field| -> ArrayRef {
        if field.name() == "load_interval" {
            return Arc::new(TimestampMicrosecondArray::from_value(day * DAY, count));
        }
        let given = columns.iter().find(|(name, _)| name == field.name());
        given.map_or_else(|| arrow_array::new_null_array(field.data_type(), count), |(_, array)| Arc::clone(array))
    });
    let arrays = arrays.collect();
    RecordBatch::try_new(schema, arrays).unwrap()
}

/// A run of one day whose rows are written for the table as `spec` says.
async fn evolving(table: &LakeTable, spec: &Spec, day: i64, ids: &[i64]) -> CommitRequest {
    let (evolved, evolution) = Evolution::to(table, spec).unwrap();
    let longs: ArrayRef = Arc::new(Int64Array::from(ids.to_vec()));
    let rows = batch(&evolved, day, &[("id", longs)]);
    CommitRequest {
        added: vec![write_batch(&evolved, &rows, Struct::empty()).await],
        evolution: Some(evolution),
        ..request(table, Change::Append, day, "a", &[]).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_keep_their_ids_and_dropped_names_get_new_ones() {
    let fixture = Fixture::new();
    let table = fixture.create(&simple_spec()).await;
    committed(load(&fixture, Change::Append, 1, "a", &[1, 2]).await);
    fixture.lake().evolve_table(&fixture.table().await, &evolved_spec()).await.unwrap();
    assert_eq!(ids(&table), named(&[("id", 1), ("name", 2), ("load_interval", 3)]), "a state does not change");
    let table = fixture.table().await;
    assert_eq!(ids(&table), named(&[("grade", 4), ("id", 1), ("title", 2), ("load_interval", 3)]));
    // Iceberg's own scan reads by the newest snapshot's schema: it needs one of the new.
    committed(load(&fixture, Change::Append, 2, "a", &[]).await);
    let table = fixture.table().await;
    assert_eq!(rows(&table).await, expected(&[(1, 1), (2, 1)]));
    let titles = &read(&table).await[0];
    assert_eq!(titles.column_by_name("title").unwrap().null_count(), 0, "old files are read by field id");
    assert_eq!(titles.column_by_name("grade").unwrap().null_count(), 2);
    // Dropped, and added again: nothing of the old values comes back.
    let mut without = evolved_spec();
    without.columns.retain(|column| column.name != "title");
    fixture.lake().evolve_table(&table, &without).await.unwrap();
    let evolved = fixture.lake().evolve_table(&fixture.table().await, &evolved_spec()).await.unwrap();
    assert_eq!(ids(&evolved), named(&[("grade", 4), ("id", 1), ("title", 5), ("load_interval", 3)]));
    assert_eq!(evolved.snapshots().len(), table.snapshots().len(), "evolving makes no snapshot");
    committed(load(&fixture, Change::Append, 3, "a", &[]).await);
    let table = fixture.table().await;
    assert_eq!(read(&table).await[0].column_by_name("title").unwrap().null_count(), 2);
    // As of its first snapshot, the table is what it was.
    let first = table.snapshots()[0].snapshot.snapshot_id();
    let then = table.scan(AsOf::Snapshot(first)).await.unwrap();
    assert!(then.schema.field_by_name("name").is_some());
    assert!(evolved.scan(AsOf::Current).await.unwrap().schema.field_by_name("grade").is_some());
    // Once more is nothing to do.
    let again = fixture.lake().evolve_table(&table, &evolved_spec()).await.unwrap();
    assert_eq!(again.metadata_location(), table.metadata_location());
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_and_structure_come_in_one_commit() {
    let fixture = Fixture::new();
    fixture.create(&simple_spec()).await;
    committed(load(&fixture, Change::Append, 1, "a", &[1]).await);
    let before = fixture.table().await;
    let request = evolving(&before, &evolved_spec(), 2, &[2]).await;
    assert_eq!(ids(&fixture.table().await), ids(&before), "nothing is seen before the commit");
    committed(fixture.lake().commit(request).await);
    let table = fixture.table().await;
    assert_eq!(ids(&table), named(&[("grade", 4), ("id", 1), ("title", 2), ("load_interval", 3)]));
    assert_eq!(rows(&table).await, expected(&[(1, 1), (2, 2)]));
    let snapshot = table.metadata().current_snapshot().unwrap();
    assert_eq!(snapshot.schema_id(), Some(table.metadata().current_schema_id()));
    assert_eq!(table.metadata().metadata_log().last().unwrap().metadata_file, before.metadata_location());
    assert_eq!(table.metadata().metadata_log().len(), before.metadata().metadata_log().len() + 1);
    // The earlier interval is still known, and replaced as ever.
    committed(load(&fixture, Change::Append, 1, "b", &[]).await);
    assert_eq!(rows(&fixture.table().await).await, expected(&[(2, 2)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_for_another_structure_are_a_conflict() {
    let fixture = Fixture::new();
    fixture.create(&simple_spec()).await;
    committed(load(&fixture, Change::Append, 1, "a", &[1]).await);
    let planned = fixture.table().await;
    let late = evolving(&planned, &evolved_spec(), 2, &[2]).await;
    let same = evolving(&planned, &evolved_spec(), 3, &[3]).await;
    let beside = request(&planned, Change::Append, 4, "a", &[4]).await;
    // Rows may come between, and the same change by another process.
    committed(load(&fixture, Change::Append, 5, "a", &[5]).await);
    committed(fixture.lake().commit(same).await);
    committed(fixture.lake().commit(late).await);
    let table = fixture.table().await;
    assert_eq!(rows(&table).await, expected(&[(1, 1), (2, 2), (3, 3), (5, 5)]));
    assert_eq!(table.metadata().schemas_iter().len(), 2);
    // Rows that were written for what the table was before are refused, and so is what another change came before.
    let files = fixture.files().len();
    let stale = CommitRequest { evolution: Some(Evolution::none(&planned)), ..beside };
    let error = fixture.lake().commit(stale).await.unwrap_err();
    assert_eq!(error.kind(), LakeErrorKind::Conflict);
    assert!(error.to_string().contains("columns, partitioning or sort order were changed since"), "{error}");
    assert_eq!(fixture.files().len(), files - 1, "its file is deleted");
    let error = fixture.lake().evolve_table(&planned, &simple_spec()).await.unwrap_err();
    assert_eq!(error.kind(), LakeErrorKind::Conflict);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_was_never_loaded_becomes_anything_until_rows_come() {
    let fixture = Fixture::new();
    let table = fixture.create(&simple_spec()).await;
    let mut spec = simple_spec();
    spec.columns[0] = column("id", ColumnType::String, true);
    let evolved = fixture.lake().evolve_table(&table, &spec).await.unwrap();
    assert_eq!(evolved.spec().unwrap(), spec);
    assert_eq!(evolved.metadata().uuid(), table.metadata().uuid());
    let fixture = Fixture::new();
    let table = fixture.create(&simple_spec()).await;
    committed(load(&fixture, Change::Append, 1, "a", &[1]).await);
    let error = fixture.lake().evolve_table(&table, &spec).await.unwrap_err();
    assert_eq!(error.kind(), LakeErrorKind::Conflict);
}

/// `day date, id int, load_interval`, partitioned as given.
fn dated(transform: Option<Transform>, id: ColumnType) -> TableSpec {
    TableSpec {
        columns: vec![
            column("day", ColumnType::Date, false),
            column("id", id, true),
            column("load_interval", ColumnType::Timestamp, true),
        ],
        partition: transform.map(|transform| PartitionField { transform, column: "day".into() }).into_iter().collect(),
        key: Vec::new(),
        ..simple_spec()
    }
}

/// A file of one partition: days since 1970-01-01 and ids.
async fn dated_file(
    table: &LakeTable,
    load_day: i64,
    partition: Literal,
    contents: &[(i32, i64)],
) -> naru_lake::DataFile {
    let days: ArrayRef = Arc::new(Date32Array::from_iter_values(contents.iter().map(|(day, _)| *day)));
    let is_long = table.arrow_schema().unwrap().field_with_name("id").unwrap().data_type() == &DataType::Int64;
    let ids = contents.iter().map(|(_, id)| *id);
    let ids: ArrayRef = if is_long {
        Arc::new(Int64Array::from_iter_values(ids))
    } else {
        Arc::new(Int32Array::from_iter_values(ids.map(|id| i32::try_from(id).unwrap())))
    };
    let rows = batch(table, load_day, &[("day", days), ("id", ids)]);
    write_batch(table, &rows, Struct::from_iter([Some(partition)])).await
}

async fn replace(
    fixture: &Fixture,
    load_day: i64,
    file: naru_lake::DataFile,
) -> Result<CommitOutcome, naru_lake::LakeError> {
    let table = fixture.table().await;
    let base = request(&table, Change::ReplacePartitions, load_day, "a", &[]).await;
    fixture.lake().commit(CommitRequest { added: vec![file], evolution: Some(Evolution::none(&table)), ..base }).await
}

async fn count(fixture: &Fixture) -> usize {
    read(&fixture.table().await).await.iter().map(RecordBatch::num_rows).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_partitioning_replaces_what_it_can_tell_apart_in_older_files() {
    let fixture = Fixture::new();
    let table = fixture.create(&dated(Some(Transform::Month), ColumnType::Int)).await;
    // February 1970 is month 1: one file of one day, one of several; March has one day.
    committed(replace(&fixture, 1, dated_file(&table, 1, Literal::int(1), &[(31, 1), (31, 2)]).await).await);
    committed(replace(&fixture, 2, dated_file(&table, 2, Literal::int(2), &[(59, 3), (60, 4)]).await).await);
    let daily = dated(Some(Transform::Day), ColumnType::Int);
    let table = fixture.lake().evolve_table(&fixture.table().await, &daily).await.unwrap();
    assert_eq!(table.metadata().partition_specs_iter().len(), 2);
    // A day that the older files do not hold, and one that fills an older file.
    committed(replace(&fixture, 3, dated_file(&table, 3, Literal::date(40), &[(40, 5)]).await).await);
    assert_eq!(count(&fixture).await, 5);
    committed(replace(&fixture, 4, dated_file(&table, 4, Literal::date(31), &[(31, 6)]).await).await);
    assert_eq!(count(&fixture).await, 4);
    let error = replace(&fixture, 5, dated_file(&table, 5, Literal::date(59), &[(59, 7)]).await).await.unwrap_err();
    assert_eq!(error.kind(), LakeErrorKind::Refused);
    assert!(error.to_string().contains("before the table was partitioned anew"), "{error}");
    assert_eq!(count(&fixture).await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn partitions_of_a_widened_column_are_the_same_partitions() {
    let fixture = Fixture::new();
    let by_id = |id| TableSpec {
        partition: vec![PartitionField { transform: Transform::Identity, column: "id".into() }],
        ..dated(None, id)
    };
    let table = fixture.create(&by_id(ColumnType::Int)).await;
    committed(replace(&fixture, 1, dated_file(&table, 1, Literal::int(7), &[(1, 7), (2, 7)]).await).await);
    let wide = by_id(ColumnType::Bigint);
    let table = fixture.lake().evolve_table(&fixture.table().await, &wide).await.unwrap();
    assert_eq!(table.metadata().partition_specs_iter().len(), 1, "the partition spec is the same");
    committed(replace(&fixture, 2, dated_file(&table, 2, Literal::long(7), &[(3, 7)]).await).await);
    assert_eq!(count(&fixture).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mixed_file_of_an_older_structure_is_rewritten() {
    let by_id = |id| TableSpec {
        partition: vec![PartitionField { transform: Transform::Identity, column: "id".into() }],
        ..dated(None, id)
    };
    let mut without_id = dated(None, ColumnType::Int);
    without_id.columns.remove(1);
    // The column that the table is partitioned by is widened, or the table is no more partitioned and the column dropped.
    for (spec, partition) in [(by_id(ColumnType::Bigint), Literal::long(7)), (without_id, Literal::int(7))] {
        let fixture = Fixture::new();
        let table = fixture.create(&by_id(ColumnType::Int)).await;
        // As compaction by another engine leaves it: two intervals in one file.
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Date32Array::from(vec![1, 2])),
            Arc::new(Int32Array::from(vec![7, 7])),
            Arc::new(TimestampMicrosecondArray::from(vec![7 * DAY, 8 * DAY])),
        ];
        let rows = RecordBatch::try_new(table.arrow_schema().unwrap(), columns).unwrap();
        let file = write_batch(&table, &rows, Struct::from_iter([Some(Literal::int(7))])).await;
        append(&fixture, &table, file.entry().clone()).await;
        let table = fixture.lake().evolve_table(&fixture.table().await, &spec).await.unwrap();
        committed(fixture.lake().commit(request(&table, Change::Append, 7, "a", &[]).await).await);
        assert_eq!(count(&fixture).await, 1, "the other interval stays");
        let files = fixture.table().await.scan(AsOf::Current).await.unwrap().files;
        assert_eq!(
            files.iter().map(|file| file.spec_id).collect::<Vec<_>>(),
            [0],
            "of the spec that it was written with"
        );
        assert_eq!(files[0].partition, Struct::from_iter([Some(partition)]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn treatments_follow_a_renamed_column() {
    let fixture = Fixture::new();
    let table = fixture.create(&simple_spec()).await;
    let hashed = |column: &str| AppliedTreatments { columns: [(column.into(), "hash".into())].into(), key_id: None };
    let mut first = request(&table, Change::Append, 1, "a", &[1]).await;
    first.run.treatments = hashed("name");
    let identity = first.run.identity.clone();
    committed(fixture.lake().commit(first).await);
    let table = fixture.table().await;
    let (evolved, _) = Evolution::to(&table, &evolved_spec()).unwrap();
    let other = run_record(2, "b").identity;
    assert_eq!(evolved.treatment_conflict(&other, &hashed("title")), None);
    assert!(evolved.treatment_conflict(&other, &hashed("grade")).is_some(), "title is not treated any more");
    assert!(table.treatment_conflict(&other, &hashed("title")).is_some(), "it is not renamed yet");
    let record = evolved.find_run(&identity).unwrap().run.unwrap();
    assert_eq!(record.treatments, hashed("title"));
}
