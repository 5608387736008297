//! Files of Glue runs in the code bucket: load plans, and claims of starts.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ServerSideEncryption;
use bytes::Bytes;
use naru_core::glue_job::{GlueJobError, GlueJobErrorKind, StartClaim, StartClaims, Version};

use crate::bucket_keys::BucketKeys;
use crate::failure::{Cause, Failure};
use crate::glue::job_error::{failed, failed_changing, unverified};

/// Files in a bucket, by their keys: what runs are started by. Before the first write its encryption is verified; every write names the bucket's
/// key.
///
/// A claim's condition is S3's: `If-None-Match: *` for the first, `If-Match` with the ETag that was read for each later
/// one.
#[derive(Debug, Clone)]
pub struct RunFiles {
    keys: BucketKeys,
    bucket: String,
}

impl RunFiles {
    /// Files of a bucket.
    pub fn new(keys: BucketKeys, bucket: impl Into<String>) -> Self {
        Self { keys, bucket: bucket.into() }
    }

    /// Writes a load plan, for the Spark program to read. The same plan is written again as the same file.
    ///
    /// # Errors
    /// `Denied`, `Unavailable`, `NotFound` without the bucket, `Other` where its encryption is not as it must be.
    pub fn write_plan(&self, key: &str, json: impl Into<Bytes>) -> Result<(), GlueJobError> {
        let doing = format!("write {}", self.location(key));
        let written = self.write(&doing, key, json.into(), None)?;
        written.map(|_| ()).map_err(|e| failed(&doing, e))
    }

    /// Whether there is a file.
    ///
    /// # Errors
    /// `Denied`, `Unavailable`, `Other`.
    pub fn exists(&self, key: &str) -> Result<bool, GlueJobError> {
        let session = self.keys.session();
        let request = session.s3().head_object().bucket(&self.bucket).key(key).expected_bucket_owner(session.owner());
        match session.wait(async move { Ok(request.send().await.map(|_| ())?) }) {
            Err(error) if error.cause == Cause::NotFound => Ok(false),
            found => found.map(|()| true).map_err(|e| failed(&format!("look for {}", self.location(key)), e)),
        }
    }

    /// The URI of a file.
    pub fn location(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.bucket)
    }

    /// Writes a file on a condition, if there is one, and gives its ETag.
    fn write(
        &self,
        doing: &str,
        key: &str,
        bytes: Bytes,
        condition: Option<Condition>,
    ) -> Result<Result<Version, Failure>, GlueJobError> {
        let session = self.keys.session();
        let (keys, bucket) = (self.keys.clone(), self.bucket.clone());
        let arn = session.wait(async move { Ok(keys.verified(&bucket).await) });
        let arn = arn.map_err(|e| failed(doing, e))?.map_err(|e| unverified(doing, e))?;
        let request = session.s3().put_object().bucket(&self.bucket).key(key).expected_bucket_owner(session.owner());
        let request = request.server_side_encryption(ServerSideEncryption::AwsKms).ssekms_key_id(arn);
        let request = request.bucket_key_enabled(true).body(ByteStream::from(bytes));
        let request = match condition {
            None => request,
            Some(Condition::Absent) => request.if_none_match("*"),
            Some(Condition::Is(etag)) => request.if_match(etag),
        };
        Ok(session.wait(async move { Ok(Version(request.send().await?.e_tag.unwrap_or_default())) }))
    }
}

enum Condition {
    Absent,
    Is(String),
}

impl StartClaims for RunFiles {
    fn get(&self, key: &str) -> Result<Option<(StartClaim, Version)>, GlueJobError> {
        let doing = format!("read {}", self.location(key));
        let session = self.keys.session();
        let request = session.s3().get_object().bucket(&self.bucket).key(key).expected_bucket_owner(session.owner());
        let read = session.wait(async move {
            let found = request.send().await?;
            let etag = found.e_tag.unwrap_or_default();
            let body = found.body.collect().await;
            Ok((body.map_err(|error| Failure::new(Cause::NoAnswer, error.to_string()))?.into_bytes(), etag))
        });
        let (bytes, etag) = match read {
            Err(error) if error.cause == Cause::NotFound => return Ok(None),
            read => read.map_err(|e| failed(&doing, e))?,
        };
        let strange = |error: serde_json::Error| {
            let message =
                format!("{} is no claim of a start; delete it if no run of its job goes on", self.location(key));
            GlueJobError::new(GlueJobErrorKind::Other, message).because(error)
        };
        let claim = serde_json::from_slice(&bytes).map_err(strange)?;
        Ok(Some((claim, Version(etag))))
    }

    fn put(&self, key: &str, claim: &StartClaim, over: Option<&Version>) -> Result<Version, GlueJobError> {
        let doing = format!("write {}", self.location(key));
        let json = serde_json::to_vec(claim)
            .map_err(|error| GlueJobError::new(GlueJobErrorKind::Other, format!("cannot {doing}")).because(error))?;
        let condition = over.map_or(Condition::Absent, |version| Condition::Is(version.0.clone()));
        self.write(&doing, key, json.into(), Some(condition))?.map_err(|failure| match failure.cause {
            // The bucket is there, so that it is the file that is not: another version than the one that was read.
            Cause::NotFound if over.is_some() => {
                let message = format!("cannot {doing}: it is gone");
                GlueJobError::new(GlueJobErrorKind::Conflict, message).because(failure)
            }
            _ => failed_changing(&doing, failure),
        })
    }
}
