//! All files below a prefix, for maintenance.

use async_trait::async_trait;
use naru_lake::{FileLister, LakeError, StoredFile};

use super::landing::lake_error;
use super::location::S3Location;
use super::objects;
use crate::session::AwsSession;

/// Lists objects. Parts of uploads that were never completed are no objects: the bucket's lifecycle rule removes them.
#[derive(Debug, Clone)]
pub struct S3Files(AwsSession);

impl S3Files {
    /// Lists by a session.
    pub fn new(session: AwsSession) -> Self {
        Self(session)
    }
}

#[async_trait]
impl FileLister for S3Files {
    async fn list(&self, prefix: &str) -> Result<Vec<StoredFile>, LakeError> {
        let directory = S3Location::parse_prefix(prefix)?;
        let (session, at) = (self.0.clone(), directory.clone());
        let listed = self.0.run(async move { objects::list(&session, &at).await }).await;
        let listed = listed.map_err(|e| lake_error("list a table's files", prefix, e))?;
        let file = |object: objects::ObjectInfo| StoredFile {
            location: directory.at(&object.key).to_string(),
            size_bytes: object.size_bytes,
            modified: object.modified,
        };
        Ok(listed.into_iter().map(file).collect())
    }
}
