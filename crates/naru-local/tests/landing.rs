//! The landing as directories.

use std::path::PathBuf;

use async_trait::async_trait;
use naru_lake::LandingStore;
use naru_lake::testing::{LandingSite, landing_contract};
use naru_local::DirectoryLanding;

#[derive(Debug)]
struct Directory(PathBuf);

#[async_trait]
impl LandingSite for Directory {
    fn location(&self) -> String {
        format!("file://{}/", self.0.display())
    }

    async fn put(&self, name: &str, bytes: &[u8]) {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    async fn remove(&self, name: &str) {
        std::fs::remove_file(self.0.join(name)).unwrap();
    }
}

#[tokio::test]
async fn directories_hold_the_contract() {
    let root = tempfile::tempdir().unwrap();
    landing_contract(&DirectoryLanding, &Directory(root.path().into())).await;
}

#[tokio::test]
async fn a_link_to_nothing_is_no_delivery() {
    let directory = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/nowhere/b.csv", directory.path().join("b.csv")).unwrap();
    let location = format!("file://{}/", directory.path().display());
    let refused = DirectoryLanding.list(&location).await.unwrap_err();
    assert!(refused.is_retryable(), "{refused}");
}
