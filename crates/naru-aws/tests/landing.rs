//! The landing in S3.

use std::io::Read;

use async_trait::async_trait;
use aws_sdk_s3::primitives::ByteStream;
use naru_aws::{S3Files, S3Landing};
use naru_lake::testing::{LandingSite, landing_contract};
use naru_lake::{FileLister, LakeError, LakeErrorKind, LandingStore};

use crate::moto::{Bucket, REGION, s3, session, session_of};

#[async_trait]
impl LandingSite for Bucket {
    fn location(&self) -> String {
        self.at("corebank/")
    }

    async fn put(&self, name: &str, bytes: &[u8]) {
        let request = s3().put_object().bucket(&self.name).key(format!("corebank/{name}"));
        request.body(ByteStream::from(bytes.to_vec())).send().await.unwrap();
    }

    async fn remove(&self, name: &str) {
        s3().delete_object().bucket(&self.name).key(format!("corebank/{name}")).send().await.unwrap();
    }
}

impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_holds_the_contract() {
    landing_contract(&S3Landing::new(session()), &Bucket::new().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn listings_have_pages() {
    let bucket = Bucket::new().await;
    for n in 0..1003 {
        bucket.put(&format!("day/{n:04}.csv"), b"").await;
    }
    // What consoles make for an empty "directory".
    bucket.put("day/", b"").await;
    let location = bucket.at("corebank/day/");
    let files = S3Landing::new(session()).list(&location).await.unwrap();
    assert_eq!(files.len(), 1003);
    assert_eq!(files[1002].location, bucket.at("corebank/day/1002.csv"));
    assert!(files.is_sorted_by_key(|file| file.location.clone()));
    assert_eq!(S3Files::new(session()).list(&location).await.unwrap().len(), 1004, "maintenance sees everything");
}

/// The error that a read ends with, and the bytes until then.
fn read_to_error(mut input: Box<dyn Read + Send>) -> (usize, std::io::Error) {
    let (mut bytes, mut buffer) = (0, vec![0; 1024 * 1024]);
    loop {
        match input.read(&mut buffer) {
            Ok(0) => panic!("the file was read to its end"),
            Ok(read) => bytes += read,
            Err(error) => {
                assert!(input.read(&mut buffer).is_err(), "a read after one that failed fails");
                return (bytes, error);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changes_or_vanishes_while_it_is_read_is_an_error_that_says_so() {
    let bucket = Bucket::new().await;
    let landing = S3Landing::new(session());
    let location = bucket.at("corebank/large.csv");
    for (kind, io_kind) in
        [(LakeErrorKind::Conflict, std::io::ErrorKind::Other), (LakeErrorKind::NotFound, std::io::ErrorKind::NotFound)]
    {
        bucket.put("large.csv", &vec![b'a'; 60 * 1024 * 1024]).await;
        let file = landing.find(&location).await.unwrap().unwrap();
        let mut input = landing.open(&location, &file.etag).await.unwrap();
        input.read_exact(&mut [0; 10]).unwrap();
        match kind {
            LakeErrorKind::Conflict => bucket.put("large.csv", &vec![b'b'; 60 * 1024 * 1024]).await,
            _ => bucket.remove("large.csv").await,
        }
        let (bytes, error) = read_to_error(input);
        assert!(bytes < 60 * 1024 * 1024, "not one byte of another version is given");
        assert_eq!(error.kind(), io_kind);
        let lake = error.get_ref().unwrap().downcast_ref::<LakeError>().unwrap();
        assert_eq!(lake.kind(), kind, "{lake}");
        assert!(lake.to_string().contains("large.csv"), "{lake}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn access_to_another_accounts_landing_is_denied() {
    let bucket = Bucket::new().await;
    bucket.put("a.csv", b"1").await;
    let other = S3Landing::new(session_of("999999999999", REGION));
    let location = bucket.at("corebank/a.csv");
    assert_eq!(other.list(&bucket.location()).await.unwrap_err().kind(), LakeErrorKind::Denied);
    assert_eq!(other.find(&location).await.unwrap_err().kind(), LakeErrorKind::Denied);
    let open = other.open(&location, "etag").await.err().unwrap();
    assert_eq!(open.kind(), LakeErrorKind::Denied);
    assert!(!open.is_retryable());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_without_a_runtime_reads() {
    let bucket = Bucket::new().await;
    bucket.put("a.csv", b"1,2").await;
    let location = bucket.at("corebank/a.csv");
    let read = std::thread::spawn(move || {
        let landing = S3Landing::new(session());
        let file = futures::executor::block_on(landing.find(&location)).unwrap().unwrap();
        let mut input = futures::executor::block_on(landing.open(&location, &file.etag)).unwrap();
        let mut text = String::new();
        input.read_to_string(&mut text).unwrap();
        text
    });
    assert_eq!(read.join().unwrap(), "1,2");
}
