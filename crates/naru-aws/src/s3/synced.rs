//! Objects that `naru sync` puts: each says by its metadata which content it has.
//!
//! The ETag of an object that KMS encrypts is no digest of its content. So every object carries its SHA-256, by which the next
//! sync finds what differs without reading it; what carries none was put by somebody else.

use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ServerSideEncryption};
use futures::{StreamExt, TryStreamExt};
use naru_lake::LakeError;

use super::landing::lake_error;
use super::location::S3Location;
use super::objects;
use super::small_objects::{SmallObject, SmallObjects};
use crate::bucket_keys::BucketKeys;
use crate::failure::{Cause, Failure};
use crate::session::AwsSession;

/// The metadata that holds an object's SHA-256, in hexadecimal digits.
const DIGEST: &str = "naru-sha256";

/// Requests at once.
const AT_ONCE: usize = 16;

/// A bucket that `naru sync` keeps.
#[derive(Debug, Clone)]
pub struct SyncedBucket {
    keys: BucketKeys,
    bucket: String,
}

impl SyncedBucket {
    /// A bucket by its name.
    pub fn new(keys: BucketKeys, bucket: impl Into<String>) -> Self {
        Self { keys, bucket: bucket.into() }
    }

    /// The URI of an object.
    pub fn location(&self, key: &str) -> String {
        self.at(key).to_string()
    }

    /// The objects below a prefix, in the order of their keys: key and SHA-256 of the content, none where naru has not put
    /// it.
    ///
    /// # Errors
    /// `NotFound` without the bucket, `Denied`, `Unavailable`.
    pub fn list(&self, prefix: &str) -> Result<Vec<(String, Option<String>)>, LakeError> {
        let (session, at) = (self.keys.session().clone(), self.at(prefix));
        let listed = self.keys.session().wait(async move {
            let objects = objects::list(&session, &at).await?;
            let keys = objects.into_iter().map(|object| digest_of(session.clone(), at.at(&object.key)));
            let found = futures::stream::iter(keys).buffered(AT_ONCE).try_collect::<Vec<_>>().await?;
            Ok(found.into_iter().flatten().collect())
        });
        listed.map_err(|error| lake_error("list what is synced", &self.location(prefix), error))
    }

    /// Puts an object, in place of one that is there: whole, or not at all.
    ///
    /// # Errors
    /// `Refused` where the bucket is not encrypted as it must be, and as [`Self::list`].
    pub fn put(&self, key: &str, bytes: Vec<u8>, digest: &str) -> Result<(), LakeError> {
        self.write(key, bytes, Some(digest))
    }

    /// As [`Self::put`], of an object that is no sync's: none changes it, or removes it.
    ///
    /// # Errors
    /// As [`Self::put`].
    pub fn put_beside(&self, key: &str, bytes: Vec<u8>) -> Result<(), LakeError> {
        self.write(key, bytes, None)
    }

    /// An object; none if there is none.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn get(&self, key: &str) -> Result<Option<SmallObject>, LakeError> {
        SmallObjects::new(self.keys.session().clone()).get(&self.bucket, key)
    }

    /// Puts an object where there is none, or over the version with this ETag, and gives its ETag; none: another was there.
    ///
    /// # Errors
    /// As [`Self::put`].
    pub fn put_over(&self, key: &str, bytes: Vec<u8>, over: Option<&str>) -> Result<Option<String>, LakeError> {
        let (session, at) = (self.keys.session(), self.location(key));
        let request = self.request(key, bytes)?;
        let request = match over {
            None => request.if_none_match("*"),
            Some(etag) => request.if_match(etag),
        };
        match session.wait(async move { Ok(request.send().await?.e_tag.unwrap_or_default()) }) {
            Err(error) if matches!(error.cause, Cause::Changed | Cause::Conflict | Cause::AlreadyExists) => Ok(None),
            Err(error) if over.is_some() && error.cause == Cause::NotFound => Ok(None),
            put => put.map(Some).map_err(|error| lake_error("put", &at, error)),
        }
    }

    fn write(&self, key: &str, bytes: Vec<u8>, digest: Option<&str>) -> Result<(), LakeError> {
        let (session, at) = (self.keys.session(), self.location(key));
        let request = self.request(key, bytes)?;
        let request = match digest {
            Some(digest) => request.metadata(DIGEST, digest),
            None => request,
        };
        let put = session.wait(async move { Ok(request.send().await.map(|_| ())?) });
        put.map_err(|error| lake_error("put", &at, error))
    }

    /// What puts an object, encrypted by the bucket's key, which is verified.
    fn request(&self, key: &str, bytes: Vec<u8>) -> Result<PutObjectFluentBuilder, LakeError> {
        let session = self.keys.session();
        let (keys, bucket) = (self.keys.clone(), self.bucket.clone());
        let at = self.location(key);
        let arn = session.wait(async move { Ok(keys.verified(&bucket).await) });
        let arn = arn.map_err(|error| lake_error("look at the bucket of", &at, error))??;
        let request = session.s3().put_object().bucket(&self.bucket).key(key).expected_bucket_owner(session.owner());
        let request = request.server_side_encryption(ServerSideEncryption::AwsKms).ssekms_key_id(arn);
        let request = request.bucket_key_enabled(true).checksum_algorithm(ChecksumAlgorithm::Sha256);
        Ok(request.body(ByteStream::from(bytes)))
    }

    /// Removes an object; one that is gone already is no error.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn remove(&self, key: &str) -> Result<(), LakeError> {
        let (session, at) = (self.keys.session().clone(), self.at(key));
        let place = at.to_string();
        let removed = self.keys.session().wait(async move { objects::delete(&session, &at).await });
        removed.map_err(|error| lake_error("remove", &place, error))
    }

    fn at(&self, key: &str) -> S3Location {
        S3Location { bucket: self.bucket.clone(), key: key.into() }
    }
}

/// An object's key and digest; none if it has gone since it was listed.
async fn digest_of(session: AwsSession, at: S3Location) -> Result<Option<(String, Option<String>)>, Failure> {
    let request = session.s3().head_object().bucket(&at.bucket).key(&at.key).expected_bucket_owner(session.owner());
    match request.send().await.map_err(Failure::from) {
        Err(error) if error.cause == Cause::NotFound => Ok(None),
        head => Ok(Some((at.key, head?.metadata.and_then(|mut metadata| metadata.remove(DIGEST))))),
    }
}
