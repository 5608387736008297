//! The contract of [`LandingStore`].

use std::fmt;
use std::io::Read as _;

use async_trait::async_trait;

use crate::error::{LakeError, LakeErrorKind};
use crate::landing::LandingStore;

/// Where a source drops its files.
#[async_trait]
pub trait LandingSite: fmt::Debug + Send + Sync {
    /// Its location, with a slash at the end.
    fn location(&self) -> String;

    /// Drops a file, in place of one of that name.
    async fn put(&self, name: &str, bytes: &[u8]);

    /// Takes a file away.
    async fn remove(&self, name: &str);
}

/// Runs the contract of [`LandingStore`] against an empty site.
pub async fn landing_contract(store: &dyn LandingStore, site: &dyn LandingSite) {
    nothing_landed_is_an_empty_list(store, site).await;
    files_are_listed_in_order_without_hidden_ones(store, site).await;
    a_file_is_found_also_when_it_is_hidden(store, site).await;
    a_changed_file_has_another_etag(store, site).await;
    only_the_listed_file_is_opened(store, site).await;
    whole_files_are_read(store, site).await;
}

async fn nothing_landed_is_an_empty_list(store: &dyn LandingStore, site: &dyn LandingSite) {
    let none = format!("{}none", site.location());
    assert_eq!(store.list(&none).await.unwrap(), []);
    assert_eq!(store.find(&none).await.unwrap(), None);
    assert_eq!(opened(store, &none, "etag").await.unwrap_err().kind(), LakeErrorKind::NotFound);
}

async fn files_are_listed_in_order_without_hidden_ones(store: &dyn LandingStore, site: &dyn LandingSite) {
    let hidden = [".hidden", "_SUCCESS", "d.csv.tmp", "a.ctl", "_temporary/e.csv"];
    for name in ["b.csv", "a 계좌.csv", "sub/c.csv.gz"].iter().chain(&hidden) {
        site.put(&format!("day/{name}"), name.as_bytes()).await;
    }
    site.put("day2/f.csv", b"another prefix").await;
    let location = format!("{}day/", site.location());
    let files = store.list(&location).await.unwrap();
    let names: Vec<&str> = files.iter().map(|file| file.location.strip_prefix(&location).unwrap()).collect();
    assert_eq!(names, ["a 계좌.csv", "b.csv", "sub/c.csv.gz"]);
    assert_eq!(files[1].size_bytes, 5);
    assert_eq!(store.list(location.trim_end_matches('/')).await.unwrap(), files, "with and without a slash");
    assert_eq!(store.list(&location).await.unwrap(), files, "what has not changed is listed the same");
}

async fn a_file_is_found_also_when_it_is_hidden(store: &dyn LandingStore, site: &dyn LandingSite) {
    let location = format!("{}day/", site.location());
    for file in store.list(&location).await.unwrap() {
        assert_eq!(store.find(&file.location).await.unwrap(), Some(file));
    }
    let hidden = store.find(&format!("{location}a.ctl")).await.unwrap().unwrap();
    assert_eq!((hidden.location, hidden.size_bytes), (format!("{location}a.ctl"), 5));
    for none in ["c.ctl", "sub", "a.ctl/b.ctl"] {
        assert_eq!(store.find(&format!("{location}{none}")).await.unwrap(), None, "{none}");
    }
}

async fn a_changed_file_has_another_etag(store: &dyn LandingStore, site: &dyn LandingSite) {
    let location = format!("{}changed.csv", site.location());
    site.put("changed.csv", b"1").await;
    let before = store.find(&location).await.unwrap().unwrap();
    // A directory tells versions of one size apart by their times.
    std::thread::sleep(std::time::Duration::from_millis(20));
    site.put("changed.csv", b"2").await;
    assert_ne!(store.find(&location).await.unwrap().unwrap().etag, before.etag);
}

async fn only_the_listed_file_is_opened(store: &dyn LandingStore, site: &dyn LandingSite) {
    let location = format!("{}pinned.csv", site.location());
    site.put("pinned.csv", b"listed").await;
    let listed = store.find(&location).await.unwrap().unwrap();
    assert_eq!(opened(store, &location, &listed.etag).await.unwrap(), b"listed");
    site.put("pinned.csv", b"another delivery").await;
    let changed = opened(store, &location, &listed.etag).await.unwrap_err();
    assert_eq!(changed.kind(), LakeErrorKind::Conflict, "{changed}");
    assert!(changed.to_string().contains("pinned.csv"), "{changed}");
    site.remove("pinned.csv").await;
    let gone = opened(store, &location, &listed.etag).await.unwrap_err();
    assert_eq!(gone.kind(), LakeErrorKind::NotFound, "{gone}");
}

async fn whole_files_are_read(store: &dyn LandingStore, site: &dyn LandingSite) {
    // Longer than what a store reads at once, and not a multiple of it.
    let long: Vec<u8> = (0..9 * 1024 * 1024 + 7_u32).map(|n| (n % 251) as u8).collect();
    for (name, bytes) in [("empty.csv", &b""[..]), ("long.csv", &long)] {
        site.put(name, bytes).await;
        let location = format!("{}{name}", site.location());
        let file = store.find(&location).await.unwrap().unwrap();
        assert_eq!(file.size_bytes, bytes.len() as u64);
        assert!(opened(store, &location, &file.etag).await.unwrap() == bytes, "{name}");
    }
}

async fn opened(store: &dyn LandingStore, location: &str, etag: &str) -> Result<Vec<u8>, LakeError> {
    let mut bytes = Vec::new();
    store.open(location, etag).await?.read_to_end(&mut bytes).unwrap();
    Ok(bytes)
}
