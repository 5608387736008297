//! Iceberg's `FileWrite` into an object.

use async_trait::async_trait;
use aws_sdk_s3::types::CompletedPart;
use bytes::{Bytes, BytesMut};
use iceberg::Result;
use iceberg::io::FileWrite;
use tokio::task::JoinHandle;

use super::storage::storage_error;
use super::upload::{Target, Upload};
use crate::failure::{Cause, Failure};

/// Bytes of a part. Of an object that is being written, this much is collected while as much is sent; S3 takes 10,000
/// parts, so that an object holds 78 GiB at most.
const PART_BYTES: usize = 8 * 1024 * 1024;

/// An object that is being written. It is there once [`FileWrite::close`] has succeeded; dropped before, or failed, its
/// upload is given up.
#[derive(Debug)]
pub(crate) struct ObjectWriter {
    target: Target,
    buffer: BytesMut,
    upload: Option<Upload>,
    parts: Vec<CompletedPart>,
    in_flight: Option<JoinHandle<std::result::Result<CompletedPart, Failure>>>,
    is_closed: bool,
}

impl ObjectWriter {
    pub(crate) fn new(target: Target) -> Self {
        let (upload, parts, in_flight) = (None, Vec::new(), None);
        Self { target, buffer: BytesMut::new(), upload, parts, in_flight, is_closed: false }
    }

    async fn take(&mut self, bytes: Bytes) -> std::result::Result<(), Failure> {
        if self.is_closed {
            return Err(Failure::new(Cause::Other, "the file is closed"));
        }
        let mut rest = bytes;
        while self.buffer.len() + rest.len() >= PART_BYTES {
            let fits = rest.split_to(PART_BYTES - self.buffer.len());
            self.buffer.extend_from_slice(&fits);
            let part = self.buffer.split().freeze();
            self.send(part).await?;
        }
        self.buffer.extend_from_slice(&rest);
        Ok(())
    }

    /// Sends a part, once the one before has arrived.
    async fn send(&mut self, bytes: Bytes) -> std::result::Result<(), Failure> {
        self.settle().await?;
        let upload = match &self.upload {
            Some(upload) => upload.clone(),
            None => {
                let target = self.target.clone();
                let started = self.target.session.run(async move { target.start().await }).await?;
                self.upload.insert(started).clone()
            }
        };
        let number = i32::try_from(self.parts.len() + 1).unwrap_or(i32::MAX);
        let part = self.target.session.runtime().spawn(async move { upload.part(number, bytes).await })?;
        self.in_flight = Some(part);
        Ok(())
    }

    async fn settle(&mut self) -> std::result::Result<(), Failure> {
        if let Some(part) = self.in_flight.take() {
            self.parts.push(part.await.map_err(std::io::Error::other)??);
        }
        Ok(())
    }

    async fn finish(&mut self) -> std::result::Result<(), Failure> {
        if self.is_closed {
            return Err(Failure::new(Cause::Other, "the file is closed"));
        }
        let last = self.buffer.split().freeze();
        if self.upload.is_none() {
            let target = self.target.clone();
            return self.target.session.run(async move { target.put(last).await }).await;
        }
        if !last.is_empty() {
            self.send(last).await?;
        }
        self.settle().await?;
        let (upload, parts) = (self.upload.clone(), std::mem::take(&mut self.parts));
        let Some(upload) = upload else { return Ok(()) };
        self.target.session.run(async move { upload.complete(parts).await }).await?;
        // Completed: there is nothing to give up.
        self.upload = None;
        Ok(())
    }

    /// Gives up the upload, if there is one, and waits for it where a caller waits.
    async fn abort(&mut self) {
        self.is_closed = true;
        if let Some(part) = self.in_flight.take() {
            // A part that arrives after the upload was given up would stay behind.
            drop(part.await);
        }
        if let Some(upload) = self.upload.take() {
            let aborted = self.target.session.run(async move {
                upload.abort().await;
                Ok(())
            });
            drop(aborted.await);
        }
    }
}

#[async_trait]
impl FileWrite for ObjectWriter {
    async fn write(&mut self, bytes: Bytes) -> Result<()> {
        let Err(failure) = self.take(bytes).await else { return Ok(()) };
        self.abort().await;
        Err(storage_error("write", &self.target.at.to_string(), failure))
    }

    async fn close(&mut self) -> Result<()> {
        let finished = self.finish().await;
        self.is_closed = true;
        let Err(failure) = finished else { return Ok(()) };
        self.abort().await;
        Err(storage_error("write", &self.target.at.to_string(), failure))
    }
}

impl Drop for ObjectWriter {
    fn drop(&mut self) {
        let (part, Some(upload)) = (self.in_flight.take(), self.upload.take()) else { return };
        let abort = async move {
            if let Some(part) = part {
                drop(part.await);
            }
            upload.abort().await;
        };
        // Nobody waits: a runtime that ends first leaves the parts to the bucket's lifecycle rule.
        drop(self.target.session.runtime().spawn(abort));
    }
}
