//! The SQLite catalog holds the port's contract.

use std::sync::Arc;

use naru_lake::testing::pointer_contract;
use naru_lake::{CatalogPointer, PointerErrorKind};
use naru_local::SqlitePointer;
use rusqlite::Connection;

#[test]
fn sqlite_holds_the_contract() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("catalog.db");
    SqlitePointer::create(&path).unwrap();
    let open = || Arc::new(SqlitePointer::open(&path).unwrap()) as Arc<dyn CatalogPointer>;
    futures::executor::block_on(pointer_contract(open));
}

#[test]
fn sqlite_holds_the_contract_on_a_catalog_without_types() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("catalog.db");
    SqlitePointer::create(&path).unwrap();
    Connection::open(&path).unwrap().execute_batch("ALTER TABLE iceberg_tables DROP COLUMN iceberg_type").unwrap();
    let open = || Arc::new(SqlitePointer::open(&path).unwrap()) as Arc<dyn CatalogPointer>;
    futures::executor::block_on(pointer_contract(open));
}

#[test]
fn views_are_not_tables() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("catalog.db");
    let pointer = SqlitePointer::create(&path).unwrap();
    Connection::open(&path)
        .unwrap()
        .execute_batch("INSERT INTO iceberg_tables VALUES ('naru', 'd', 'v', 'm', NULL, 'VIEW')")
        .unwrap();
    futures::executor::block_on(async {
        assert_eq!(pointer.load("d", "v").await.unwrap(), None);
        assert_eq!(pointer.list_tables("d").await.unwrap(), []);
    });
}

#[test]
fn the_previous_location_is_kept() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("catalog.db");
    let pointer = SqlitePointer::create(&path).unwrap();
    futures::executor::block_on(async {
        pointer.create_database("d").await.unwrap();
        pointer.create("d", "t", "m0").await.unwrap();
        pointer.swap("d", "t", "m0", "m1").await.unwrap();
    });
    let query =
        "SELECT metadata_location || ' ' || previous_metadata_location || ' ' || iceberg_type FROM iceberg_tables";
    let row: String = Connection::open(&path).unwrap().query_row(query, [], |row| row.get(0)).unwrap();
    assert_eq!(row, "m1 m0 TABLE");
}

#[test]
fn what_is_no_catalog_is_said_so() {
    let root = tempfile::tempdir().unwrap();
    let missing = SqlitePointer::open(&root.path().join("none.db")).unwrap_err();
    assert_eq!(missing.kind(), PointerErrorKind::NotFound);
    let garbage = root.path().join("garbage.db");
    std::fs::write(&garbage, "this is no database, however long it may be, and it is longer than a header").unwrap();
    let message = SqlitePointer::open(&garbage).unwrap_err().to_string();
    assert!(message.ends_with("it is no SQLite file, or a damaged one"), "{message}");
}
