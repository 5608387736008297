//! Tables with delete files, which other engines write: they are carried along, and never passed over in silence.

use iceberg::spec::{DataContentType, DataFileBuilder, DataFileFormat, Struct};
use naru_lake::{AsOf, Change};

use crate::foreign::append;
use crate::support::{Fixture, committed, load, simple_spec, summary};

async fn delete_a_row(fixture: &Fixture) {
    let table = fixture.table().await;
    let deletes = DataFileBuilder::default()
        .content(DataContentType::PositionDeletes)
        .file_path(format!("{}/data/deletes.parquet", table.location()))
        .file_format(DataFileFormat::Parquet)
        .partition(Struct::empty())
        .record_count(1)
        .file_size_in_bytes(100)
        .build()
        .unwrap();
    append(fixture, &table, deletes).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn delete_files_are_carried_along_and_counted() {
    let fixture = Fixture::new();
    fixture.create(&simple_spec()).await;
    committed(load(&fixture, Change::Append, 1, "a", &[1, 2]).await);
    delete_a_row(&fixture).await;
    committed(load(&fixture, Change::Append, 2, "b", &[3]).await);
    let carried = summary(&fixture.table().await);
    assert_eq!((carried["total-delete-files"].as_str(), carried["total-position-deletes"].as_str()), ("1", "1"));
    assert_eq!(fixture.table().await.scan(AsOf::Current).await.unwrap().rows, None);

    committed(load(&fixture, Change::ReplaceTable, 3, "c", &[4]).await);
    let replaced = summary(&fixture.table().await);
    assert_eq!(replaced["removed-delete-files"], "1");
    assert_eq!(replaced["removed-position-deletes"], "1");
    assert_eq!(replaced["total-delete-files"], "0");
    assert_eq!(fixture.table().await.scan(AsOf::Current).await.unwrap().rows, Some(1));
    committed(load(&fixture, Change::Append, 4, "d", &[5]).await);
    assert_eq!(fixture.table().await.scan(AsOf::Current).await.unwrap().rows, Some(2));
}
