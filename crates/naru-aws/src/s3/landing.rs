//! The landing in S3.

use std::io::Read;

use async_trait::async_trait;
use naru_lake::landing::is_hidden;
use naru_lake::{LakeError, LakeErrorKind, LandedFile, LandingStore};

use super::location::S3Location;
use super::objects::{self, ObjectInfo};
use super::range_reader::RangeReader;
use crate::failure::{Cause, Failure};
use crate::session::AwsSession;

/// Landed files in S3, by `s3://` locations. Reads are pinned to the listed ETag by `If-Match`, so that a file is read as
/// it was listed or not at all.
#[derive(Debug, Clone)]
pub struct S3Landing(AwsSession);

impl S3Landing {
    /// Reads by a session.
    pub fn new(session: AwsSession) -> Self {
        Self(session)
    }

    async fn head(&self, location: &str) -> Result<Option<ObjectInfo>, LakeError> {
        let (session, at) = (self.0.clone(), S3Location::parse(location)?);
        match self.0.run(async move { objects::head(&session, &at).await }).await {
            Err(error) if error.cause == Cause::NotFound => Ok(None),
            result => result.map(Some).map_err(|e| lake_error("look at a landed file", location, e)),
        }
    }
}

#[async_trait]
impl LandingStore for S3Landing {
    async fn list(&self, prefix: &str) -> Result<Vec<LandedFile>, LakeError> {
        let directory = S3Location::parse_prefix(prefix)?;
        let (session, at) = (self.0.clone(), directory.clone());
        let listed = self.0.run(async move { objects::list(&session, &at).await }).await;
        let listed = listed.map_err(|e| lake_error("list landed files", prefix, e))?;
        let is_landed = |object: &ObjectInfo| {
            let name = &object.key[directory.key.len()..];
            // Consoles make a "directory" by an empty object whose key ends in a slash.
            !name.is_empty() && !name.ends_with('/') && !name.split('/').any(is_hidden)
        };
        Ok(listed.into_iter().filter(is_landed).map(|object| landed(&directory, object)).collect())
    }

    async fn find(&self, location: &str) -> Result<Option<LandedFile>, LakeError> {
        let at = S3Location::parse(location)?;
        Ok(self.head(location).await?.map(|object| landed(&at, object)))
    }

    async fn open(&self, location: &str, etag: &str) -> Result<Box<dyn Read + Send>, LakeError> {
        let failed = |cause| lake_error("read a landed file", location, Failure::new(cause, "found by HEAD"));
        let object = self.head(location).await?.ok_or_else(|| failed(Cause::NotFound))?;
        if object.etag != etag {
            return Err(failed(Cause::Changed));
        }
        Ok(Box::new(RangeReader::new(self.0.clone(), S3Location::parse(location)?, object)))
    }
}

fn landed(directory: &S3Location, object: ObjectInfo) -> LandedFile {
    LandedFile {
        location: directory.at(&object.key).to_string(),
        size_bytes: object.size_bytes,
        modified: object.modified,
        etag: object.etag,
    }
}

/// An error that names what was being done, the location and the reason.
pub(crate) fn lake_error(doing: &str, location: &str, failure: Failure) -> LakeError {
    let kind = match failure.cause {
        Cause::NotFound => LakeErrorKind::NotFound,
        Cause::Changed | Cause::Conflict => LakeErrorKind::Conflict,
        Cause::Denied | Cause::KeyUnusable => LakeErrorKind::Denied,
        Cause::Throttled | Cause::NoAnswer => LakeErrorKind::Unavailable,
        Cause::AlreadyExists => LakeErrorKind::AlreadyExists,
        Cause::OutOfRange | Cause::ConcurrentRuns | Cause::ResourceLimit | Cause::Other => LakeErrorKind::Storage,
    };
    LakeError::new(kind, format!("cannot {doing}: {}", failure.reason())).with("location", location).because(failure)
}
