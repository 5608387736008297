//! Whether a phase's buckets, keys and workgroups are as they must be: what AWS says, judged by `naru_core::check::live`.

use std::collections::HashMap;

use aws_sdk_kms::types::{KeyManagerType, KeyMetadata, KeyState};
use aws_sdk_s3::error::ProvideErrorMetadata;
use futures::stream::{self, StreamExt, TryStreamExt};
use naru_core::Fault;
use naru_core::check::live::{
    NeededBucket, NeededWorkgroup, PublicAccessBlock, ResultsKey, RotationState, key_policy_faults,
    public_access_faults, rotation_faults, tls_faults, workgroup_faults,
};
use naru_core::physical::Bucket;
use naru_lake::{LakeError, LakeErrorKind};

use crate::athena::workgroup;
use crate::bucket_keys::{BucketKeys, KeyFault, key_faults};
use crate::failure::{Cause, Failure};
use crate::s3::lake_error;
use crate::session::AwsSession;

/// Buckets that are looked at side by side; each takes up to seven requests.
const SIDE_BY_SIDE: usize = 8;

/// All that is wrong with the buckets that a phase needs, with their keys, in the order of `buckets`, and with its workgroups, in
/// the order of `workgroups`. What the credentials may not look at is a fault, too.
///
/// # Errors
/// `Unavailable` if AWS does not answer, or asks to be slower: then nothing is said of anything.
pub async fn live_faults(
    session: &AwsSession,
    buckets: &[NeededBucket],
    workgroups: &[NeededWorkgroup],
) -> Result<Vec<Fault>, LakeError> {
    let results = workgroups.iter().flat_map(|workgroup| &workgroup.results);
    let aliases = buckets.iter().map(|needed| &needed.bucket).chain(results);
    let aliases = aliases.map(|bucket| (bucket.name.to_string(), bucket.key_alias.to_string()));
    let aliases: HashMap<String, String> = aliases.collect();
    let alias_of = move |bucket: &str| aliases.get(bucket).cloned().unwrap_or_default();
    let check = Check { session: session.clone(), keys: BucketKeys::new(session.clone(), alias_of) };
    let found: Vec<Vec<Fault>> =
        stream::iter(buckets).map(|needed| check.faults(needed)).buffered(SIDE_BY_SIDE).try_collect().await?;
    let of_workgroups: Vec<Vec<Fault>> =
        stream::iter(workgroups).map(|needed| check.workgroup(needed)).buffered(SIDE_BY_SIDE).try_collect().await?;
    Ok([found.concat(), of_workgroups.concat()].concat())
}

struct Check {
    session: AwsSession,
    keys: BucketKeys,
}

impl Check {
    async fn faults(&self, needed: &NeededBucket) -> Result<Vec<Fault>, LakeError> {
        let bucket = needed.bucket.name.as_str();
        let mut faults = self.existence(needed).await?;
        let is_there = faults.is_empty();
        let alias = needed.bucket.key_alias.as_str();
        let looked = self.keys.key_of(bucket).await.map(|(_, key)| key);
        let (key, cannot_look) = match looked {
            Ok(key) => (key, Vec::new()),
            Err(error) => (None, denied(error, &format!("key {alias}"), "kms:DescribeKey")?),
        };
        let is_known = cannot_look.is_empty();
        faults.extend(cannot_look);
        if is_there {
            let arn = key.as_ref().and_then(KeyMetadata::arn);
            let of_bucket = format!("the encryption of bucket {bucket}");
            let encryption = self.keys.encryption_faults(bucket, alias, arn).await.map(told);
            faults.extend(encryption.or_else(|e| denied(e, &of_bucket, "s3:GetEncryptionConfiguration"))?);
            let (public, policy) = futures::join!(self.public_access(bucket), self.policy(bucket));
            let public = public.map(|block| public_access_faults(bucket, block));
            let of_bucket = format!("the public access block of bucket {bucket}");
            faults.extend(public.or_else(|e| denied(e, &of_bucket, "s3:GetBucketPublicAccessBlock"))?);
            let policy = policy.map(|policy| tls_faults(bucket, policy.as_deref()));
            let of_bucket = format!("the policy of bucket {bucket}");
            faults.extend(policy.or_else(|e| denied(e, &of_bucket, "s3:GetBucketPolicy"))?);
        }
        if is_known {
            faults.extend(told(key_faults(alias, key.as_ref())));
            faults.extend(self.key(alias, key.as_ref()).await?);
        }
        Ok(faults)
    }

    /// Whether the bucket is there, and the account's.
    async fn existence(&self, needed: &NeededBucket) -> Result<Vec<Fault>, LakeError> {
        let (bucket, holds) = (needed.bucket.name.as_str(), &needed.holds);
        let request = self.session.s3().head_bucket().bucket(bucket).expected_bucket_owner(self.session.owner());
        let asked = self.session.run(async move { Ok(request.send().await.map(|_| ())?) }).await;
        let fault = match asked {
            Ok(()) => return Ok(Vec::new()),
            Err(error) if error.cause == Cause::NotFound => {
                let message = format!("bucket {bucket} does not exist; it is for {holds}");
                Fault::new("", message).hint("deploy the phase's infrastructure, which makes it")
            }
            Err(error) if error.cause == Cause::Denied => {
                let account = self.session.owner();
                let message =
                    format!("bucket {bucket} cannot be looked at: it is for {holds}, and access to it is denied");
                Fault::new("", message).hint(format!(
                    "if it belongs to another account than {account}, choose another org or template in naru.toml; \
                     if not, allow these credentials s3:ListBucket on it"
                ))
            }
            Err(error) => return Err(lake_error("look at a bucket", &format!("s3://{bucket}"), error)),
        };
        Ok(vec![fault])
    }

    /// Rotation and policy of a key that can be used.
    async fn key(&self, alias: &str, key: Option<&KeyMetadata>) -> Result<Vec<Fault>, LakeError> {
        let Some(key) = key.filter(|key| key.key_manager() != Some(&KeyManagerType::Aws)) else {
            return Ok(Vec::new());
        };
        let (rotation, policy) = futures::join!(self.rotation(key.key_id()), self.key_policy(key.key_id()));
        let mut faults = Vec::new();
        // What is disabled is told already, and not rotated for that reason.
        if key.key_state() == Some(&KeyState::Enabled) {
            let rotation = rotation.map(|rotation| rotation_faults(alias, rotation));
            let of_key = format!("the rotation of key {alias}");
            faults.extend(rotation.or_else(|e| denied(e, &of_key, "kms:GetKeyRotationStatus"))?);
        }
        let policy = policy.map(|policy| key_policy_faults(alias, policy.as_deref()));
        faults.extend(policy.or_else(|e| denied(e, &format!("the policy of key {alias}"), "kms:GetKeyPolicy"))?);
        Ok(faults)
    }

    /// What is wrong with a workgroup.
    async fn workgroup(&self, needed: &NeededWorkgroup) -> Result<Vec<Fault>, LakeError> {
        let name = needed.name.as_str();
        let what = format!("workgroup {name}");
        let found = match workgroup(&self.session, name).await {
            Ok(found) => found,
            Err(error) => {
                return denied(lake_error("look at a workgroup", name, error), &what, "athena:GetWorkGroup");
            }
        };
        let mut keys = HashMap::new();
        for bucket in &needed.results {
            // What is wrong with a key, or may not be looked at, is told of its bucket.
            let key = match self.keys.key_of(bucket.name.as_str()).await {
                Ok((_, key)) => key,
                Err(error) if error.kind() == LakeErrorKind::Denied => None,
                Err(error) => return Err(error),
            };
            let key = key.and_then(|key| Some(ResultsKey { arn: key.arn?, id: key.key_id }));
            keys.insert(bucket.name.to_string(), key);
        }
        let key_of = |bucket: &Bucket| keys.get(bucket.name.as_str()).cloned().flatten();
        Ok(workgroup_faults(needed, found.as_ref(), key_of))
    }

    async fn public_access(&self, bucket: &str) -> Result<Option<PublicAccessBlock>, LakeError> {
        let request = self.session.s3().get_public_access_block().bucket(bucket);
        let request = request.expected_bucket_owner(self.session.owner());
        let asked = self.session.run(async move {
            match request.send().await {
                Err(error) if error.code() == Some("NoSuchPublicAccessBlockConfiguration") => Ok(None),
                result => Ok(result?.public_access_block_configuration),
            }
        });
        let block = asked.await.map_err(|e| lake_error("look at a public access block", &s3(bucket), e))?;
        Ok(block.map(|block| PublicAccessBlock {
            block_public_acls: block.block_public_acls() == Some(true),
            ignore_public_acls: block.ignore_public_acls() == Some(true),
            block_public_policy: block.block_public_policy() == Some(true),
            restrict_public_buckets: block.restrict_public_buckets() == Some(true),
        }))
    }

    async fn policy(&self, bucket: &str) -> Result<Option<String>, LakeError> {
        let request = self.session.s3().get_bucket_policy().bucket(bucket).expected_bucket_owner(self.session.owner());
        let asked = self.session.run(async move {
            match request.send().await {
                Err(error) if error.code() == Some("NoSuchBucketPolicy") => Ok(None),
                result => Ok(result?.policy),
            }
        });
        asked.await.map_err(|e| lake_error("look at a bucket's policy", &s3(bucket), e))
    }

    async fn rotation(&self, key_id: &str) -> Result<RotationState, LakeError> {
        let request = self.session.kms().get_key_rotation_status().key_id(key_id);
        let asked = self.session.run(async move {
            match request.send().await {
                Err(error) if error.code() == Some("UnsupportedOperationException") => Ok(RotationState::Impossible),
                result => Ok(if result?.key_rotation_enabled() { RotationState::On } else { RotationState::Off }),
            }
        });
        asked.await.map_err(|e| lake_error("look at a key's rotation", key_id, e))
    }

    async fn key_policy(&self, key_id: &str) -> Result<Option<String>, LakeError> {
        let request = self.session.kms().get_key_policy().key_id(key_id).policy_name("default");
        let asked = self.session.run(async move { request.send().await.map_err(Failure::from) }).await;
        Ok(asked.map_err(|e| lake_error("look at a key's policy", key_id, e))?.policy)
    }
}

/// A fault in place of an error, if the credentials may not look.
fn denied(error: LakeError, what: &str, action: &str) -> Result<Vec<Fault>, LakeError> {
    if error.kind() != LakeErrorKind::Denied {
        return Err(error);
    }
    let hint = format!("allow these credentials {action}");
    Ok(vec![Fault::new("", format!("{what} cannot be looked at: access denied")).hint(hint)])
}

fn told(faults: Vec<KeyFault>) -> Vec<Fault> {
    faults.into_iter().map(|fault| Fault::new("", fault.message).hint(fault.hint)).collect()
}

fn s3(bucket: &str) -> String {
    format!("s3://{bucket}")
}
