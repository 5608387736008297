//! Whether a bucket is encrypted as it must be before something is written into it: by its own KMS key.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use aws_sdk_kms::types::{KeyManagerType, KeyMetadata, KeyState};
use aws_sdk_s3::types::{ServerSideEncryption, ServerSideEncryptionRule};
use naru_lake::{LakeError, LakeErrorKind};
use tokio::sync::{Mutex, OnceCell};

use crate::failure::{Cause, Failure};
use crate::s3::lake_error;
use crate::session::AwsSession;

/// The keys of buckets: each bucket has its own. Cheap to clone; clones share what was verified.
#[derive(Clone)]
pub struct BucketKeys {
    session: AwsSession,
    alias_of: Arc<dyn Fn(&str) -> String + Send + Sync>,
    /// ARNs of the keys of buckets that were verified, once a process.
    verified: Arc<Mutex<HashMap<String, Arc<OnceCell<String>>>>>,
}

/// What is wrong with a bucket's encryption, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFault {
    /// What is wrong, a sentence without a full stop.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl BucketKeys {
    /// Keys by their aliases: `alias_of` derives `alias/…` from a bucket's name.
    pub fn new(session: AwsSession, alias_of: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self { session, alias_of: Arc::new(alias_of), verified: Arc::default() }
    }

    /// The session that the keys are looked up by.
    pub fn session(&self) -> &AwsSession {
        &self.session
    }

    /// The ARN of a bucket's key, once it is verified that the bucket's default encryption is SSE-KMS by this key, that the bucket
    /// key is on, and that the key is enabled. Verified once; later calls ask nothing.
    ///
    /// # Errors
    /// `Refused` with all that is wrong and what to do; `NotFound` for a bucket that does not exist; `Denied`, `Unavailable`.
    pub async fn verified(&self, bucket: &str) -> Result<String, LakeError> {
        let cell = Arc::clone(self.verified.lock().await.entry(bucket.into()).or_default());
        let arn = cell.get_or_try_init(|| async {
            match self.look_at(bucket).await? {
                (Some(arn), faults) if faults.is_empty() => Ok(arn),
                (_, faults) => Err(refused(bucket, &faults)),
            }
        });
        arn.await.cloned()
    }

    /// All that is wrong with a bucket's encryption; empty if nothing is.
    ///
    /// # Errors
    /// `NotFound` for a bucket that does not exist; `Denied`, `Unavailable`.
    pub async fn faults(&self, bucket: &str) -> Result<Vec<KeyFault>, LakeError> {
        Ok(self.look_at(bucket).await?.1)
    }

    /// The ARN of the key that the bucket's name derives, and all that is wrong.
    async fn look_at(&self, bucket: &str) -> Result<(Option<String>, Vec<KeyFault>), LakeError> {
        let (alias, key) = self.key_of(bucket).await?;
        let arn = key.as_ref().and_then(KeyMetadata::arn).map(String::from);
        let mut faults = key_faults(&alias, key.as_ref());
        faults.extend(self.encryption_faults(bucket, &alias, arn.as_deref()).await?);
        Ok((arn, faults))
    }

    /// The alias that the bucket's name derives, and the key that has it; none if there is none.
    pub(crate) async fn key_of(&self, bucket: &str) -> Result<(String, Option<KeyMetadata>), LakeError> {
        let alias = (self.alias_of)(bucket);
        let key = self.key(&alias).await?;
        Ok((alias, key))
    }

    /// What is wrong with a bucket's default encryption, which must be by the key of this alias and ARN.
    pub(crate) async fn encryption_faults(
        &self,
        bucket: &str,
        alias: &str,
        arn: Option<&str>,
    ) -> Result<Vec<KeyFault>, LakeError> {
        let rule = self.encryption(bucket).await?;
        let mut faults = bucket_faults(bucket, alias, rule.as_ref());
        let configured = rule.as_ref().and_then(|rule| rule.apply_server_side_encryption_by_default());
        let configured = configured.and_then(|default| default.kms_master_key_id());
        if let (Some(configured), Some(arn)) = (configured, arn)
            && configured != arn
            && self.key(configured).await?.as_ref().and_then(KeyMetadata::arn) != Some(arn)
        {
            let message = format!("bucket {bucket} is encrypted by another key than {alias}: {configured}");
            faults.push(KeyFault { message, hint: format!("make {alias} its default encryption") });
        }
        Ok(faults)
    }

    /// A key by id, ARN or alias; none if there is none.
    async fn key(&self, id: &str) -> Result<Option<KeyMetadata>, LakeError> {
        let request = self.session.kms().describe_key().key_id(id);
        match self.session.run(async move { request.send().await.map_err(Failure::from) }).await {
            Err(error) if error.cause == Cause::NotFound => Ok(None),
            result => result.map(|described| described.key_metadata).map_err(|e| lake_error("look at a key", id, e)),
        }
    }

    /// The rule of a bucket's default encryption; none if it has none.
    async fn encryption(&self, bucket: &str) -> Result<Option<ServerSideEncryptionRule>, LakeError> {
        let request = self.session.s3().get_bucket_encryption().bucket(bucket);
        let request = request.expected_bucket_owner(self.session.owner());
        let asked = self.session.run(async move {
            match request.send().await {
                Err(error) if is_unset(&error) => Ok(None),
                result => Ok(Some(result?)),
            }
        });
        let asked =
            asked.await.map_err(|e| lake_error("look at a bucket's encryption", &format!("s3://{bucket}"), e))?;
        let configuration = asked.and_then(|encryption| encryption.server_side_encryption_configuration);
        Ok(configuration.and_then(|configuration| configuration.rules.into_iter().next()))
    }
}

impl fmt::Debug for BucketKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BucketKeys").field("session", &self.session).finish_non_exhaustive()
    }
}

type EncryptionError = aws_sdk_s3::error::SdkError<
    aws_sdk_s3::operation::get_bucket_encryption::GetBucketEncryptionError,
    aws_sdk_s3::config::http::HttpResponse,
>;

fn is_unset(error: &EncryptionError) -> bool {
    use aws_sdk_s3::error::ProvideErrorMetadata;
    error.code() == Some("ServerSideEncryptionConfigurationNotFoundError")
}

/// What is wrong with the key of an alias.
pub(crate) fn key_faults(alias: &str, key: Option<&KeyMetadata>) -> Vec<KeyFault> {
    let fault = |message: String, hint: &str| KeyFault { message, hint: hint.into() };
    let Some(key) = key else {
        return vec![fault(format!("there is no key {alias}"), "deploy the phase's infrastructure, which makes it")];
    };
    let mut faults = Vec::new();
    match key.key_state() {
        Some(KeyState::Enabled) => {}
        Some(KeyState::Disabled) => faults.push(fault(format!("key {alias} is disabled"), "enable it")),
        Some(KeyState::PendingDeletion | KeyState::PendingReplicaDeletion) => {
            faults.push(fault(format!("key {alias} is scheduled for deletion"), "cancel the deletion and enable it"));
        }
        state => {
            let state = state.map_or("unknown", KeyState::as_str);
            faults.push(fault(format!("key {alias} cannot be used: its state is {state}"), "make it enabled"));
        }
    }
    if key.key_manager() == Some(&KeyManagerType::Aws) {
        let hint = "make a key of your own: access to one that AWS manages cannot be restricted to a level";
        faults.push(fault(format!("key {alias} is managed by AWS"), hint));
    }
    faults
}

fn bucket_faults(bucket: &str, alias: &str, rule: Option<&ServerSideEncryptionRule>) -> Vec<KeyFault> {
    let mut faults = Vec::new();
    let default = rule.and_then(|rule| rule.apply_server_side_encryption_by_default());
    let hint = format!("make SSE-KMS by {alias} its default encryption");
    match default {
        Some(default) if *default.sse_algorithm() == ServerSideEncryption::AwsKms => {
            if default.kms_master_key_id().is_none() {
                let message = format!("bucket {bucket} is encrypted by the key that AWS manages (aws/s3)");
                faults.push(KeyFault { message, hint });
            }
        }
        Some(default) => {
            let message = format!("bucket {bucket} is not encrypted by SSE-KMS but by {}", default.sse_algorithm());
            faults.push(KeyFault { message, hint });
        }
        None => faults.push(KeyFault { message: format!("bucket {bucket} has no default encryption"), hint }),
    }
    if rule.is_some() && rule.and_then(|rule| rule.bucket_key_enabled()) != Some(true) {
        let message = format!("bucket {bucket} has no S3 bucket key: every object would be a request to KMS");
        faults.push(KeyFault { message, hint: "turn its bucket key on".into() });
    }
    faults
}

/// All faults as one error.
fn refused(bucket: &str, faults: &[KeyFault]) -> LakeError {
    let told = faults.iter().map(|fault| format!("{}; {}", fault.message, fault.hint));
    let told = told.collect::<Vec<_>>().join(". ");
    let message = format!("nothing is written into a bucket that is not encrypted as it must be: {told}");
    LakeError::new(LakeErrorKind::Refused, message).with("bucket", bucket)
}
