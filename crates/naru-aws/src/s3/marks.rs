//! Marks as objects: `s3://bucket/prefix/JOB/INTERVAL.json`, each written by one request.

use naru_core::Interval;
use naru_core::marks::{Mark, MarkError, MarkErrorKind, MarkStore};
use naru_core::needs::Window;
use naru_lake::LakeError;

use super::location::S3Location;
use super::objects;
use super::upload::Target;
use crate::bucket_keys::BucketKeys;
use crate::failure::{Cause, Failure};

/// Marks below a prefix. Before the first write the bucket's encryption is verified; every write names the bucket's key.
#[derive(Debug, Clone)]
pub struct S3Marks {
    keys: BucketKeys,
    /// With a slash at its end, or empty.
    prefix: S3Location,
}

impl S3Marks {
    /// The marks below `s3://bucket/prefix`.
    ///
    /// # Errors
    /// `InvalidInput` for what is no location in S3.
    pub fn new(keys: BucketKeys, location: &str) -> Result<Self, LakeError> {
        let prefix = S3Location::parse_prefix(&format!("{}/", location.trim_end_matches('/')))?;
        Ok(Self { keys, prefix })
    }

    fn at(&self, path: &str) -> S3Location {
        self.prefix.at(&format!("{}{path}", self.prefix.key))
    }

    fn read(&self, at: S3Location) -> Result<Option<Mark>, MarkError> {
        let (session, place) = (self.keys.session().clone(), at.clone());
        let read = self.keys.session().wait(async move { objects::get(&session, &place, None, None).await });
        let bytes = match read {
            Err(error) if error.cause == Cause::NotFound => return Ok(None),
            read => read.map_err(|error| failed(format!("read {at}"), &error))?,
        };
        let strange = |_| {
            MarkError::new(MarkErrorKind::Refused, format!("read {at}"), "this is no mark; delete it, and mark again")
        };
        serde_json::from_slice(&bytes).map(Some).map_err(strange)
    }
}

impl MarkStore for S3Marks {
    fn put(&self, mark: &Mark, interval: &Interval) -> Result<(), MarkError> {
        let at = self.at(&Mark::path(&mark.job, interval));
        let doing = format!("write {at}");
        let json = serde_json::to_vec(mark)
            .map_err(|error| MarkError::new(MarkErrorKind::Refused, doing.as_str(), error.to_string()))?;
        let (keys, bucket) = (self.keys.clone(), at.bucket.clone());
        let verified = self.keys.session().wait(async move { Ok(keys.verified(&bucket).await) });
        let verified = verified.map_err(|error| failed(doing.as_str(), &error))?;
        let key_arn = verified.map_err(|error| {
            let kind = if error.is_retryable() { MarkErrorKind::Unavailable } else { MarkErrorKind::Refused };
            MarkError::new(kind, doing.as_str(), error.to_string())
        })?;
        let target = Target { session: self.keys.session().clone(), at, key_arn };
        let put = self.keys.session().wait(async move { target.put(json.into()).await });
        put.map_err(|error| failed(doing, &error))
    }

    fn find(&self, job: &str, interval: &Interval) -> Result<Option<Mark>, MarkError> {
        self.read(self.at(&Mark::path(job, interval)))
    }

    fn within(&self, job: &str, window: &Window) -> Result<Vec<Mark>, MarkError> {
        let directory = self.at(&format!("{job}/"));
        let (session, place) = (self.keys.session().clone(), directory.clone());
        let listed = self.keys.session().wait(async move { objects::list(&session, &place).await });
        let listed = listed.map_err(|error| failed(format!("list {directory}"), &error))?;
        let mut marks = Vec::new();
        for object in listed {
            marks.extend(self.read(directory.at(&object.key))?.filter(|mark| mark.begins_in(window)));
        }
        marks.sort_by_key(|mark| mark.interval_start);
        Ok(marks)
    }
}

fn failed(doing: impl Into<String>, failure: &Failure) -> MarkError {
    let kind = if failure.may_pass() { MarkErrorKind::Unavailable } else { MarkErrorKind::Refused };
    MarkError::new(kind, doing, failure.to_string())
}
