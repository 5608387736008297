//! Commits of other engines: naru's records and rules do not bind them.

use iceberg::spec::DataContentType;
use iceberg::spec::{DataFile, MAIN_BRANCH, ManifestListWriter, ManifestWriterBuilder, Operation, Snapshot, Summary};
use naru_lake::{Change, LakeErrorKind, LakeTable};
use naru_local::EmbeddedLake;

use crate::support::{DATABASE, Fixture, TABLE, committed, expected, load, rows, simple_spec};

pub(crate) async fn append(fixture: &Fixture, table: &LakeTable, file: DataFile) {
    let (io, metadata) = (table.file_io(), table.metadata());
    let (id, sequence) = (4711 + metadata.last_sequence_number(), metadata.next_sequence_number());
    let at = |name: &str| format!("{}/metadata/foreign-{sequence}-{name}", table.location());
    let output = io.new_output(at("m0.avro")).unwrap();
    let spec = metadata.default_partition_spec().as_ref().clone();
    let writer = ManifestWriterBuilder::new(output, Some(id), metadata.current_schema().clone(), spec);
    let mut writer = match file.content_type() {
        DataContentType::Data => writer.build_v2_data(),
        _ => writer.build_v2_deletes(),
    };
    writer.add_file(file, -1).unwrap();
    let mut manifests = vec![writer.write_manifest_file().await.unwrap()];
    if let Some(current) = metadata.current_snapshot() {
        let bytes = io.new_input(current.manifest_list()).unwrap().read().await.unwrap();
        let list = iceberg::spec::ManifestList::parse_with_version(&bytes, metadata.format_version()).unwrap();
        manifests.extend(list.entries().to_vec());
    }
    let writer = io.new_output(at("list.avro")).unwrap().writer().await.unwrap();
    let mut list = ManifestListWriter::v2(writer, id, table.snapshot_id(), sequence);
    list.add_manifests(manifests.into_iter()).unwrap();
    list.close().await.unwrap();
    let snapshot = Snapshot::builder()
        .with_snapshot_id(id)
        .with_parent_snapshot_id(table.snapshot_id())
        .with_sequence_number(sequence)
        .with_timestamp_ms(metadata.last_updated_ms() + 1)
        .with_manifest_list(at("list.avro"))
        .with_schema_id(0)
        .with_summary(Summary { operation: Operation::Append, additional_properties: Default::default() })
        .build();
    let builder = metadata.as_ref().clone().into_builder(Some(table.metadata_location().into()));
    let built = builder.set_branch_snapshot(snapshot, MAIN_BRANCH).unwrap().build().unwrap().metadata;
    let location: iceberg::MetadataLocation = table.metadata_location().parse().unwrap();
    let location = location.with_next_version();
    built.write_to(io, &location).await.unwrap();
    let pointer = fixture.lake().pointer();
    pointer.swap(table.database(), table.name(), table.metadata_location(), &location.to_string()).await.unwrap();
}

#[tokio::test]
async fn a_lake_opens_however_its_locations_are_written() {
    let fixture = Fixture::new();
    fixture.create(&simple_spec()).await;
    committed(load(&fixture, Change::Append, 1, "a", &[1, 2]).await);
    // As Hadoop's `Path` writes it, and so Spark.
    let table = fixture.table().await;
    let location = table.metadata_location().replacen("file:///", "file:/", 1);
    assert_ne!(location, table.metadata_location());
    fixture.lake().pointer().swap(DATABASE, TABLE, table.metadata_location(), &location).await.unwrap();
    EmbeddedLake::open(fixture.embedded.directory()).unwrap();
    committed(load(&fixture, Change::Append, 2, "b", &[3]).await);
    assert_eq!(rows(&fixture.table().await).await, expected(&[(1, 1), (2, 1), (3, 2)]));
    fixture
        .lake()
        .pointer()
        .swap(DATABASE, TABLE, fixture.table().await.metadata_location(), "file:/else")
        .await
        .unwrap();
    assert_eq!(EmbeddedLake::open(fixture.embedded.directory()).unwrap_err().kind(), LakeErrorKind::Refused);
}
