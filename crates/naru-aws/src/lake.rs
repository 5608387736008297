//! A lake on AWS: S3 and the Glue Data Catalog by one session.

use std::fmt;
use std::sync::Arc;

use naru_lake::Lake;

use crate::bucket_keys::BucketKeys;
use crate::glue::GluePointer;
use crate::s3::{S3Files, S3Landing, s3_file_io};
use crate::session::AwsSession;

/// A lake on AWS. Cheap to clone; clones share the session, and what was verified of buckets.
#[derive(Clone)]
pub struct AwsLake {
    keys: BucketKeys,
    landing: S3Landing,
    files: S3Files,
    lake: Lake,
}

impl AwsLake {
    /// The lake of the session's account and region. `alias_of` derives the alias of a bucket's key from the bucket's name.
    pub fn new(session: AwsSession, alias_of: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        let keys = BucketKeys::new(session.clone(), alias_of);
        let file_io = s3_file_io(keys.clone());
        let pointer = GluePointer::new(session.clone(), file_io.clone());
        Self {
            keys,
            landing: S3Landing::new(session.clone()),
            files: S3Files::new(session),
            lake: Lake::new(Arc::new(pointer), file_io),
        }
    }

    /// Its tables.
    pub fn lake(&self) -> &Lake {
        &self.lake
    }

    /// What sources have dropped.
    pub fn landing(&self) -> &S3Landing {
        &self.landing
    }

    /// Lists its files.
    pub fn files(&self) -> &S3Files {
        &self.files
    }

    /// The keys of its buckets.
    pub fn keys(&self) -> &BucketKeys {
        &self.keys
    }

    /// The location of a bucket, without a trailing slash.
    pub fn bucket_location(&self, bucket: &str) -> String {
        format!("s3://{bucket}")
    }
}

impl fmt::Debug for AwsLake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsLake").field("session", self.keys.session()).finish_non_exhaustive()
    }
}
