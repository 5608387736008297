//! The landing as directories.

use std::io::Read;

use naru_lake::{LakeErrorKind, LandingStore};
use naru_local::DirectoryLanding;

#[tokio::test]
async fn files_are_listed_in_order_without_hidden_ones() {
    let root = tempfile::tempdir().unwrap();
    let prefix = root.path().join("corebank/deposit/account/2026-11-22");
    std::fs::create_dir_all(prefix.join("sub")).unwrap();
    std::fs::create_dir_all(prefix.join("_temporary")).unwrap();
    for name in ["b.csv", "a 계좌.csv", "sub/c.csv.gz", ".hidden", "_SUCCESS", "d.csv.tmp", "a.ctl", "_temporary/e.csv"]
    {
        std::fs::write(prefix.join(name), name).unwrap();
    }
    let location = format!("file://{}/", prefix.display());
    let files = DirectoryLanding.list(&location).await.unwrap();
    let names: Vec<&str> = files.iter().map(|file| file.location.strip_prefix(&location).unwrap()).collect();
    assert_eq!(names, ["a 계좌.csv", "b.csv", "sub/c.csv.gz"]);
    assert_eq!(files[1].size_bytes, 5);
    assert!(files[1].etag.starts_with("5-"));

    assert_eq!(DirectoryLanding.find(&files[1].location).await.unwrap().as_ref(), Some(&files[1]));
    let hidden = DirectoryLanding.find(&format!("{location}a.ctl")).await.unwrap().unwrap();
    assert_eq!((hidden.location, hidden.size_bytes), (format!("{location}a.ctl"), 5));
    for none in ["c.ctl", "sub", "a.ctl/b.ctl"] {
        assert_eq!(DirectoryLanding.find(&format!("{location}{none}")).await.unwrap(), None, "{none}");
    }

    let mut text = String::new();
    DirectoryLanding.open(&files[1].location).await.unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "b.csv");
}

#[tokio::test]
async fn a_changed_file_has_another_etag() {
    let root = tempfile::tempdir().unwrap();
    let location = format!("file://{}", root.path().display());
    std::fs::write(root.path().join("a.csv"), "1").unwrap();
    let before = DirectoryLanding.list(&location).await.unwrap();
    assert_eq!(DirectoryLanding.list(&location).await.unwrap(), before);
    std::thread::sleep(std::time::Duration::from_millis(20));
    std::fs::write(root.path().join("a.csv"), "2").unwrap();
    assert_ne!(DirectoryLanding.list(&location).await.unwrap()[0].etag, before[0].etag);
}

#[tokio::test]
async fn nothing_landed_is_an_empty_list() {
    let root = tempfile::tempdir().unwrap();
    let location = format!("file://{}/none", root.path().display());
    assert_eq!(DirectoryLanding.list(&location).await.unwrap(), []);
    let gone = DirectoryLanding.open(&location).await.err().unwrap();
    assert_eq!(gone.kind(), LakeErrorKind::NotFound);
}

#[tokio::test]
async fn a_link_to_nothing_is_no_delivery() {
    let directory = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/nowhere/b.csv", directory.path().join("b.csv")).unwrap();
    let location = format!("file://{}/", directory.path().display());
    let refused = DirectoryLanding.list(&location).await.unwrap_err();
    assert!(refused.is_retryable(), "{refused}");
}
