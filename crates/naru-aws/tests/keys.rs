//! What is verified of a bucket before something is written into it.

use aws_sdk_s3::types::ServerSideEncryption;
use bytes::Bytes;
use naru_lake::LakeErrorKind;

use crate::moto::{Bucket, REGION, file_io, keys, kms, session, session_of};

async fn faults(bucket: &Bucket) -> Vec<String> {
    let faults = keys(&session()).faults(&bucket.name).await.unwrap();
    let plain = |text: String| text.replace(&bucket.name, "B").replace(&bucket.key_id, "K");
    faults.into_iter().map(|fault| plain(format!("{}; {}", fault.message, fault.hint))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_by_its_own_key_is_written_into() {
    let bucket = Bucket::new().await;
    assert_eq!(faults(&bucket).await, Vec::<String>::new());
    let arn = keys(&session()).verified(&bucket.name).await.unwrap();
    assert!(arn.ends_with(&format!("key/{}", bucket.key_id)), "{arn}");
    for same in [arn.clone(), format!("alias/{}", bucket.name)] {
        bucket.encrypt(ServerSideEncryption::AwsKms, Some(&same), true).await;
        assert_eq!(faults(&bucket).await, Vec::<String>::new(), "by {same}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_told_with_what_to_do() {
    let bucket = Bucket::bare().await;
    assert_eq!(
        faults(&bucket).await,
        ["bucket B has no default encryption; make SSE-KMS by alias/B its default encryption"]
    );
    bucket.encrypt(ServerSideEncryption::Aes256, None, false).await;
    assert_eq!(
        faults(&bucket).await,
        [
            "bucket B is not encrypted by SSE-KMS but by AES256; make SSE-KMS by alias/B its default encryption",
            "bucket B has no S3 bucket key: every object would be a request to KMS; turn its bucket key on",
        ]
    );
    bucket.encrypt(ServerSideEncryption::AwsKms, None, true).await;
    assert_eq!(
        faults(&bucket).await,
        ["bucket B is encrypted by the key that AWS manages (aws/s3); make SSE-KMS by alias/B its default encryption"]
    );
    let other = Bucket::bare().await;
    bucket.encrypt(ServerSideEncryption::AwsKms, Some(&other.key_id), true).await;
    let told = faults(&bucket).await;
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("bucket B is encrypted by another key than alias/B: "), "{told:?}");

    bucket.encrypt(ServerSideEncryption::AwsKms, Some(&bucket.key_id), true).await;
    kms().disable_key().key_id(&bucket.key_id).send().await.unwrap();
    assert_eq!(faults(&bucket).await, ["key alias/B is disabled; enable it"]);
    kms().schedule_key_deletion().key_id(&bucket.key_id).pending_window_in_days(7).send().await.unwrap();
    assert_eq!(faults(&bucket).await, ["key alias/B is scheduled for deletion; cancel the deletion and enable it"]);
    kms().delete_alias().alias_name(format!("alias/{}", bucket.name)).send().await.unwrap();
    assert_eq!(faults(&bucket).await, ["there is no key alias/B; deploy the phase's infrastructure, which makes it"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_into_a_bucket_with_a_fault() {
    let bucket = Bucket::bare().await;
    let (io, location) = (file_io(), bucket.at("k"));
    let error = io.new_output(&location).unwrap().write(Bytes::from("x")).await.unwrap_err();
    assert!(error.to_string().contains("has no default encryption; make SSE-KMS by alias/"), "{error}");
    assert!(io.new_output(&location).unwrap().writer().await.is_err());
    assert!(!io.exists(&location).await.unwrap());
    let refused = keys(&session()).verified(&bucket.name).await.unwrap_err();
    assert_eq!(refused.kind(), LakeErrorKind::Refused);
    // What was refused is looked at again: mended, it is written into.
    bucket.encrypt(ServerSideEncryption::AwsKms, Some(&bucket.key_id), true).await;
    io.new_output(&location).unwrap().write(Bytes::from("x")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_buckets_and_those_of_others_are_told_apart() {
    let bucket = Bucket::new().await;
    let denied = keys(&session_of("999999999999", REGION)).verified(&bucket.name).await.unwrap_err();
    assert_eq!(denied.kind(), LakeErrorKind::Denied);
    let missing = keys(&session()).verified("demo-dev-lake-none").await.unwrap_err();
    assert_eq!(missing.kind(), LakeErrorKind::NotFound);
}
