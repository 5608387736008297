//! Small objects, whole: what `naru sync` has put, read where the project's directory is not.

use naru_lake::LakeError;

use super::landing::lake_error;
use super::location::S3Location;
use super::objects;
use crate::failure::{Cause, Failure};
use crate::session::AwsSession;

/// An object as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmallObject {
    /// Its content.
    pub bytes: Vec<u8>,
    /// Changes when the content may have changed.
    pub etag: String,
    /// Its version; none in a bucket without versions.
    pub version_id: Option<String>,
}

/// Reads objects by a session, blocking.
#[derive(Debug, Clone)]
pub struct SmallObjects(AwsSession);

impl SmallObjects {
    /// Reads by a session.
    pub fn new(session: AwsSession) -> Self {
        Self(session)
    }

    /// An object; none if there is no such object, or no such bucket.
    ///
    /// # Errors
    /// `Denied`, `Unavailable`.
    pub fn get(&self, bucket: &str, key: &str) -> Result<Option<SmallObject>, LakeError> {
        let at = S3Location { bucket: bucket.into(), key: key.into() };
        let request = self.0.s3().get_object().bucket(bucket).key(key).expected_bucket_owner(self.0.owner());
        let read = self.0.wait(async move {
            let found = request.send().await?;
            let (etag, version_id) = (found.e_tag.unwrap_or_default(), found.version_id);
            let body = found.body.collect().await;
            let bytes = body.map_err(|error| Failure::new(Cause::NoAnswer, error.to_string()))?.to_vec();
            Ok(SmallObject { bytes, etag, version_id })
        });
        match read {
            Err(error) if error.cause == Cause::NotFound => Ok(None),
            read => read.map(Some).map_err(|error| lake_error("read", &at.to_string(), error)),
        }
    }

    /// The ETag of an object; none if there is no such object.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn etag(&self, bucket: &str, key: &str) -> Result<Option<String>, LakeError> {
        let at = S3Location { bucket: bucket.into(), key: key.into() };
        let (session, place) = (self.0.clone(), at.clone());
        match self.0.wait(async move { objects::head(&session, &place).await }) {
            Err(error) if error.cause == Cause::NotFound => Ok(None),
            head => head.map(|head| Some(head.etag)).map_err(|error| lake_error("look at", &at.to_string(), error)),
        }
    }
}
