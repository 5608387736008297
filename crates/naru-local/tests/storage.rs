//! The directory store.

use bytes::Bytes;
use naru_lake::testing::storage_contract;
use naru_local::directory_file_io;

#[tokio::test]
async fn directories_hold_the_contract() {
    let root = tempfile::tempdir().unwrap();
    storage_contract(&directory_file_io(), &format!("file://{}", root.path().display())).await;
}

#[tokio::test]
async fn files_have_the_names_of_their_locations() {
    let root = tempfile::tempdir().unwrap();
    let io = directory_file_io();
    let location = format!("file://{}/새 디렉터리/a b%20c+d", root.path().display());
    io.new_output(&location).unwrap().write(Bytes::from("0123")).await.unwrap();
    assert_eq!(std::fs::read(root.path().join("새 디렉터리/a b%20c+d")).unwrap(), b"0123");
    let below_a_file = format!("{location}/x");
    assert!(io.new_output(&below_a_file).unwrap().write(Bytes::new()).await.is_err());
    assert_eq!(std::fs::read_dir(root.path().join("새 디렉터리")).unwrap().count(), 1);
}
