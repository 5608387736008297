//! Sessions with moto, and buckets in it.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_s3::types::{
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};
use iceberg::io::FileIO;
use naru_aws::{AwsAccount, AwsSession, BucketKeys, s3_file_io};

pub(crate) use crate::moto_server::endpoint;

/// The account that moto is.
pub(crate) const ACCOUNT: &str = "123456789012";
pub(crate) const REGION: &str = "us-east-1";

pub(crate) fn config(region: &str, endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("test", "test", None, None, "tests");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(region.to_string()))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build()
}

pub(crate) fn session_of(account: &str, region: &str) -> AwsSession {
    AwsSession::with_config(AwsAccount::new(account).unwrap(), config(region, endpoint())).unwrap()
}

pub(crate) fn session() -> AwsSession {
    session_of(ACCOUNT, REGION)
}

/// A client of the tests' own.
pub(crate) fn s3() -> aws_sdk_s3::Client {
    aws_sdk_s3::Client::new(&config(REGION, endpoint()))
}

pub(crate) fn kms() -> aws_sdk_kms::Client {
    aws_sdk_kms::Client::new(&config(REGION, endpoint()))
}

pub(crate) fn athena(region: &str) -> aws_sdk_athena::Client {
    aws_sdk_athena::Client::new(&config(region, endpoint()))
}

pub(crate) fn glue(region: &str) -> aws_sdk_glue::Client {
    aws_sdk_glue::Client::new(&config(region, endpoint()))
}

/// The keys of buckets, as naru's naming convention derives them.
pub(crate) fn keys(session: &AwsSession) -> BucketKeys {
    BucketKeys::new(session.clone(), |bucket| format!("alias/{bucket}"))
}

pub(crate) fn file_io() -> FileIO {
    s3_file_io(keys(&session()))
}

/// A bucket and its key.
pub(crate) struct Bucket {
    pub(crate) name: String,
    pub(crate) key_id: String,
}

impl Bucket {
    /// A new bucket, encrypted as it must be.
    pub(crate) async fn new() -> Self {
        let bucket = Self::bare().await;
        bucket.encrypt(ServerSideEncryption::AwsKms, Some(&bucket.key_id), true).await;
        bucket
    }

    /// A new bucket and a key of its name, which the bucket does not use.
    pub(crate) async fn bare() -> Self {
        Self::named(&format!("demo-dev-lake-{}", uuid::Uuid::new_v4().simple())).await
    }

    /// As [`Self::bare`], by a name.
    pub(crate) async fn named(name: &str) -> Self {
        let name = name.to_owned();
        s3().create_bucket().bucket(&name).send().await.unwrap();
        let key = kms().create_key().send().await.unwrap().key_metadata.unwrap();
        let alias = format!("alias/{name}");
        kms().create_alias().alias_name(alias).target_key_id(&key.key_id).send().await.unwrap();
        Self { name, key_id: key.key_id }
    }

    pub(crate) async fn encrypt(&self, algorithm: ServerSideEncryption, key: Option<&str>, bucket_key: bool) {
        let default = ServerSideEncryptionByDefault::builder()
            .sse_algorithm(algorithm)
            .set_kms_master_key_id(key.map(Into::into))
            .build()
            .unwrap();
        let rule = ServerSideEncryptionRule::builder()
            .apply_server_side_encryption_by_default(default)
            .bucket_key_enabled(bucket_key)
            .build();
        let rules = ServerSideEncryptionConfiguration::builder().rules(rule).build().unwrap();
        let request = s3().put_bucket_encryption().bucket(&self.name);
        request.server_side_encryption_configuration(rules).send().await.unwrap();
    }

    /// The location of a key.
    pub(crate) fn at(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.name)
    }

    /// Uploads that were begun and neither completed nor given up.
    pub(crate) async fn open_uploads(&self) -> usize {
        s3().list_multipart_uploads().bucket(&self.name).send().await.unwrap().uploads().len()
    }
}
