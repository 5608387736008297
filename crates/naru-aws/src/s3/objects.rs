//! Requests about single objects and listings. The expected owner is named on each.

use std::ops::Range;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use bytes::{Bytes, BytesMut};

use super::location::S3Location;
use crate::failure::{Cause, Failure};
use crate::session::AwsSession;

/// How often a body is asked for when it breaks off: the SDK retries only until the answer begins.
const BODY_ATTEMPTS: u32 = 3;

/// What S3 says of an object.
#[derive(Debug, Clone)]
pub(crate) struct ObjectInfo {
    pub(crate) key: String,
    pub(crate) size_bytes: u64,
    pub(crate) etag: String,
    /// In whole seconds, as `HEAD` says it.
    pub(crate) modified: SystemTime,
}

pub(crate) async fn head(session: &AwsSession, at: &S3Location) -> Result<ObjectInfo, Failure> {
    let request = session.s3().head_object().bucket(&at.bucket).key(&at.key).expected_bucket_owner(session.owner());
    let head = request.send().await?;
    Ok(ObjectInfo {
        key: at.key.clone(),
        size_bytes: size(head.content_length()),
        etag: head.e_tag().unwrap_or_default().into(),
        modified: time(head.last_modified()),
    })
}

/// Reads an object or a range of it, of the version with this etag if there is one. Bytes that are fewer than asked for
/// are an error.
pub(crate) async fn get(
    session: &AwsSession,
    at: &S3Location,
    range: Option<Range<u64>>,
    etag: Option<&str>,
) -> Result<Bytes, Failure> {
    if range.as_ref().is_some_and(Range::is_empty) {
        return Ok(Bytes::new());
    }
    let mut attempt = 1;
    loop {
        let request = session.s3().get_object().bucket(&at.bucket).key(&at.key).expected_bucket_owner(session.owner());
        let range_header = range.as_ref().map(|range| format!("bytes={}-{}", range.start, range.end - 1));
        let response = request.set_range(range_header).set_if_match(etag.map(Into::into)).send().await?;
        let expected = range.as_ref().map(|range| range.end - range.start);
        match body(response).await {
            Ok(bytes) if expected.is_some_and(|expected| expected != bytes.len() as u64) => {
                return Err(Failure::new(Cause::OutOfRange, format!("{} bytes are there", bytes.len())));
            }
            Err(error) if attempt < BODY_ATTEMPTS && error.may_pass() => {
                tracing::debug!(object = %at, %error, "an object's body broke off; reading it again");
                tokio::time::sleep(Duration::from_millis(100 << attempt)).await;
                attempt += 1;
            }
            result => return result,
        }
    }
}

async fn body(mut response: GetObjectOutput) -> Result<Bytes, Failure> {
    let length = response.content_length().and_then(|length| usize::try_from(length).ok());
    let mut bytes = BytesMut::with_capacity(length.unwrap_or_default());
    let broken = |told: String| Failure::new(Cause::NoAnswer, told);
    while let Some(chunk) = response.body.next().await {
        bytes.extend_from_slice(&chunk.map_err(|error| broken(error.to_string()))?);
    }
    match length {
        Some(length) if length != bytes.len() => Err(broken(format!("{} of {length} bytes came", bytes.len()))),
        _ => Ok(bytes.freeze()),
    }
}

pub(crate) async fn delete(session: &AwsSession, at: &S3Location) -> Result<(), Failure> {
    let request = session.s3().delete_object().bucket(&at.bucket).key(&at.key).expected_bucket_owner(session.owner());
    match request.send().await.map_err(Failure::from) {
        Err(error) if error.cause != Cause::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// All objects whose keys begin with a prefix, in the order of their keys (UTF-8, as S3 lists them).
pub(crate) async fn list(session: &AwsSession, prefix: &S3Location) -> Result<Vec<ObjectInfo>, Failure> {
    let request = session.s3().list_objects_v2().bucket(&prefix.bucket).prefix(&prefix.key);
    let mut pages = request.expected_bucket_owner(session.owner()).into_paginator().send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        for object in page?.contents() {
            found.push(ObjectInfo {
                key: object.key().unwrap_or_default().into(),
                size_bytes: size(object.size()),
                etag: object.e_tag().unwrap_or_default().into(),
                modified: time(object.last_modified()),
            });
        }
    }
    Ok(found)
}

fn size(length: Option<i64>) -> u64 {
    length.and_then(|length| u64::try_from(length).ok()).unwrap_or_default()
}

fn time(modified: Option<&aws_sdk_s3::primitives::DateTime>) -> SystemTime {
    let seconds = modified.and_then(|time| u64::try_from(time.secs()).ok()).unwrap_or_default();
    UNIX_EPOCH + Duration::from_secs(seconds)
}
