//! What another engine's compaction makes: one file of all intervals' rows, in a snapshot without a run's record.

use iceberg::MetadataLocation;
use iceberg::spec::{
    MAIN_BRANCH, ManifestFile, ManifestListWriter, ManifestWriterBuilder, Operation, Snapshot, Struct, Summary,
};
use naru_lake::{DataFile, Lake, LakeTable, NanCounts, WrittenFile};
use parquet::arrow::ArrowWriter;

use crate::contents::{batches, on_runtime};

/// Writes all rows of an unpartitioned table into one file. Does nothing where there is no snapshot.
pub(crate) fn compact(lake: &Lake, (database, table): (&str, &str)) {
    let table = futures::executor::block_on(lake.table(database, table)).unwrap();
    if let Some(table) = table.filter(|table| table.snapshot_id().is_some()) {
        on_runtime(rewrite(lake, &table));
    }
}

async fn rewrite(lake: &Lake, table: &LakeTable) {
    let metadata = table.metadata();
    let sequence = metadata.next_sequence_number();
    let id = 4711 + sequence;
    let file = write_rows(table, &format!("compacted-{sequence}.parquet")).await;
    let list = format!("{}/metadata/compacted-{sequence}-list.avro", table.location());
    let manifest = write_manifest(table, id, &file).await;
    let output = table.file_io().new_output(&list).unwrap().writer().await.unwrap();
    let mut writer = ManifestListWriter::v2(output, id, table.snapshot_id(), sequence);
    writer.add_manifests([manifest].into_iter()).unwrap();
    writer.close().await.unwrap();

    let snapshot = Snapshot::builder()
        .with_snapshot_id(id)
        .with_parent_snapshot_id(table.snapshot_id())
        .with_sequence_number(sequence)
        .with_timestamp_ms(metadata.last_updated_ms() + 1)
        .with_manifest_list(list)
        .with_schema_id(metadata.current_schema_id())
        .with_summary(Summary { operation: Operation::Replace, additional_properties: Default::default() })
        .build();
    let builder = metadata.as_ref().clone().into_builder(Some(table.metadata_location().into()));
    let built = builder.set_branch_snapshot(snapshot, MAIN_BRANCH).unwrap().build().unwrap().metadata;
    let location: MetadataLocation = table.metadata_location().parse().unwrap();
    let location = location.with_next_version();
    built.write_to(table.file_io(), &location).await.unwrap();
    let (from, to) = (table.metadata_location(), location.to_string());
    lake.pointer().swap(table.database(), table.name(), from, &to).await.unwrap();
}

async fn write_rows(table: &LakeTable, name: &str) -> DataFile {
    let schema = table.arrow_schema().unwrap();
    let mut buffer = Vec::new();
    let properties = table.writer_properties().unwrap();
    let mut writer = ArrowWriter::try_new(&mut buffer, schema.clone(), Some(properties)).unwrap();
    let mut nan_counts = NanCounts::default();
    for batch in batches(table).await {
        let batch = batch.with_schema(schema.clone()).unwrap();
        nan_counts.add(&batch);
        writer.write(&batch).unwrap();
    }
    let parquet = writer.close().unwrap();
    let location = table.data_location(None, name).unwrap();
    let size_bytes = buffer.len() as u64;
    table.file_io().new_output(&location).unwrap().write(buffer.into()).await.unwrap();
    let (partition, nan_counts) = (Struct::empty(), nan_counts.counts());
    table
        .data_file(WrittenFile { location, size_bytes, partition, parquet: &parquet, nan_counts, sorted: false })
        .unwrap()
}

async fn write_manifest(table: &LakeTable, snapshot_id: i64, file: &DataFile) -> ManifestFile {
    let metadata = table.metadata();
    let location = format!("{}/metadata/compacted-{snapshot_id}-m0.avro", table.location());
    let output = table.file_io().new_output(location).unwrap();
    let spec = metadata.default_partition_spec().as_ref().clone();
    let schema = metadata.current_schema().clone();
    let mut writer = ManifestWriterBuilder::new(output, Some(snapshot_id), schema, spec).build_v2_data();
    writer.add_file(file.entry().clone(), -1).unwrap();
    writer.write_manifest_file().await.unwrap()
}
