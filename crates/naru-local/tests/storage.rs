//! The directory store.

use bytes::Bytes;
use naru_local::directory_file_io;

#[tokio::test]
async fn what_is_written_is_read_in_ranges() {
    let root = tempfile::tempdir().unwrap();
    let location = format!("file://{}/새 디렉터리/a b%20c+d", root.path().display());
    let io = directory_file_io();
    let mut writer = io.new_output(&location).unwrap().writer().await.unwrap();
    for part in ["0123", "456", "789"] {
        writer.write(Bytes::from(part)).await.unwrap();
    }
    assert!(!io.exists(&location).await.unwrap(), "half a file is no file");
    writer.close().await.unwrap();
    let input = io.new_input(&location).unwrap();
    assert_eq!(input.metadata().await.unwrap().size, 10);
    assert_eq!(input.reader().await.unwrap().read(3..7).await.unwrap(), "3456");
    assert_eq!(input.read().await.unwrap(), "0123456789");
    assert_eq!(std::fs::read(root.path().join("새 디렉터리/a b%20c+d")).unwrap(), b"0123456789");
    io.delete(&location).await.unwrap();
    io.delete(&location).await.expect("deleting what is gone is no error");
    assert!(!io.exists(&location).await.unwrap());
}

#[tokio::test]
async fn writing_again_takes_the_place_of_the_old_file() {
    let root = tempfile::tempdir().unwrap();
    let location = format!("file://{}/f", root.path().display());
    let io = directory_file_io();
    for text in ["a longer text", "short"] {
        io.new_output(&location).unwrap().write(Bytes::from(text)).await.unwrap();
        assert_eq!(io.new_input(&location).unwrap().read().await.unwrap(), text);
    }
    assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn errors_name_the_file_and_the_reason() {
    let root = tempfile::tempdir().unwrap();
    let io = directory_file_io();
    let missing = format!("file://{}/none", root.path().display());
    let error = io.new_input(&missing).unwrap().read().await.unwrap_err();
    assert_eq!(error.message(), format!("cannot read {missing}: it does not exist"));
    std::fs::write(root.path().join("short"), "abc").unwrap();
    let short = format!("file://{}/short", root.path().display());
    let error = io.new_input(&short).unwrap().reader().await.unwrap().read(1..9).await.unwrap_err();
    assert_eq!(error.message(), format!("cannot read {short}: it is shorter than it should be"));
    let below_a_file = format!("{short}/x");
    assert!(io.new_output(&below_a_file).unwrap().write(Bytes::new()).await.is_err());
    assert!(io.new_input("s3://bucket/key").unwrap().read().await.is_err());
}
