//! Iceberg's `Storage` over S3.

use std::future::Future;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use iceberg::io::{
    FileIO, FileIOBuilder, FileMetadata, FileRead, FileWrite, InputFile, OutputFile, Storage, StorageConfig,
    StorageFactory,
};
use iceberg::{Error, ErrorKind, Result};
use naru_lake::{LakeError, LakeErrorKind};
use serde::{Deserialize, Serialize};

use super::location::S3Location;
use super::objects;
use super::upload::Target;
use super::writer::ObjectWriter;
use crate::bucket_keys::BucketKeys;
use crate::failure::{Cause, Failure};
use crate::session::AwsSession;

/// Deletions under way at once.
const DELETIONS: usize = 16;

/// Storage in S3, by `s3://` locations. Before the first write into a bucket its encryption is verified ([`BucketKeys`]);
/// every write names the bucket's key.
///
/// It holds a session, which cannot be written down: what was serialized and read back is refused where it is used.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct S3Storage {
    #[serde(skip)]
    keys: Option<BucketKeys>,
}

/// Makes [`S3Storage`]s.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct S3StorageFactory {
    #[serde(skip)]
    keys: Option<BucketKeys>,
}

/// A `FileIO` over S3, by the session of the keys.
pub fn s3_file_io(keys: BucketKeys) -> FileIO {
    FileIOBuilder::new(Arc::new(S3StorageFactory { keys: Some(keys) })).build()
}

#[typetag::serde]
impl StorageFactory for S3StorageFactory {
    fn build(&self, _config: &StorageConfig) -> Result<Arc<dyn Storage>> {
        Ok(Arc::new(S3Storage { keys: self.keys.clone() }))
    }
}

impl S3Storage {
    fn keys(&self) -> Result<&BucketKeys> {
        let message = "a storage that was written down and read back has no session with AWS";
        self.keys.as_ref().ok_or_else(|| Error::new(ErrorKind::Unexpected, message))
    }

    /// Runs a request about a location on the session's runtime.
    async fn ask<T, F>(&self, location: &str, ask: impl FnOnce(AwsSession, S3Location) -> F) -> Result<Asked<T>>
    where
        T: Send + 'static,
        F: Future<Output = std::result::Result<T, Failure>> + Send + 'static,
    {
        let session = self.keys()?.session();
        Ok(session.run(ask(session.clone(), parse(location)?)).await)
    }

    /// Where a file is written, once its bucket's encryption is verified.
    async fn target(&self, location: &str) -> Result<Target> {
        let (keys, at) = (self.keys()?, parse(location)?);
        let key_arn = keys.verified(&at.bucket).await.map_err(|error| refused(location, error))?;
        Ok(Target { session: keys.session().clone(), at, key_arn })
    }
}

type Asked<T> = std::result::Result<T, Failure>;

#[async_trait]
#[typetag::serde]
impl Storage for S3Storage {
    async fn exists(&self, location: &str) -> Result<bool> {
        match self.ask(location, |session, at| async move { objects::head(&session, &at).await }).await? {
            Err(error) if error.cause == Cause::NotFound => Ok(false),
            asked => asked.map(|_| true).map_err(|e| storage_error("look for", location, e)),
        }
    }

    async fn metadata(&self, location: &str) -> Result<FileMetadata> {
        let head = self.ask(location, |session, at| async move { objects::head(&session, &at).await }).await?;
        let head = head.map_err(|e| storage_error("read", location, e))?;
        Ok(FileMetadata { size: head.size_bytes })
    }

    async fn read(&self, location: &str) -> Result<Bytes> {
        let read = |session, at| async move { objects::get(&session, &at, None, None).await };
        self.ask(location, read).await?.map_err(|e| storage_error("read", location, e))
    }

    async fn reader(&self, location: &str) -> Result<Box<dyn FileRead>> {
        parse(location)?;
        Ok(Box::new(Reader { storage: self.clone(), location: location.into() }))
    }

    async fn write(&self, location: &str, bytes: Bytes) -> Result<()> {
        let mut writer = ObjectWriter::new(self.target(location).await?);
        writer.write(bytes).await?;
        writer.close().await
    }

    async fn writer(&self, location: &str) -> Result<Box<dyn FileWrite>> {
        Ok(Box::new(ObjectWriter::new(self.target(location).await?)))
    }

    async fn delete(&self, location: &str) -> Result<()> {
        let delete = |session, at| async move { objects::delete(&session, &at).await };
        self.ask(location, delete).await?.map_err(|e| storage_error("delete", location, e))
    }

    async fn delete_prefix(&self, location: &str) -> Result<()> {
        let directory = S3Location::parse_prefix(location).map_err(invalid)?;
        let below = directory.to_string();
        let list = |session, at| async move { objects::list(&session, &at).await };
        let listed = self.ask(&below, list).await?.map_err(|e| storage_error("list", location, e))?;
        let locations: Vec<String> = listed.iter().map(|object| directory.at(&object.key).to_string()).collect();
        self.delete_stream(futures::stream::iter(locations).boxed()).await
    }

    async fn delete_stream(&self, locations: BoxStream<'static, String>) -> Result<()> {
        let delete = |location: String| async move { self.delete(&location).await };
        locations.map(delete).buffer_unordered(DELETIONS).try_collect().await
    }

    fn new_input(&self, location: &str) -> Result<InputFile> {
        Ok(InputFile::new(Arc::new(self.clone()), location.into()))
    }

    fn new_output(&self, location: &str) -> Result<OutputFile> {
        Ok(OutputFile::new(Arc::new(self.clone()), location.into()))
    }
}

#[derive(Debug)]
struct Reader {
    storage: S3Storage,
    location: String,
}

#[async_trait]
impl FileRead for Reader {
    async fn read(&self, range: Range<u64>) -> Result<Bytes> {
        let read = |session, at| async move { objects::get(&session, &at, Some(range), None).await };
        let asked = self.storage.ask(&self.location, read).await?;
        asked.map_err(|e| storage_error("read", &self.location, e))
    }
}

fn parse(location: &str) -> Result<S3Location> {
    S3Location::parse(location).map_err(invalid)
}

fn invalid(error: LakeError) -> Error {
    Error::new(ErrorKind::DataInvalid, error.to_string())
}

/// A write that was not begun, since the bucket's encryption could not be verified.
fn refused(location: &str, error: LakeError) -> Error {
    let (message, may_pass) = (format!("cannot write {location}"), error.is_retryable());
    let source = match error.kind() {
        LakeErrorKind::Denied => io::Error::new(io::ErrorKind::PermissionDenied, error),
        _ => io::Error::other(error),
    };
    Error::new(ErrorKind::Unexpected, message).with_retryable(may_pass).with_source(source)
}

/// An error that names the file, what went wrong and what to do.
pub(crate) fn storage_error(doing: &str, location: &str, failure: Failure) -> Error {
    let kind = match failure.cause {
        Cause::NotFound | Cause::OutOfRange => ErrorKind::DataInvalid,
        _ => ErrorKind::Unexpected,
    };
    let error = Error::new(kind, format!("cannot {doing} {location}: {}", failure.reason()));
    let error = error.with_retryable(failure.may_pass());
    match failure.cause {
        // By this kind `naru-lake` knows that access was denied.
        Cause::Denied | Cause::KeyUnusable => {
            error.with_source(io::Error::new(io::ErrorKind::PermissionDenied, failure))
        }
        _ => error.with_source(failure),
    }
}
