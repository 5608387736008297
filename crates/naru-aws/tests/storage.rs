//! Iceberg's storage in S3.

use std::time::Duration;

use bytes::Bytes;
use naru_aws::s3_file_io;
use naru_lake::testing::storage_contract;

use crate::moto::{Bucket, REGION, file_io, keys, kms, s3, session, session_of};

#[tokio::test(flavor = "multi_thread")]
async fn s3_holds_the_contract() {
    let bucket = Bucket::new().await;
    storage_contract(&file_io(), &bucket.at("deposit/account")).await;
    // An upload that was dropped is given up by nobody who waits.
    for _ in 0..100 {
        if bucket.open_uploads().await == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{} uploads stay behind", bucket.open_uploads().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_have_the_keys_of_their_locations_and_the_buckets_key() {
    let bucket = Bucket::new().await;
    let arn = kms().describe_key().key_id(&bucket.key_id).send().await.unwrap().key_metadata.unwrap().arn.unwrap();
    let key = "새 디렉터리/a b%20c+d";
    let io = file_io();
    for bytes in [Bytes::from("short"), Bytes::from(vec![1; 9 * 1024 * 1024])] {
        io.new_output(bucket.at(key)).unwrap().write(bytes.clone()).await.unwrap();
        let head = s3().head_object().bucket(&bucket.name).key(key).send().await.unwrap();
        assert_eq!(head.content_length(), Some(bytes.len() as i64));
        assert_eq!(head.ssekms_key_id(), Some(arn.as_str()), "the key is named explicitly, by its ARN");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_names_the_expected_owner() {
    let bucket = Bucket::new().await;
    let location = bucket.at("k");
    file_io().new_output(&location).unwrap().write(Bytes::from("x")).await.unwrap();
    let other = s3_file_io(keys(&session_of("999999999999", REGION)));
    let input = other.new_input(&location).unwrap();
    let denied = [
        input.read().await.err(),
        input.metadata().await.err(),
        input.exists().await.err(),
        input.reader().await.unwrap().read(0..1).await.err(),
        other.delete(&location).await.err(),
        other.delete_prefix(bucket.at("p")).await.err(),
        other.new_output(&location).unwrap().write(Bytes::from("y")).await.err(),
    ];
    for error in denied {
        let error = error.expect("access to another account's bucket is denied");
        assert!(error.to_string().contains("access denied"), "{error}");
        assert!(!error.retryable(), "{error}");
    }
    assert_eq!(file_io().new_input(&location).unwrap().read().await.unwrap(), "x");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_disabled_stops_reads_and_writes_until_it_is_enabled() {
    let bucket = Bucket::new().await;
    let (io, location) = (file_io(), bucket.at("k"));
    io.new_output(&location).unwrap().write(Bytes::from("before")).await.unwrap();
    let mut writer = io.new_output(bucket.at("long")).unwrap().writer().await.unwrap();
    writer.write(Bytes::from(vec![1; 9 * 1024 * 1024])).await.unwrap();
    kms().disable_key().key_id(&bucket.key_id).send().await.unwrap();

    let read = io.new_input(&location).unwrap().read().await.unwrap_err();
    assert!(read.message().ends_with("its KMS key cannot be used; enable the key, or cancel its deletion"), "{read}");
    let write = io.new_output(bucket.at("new")).unwrap().write(Bytes::from("x")).await.unwrap_err();
    assert!(write.message().contains("its KMS key cannot be used"), "{write}");
    assert!(writer.write(Bytes::from(vec![1; 9 * 1024 * 1024])).await.is_err() || writer.close().await.is_err());
    assert!(!io.exists(bucket.at("new")).await.unwrap() && !io.exists(bucket.at("long")).await.unwrap());
    assert_eq!(bucket.open_uploads().await, 0, "a failed upload is given up");

    kms().enable_key().key_id(&bucket.key_id).send().await.unwrap();
    assert_eq!(io.new_input(&location).unwrap().read().await.unwrap(), "before");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_does_not_exist_is_said_so() {
    let error = file_io().new_input("s3://demo-dev-lake-none/k").unwrap().read().await.unwrap_err();
    assert_eq!(error.message(), "cannot read s3://demo-dev-lake-none/k: it does not exist");
    drop(session());
}
