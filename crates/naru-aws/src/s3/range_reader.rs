//! An object as a blocking `Read`: ranges, fetched ahead, pinned to one version of the object.
//!
//! ```text
//! thread that reads ◀─ current range ◀─ [range] [range]   tasks of the session's runtime
//! ```

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::mpsc::Receiver;

use bytes::{Buf, Bytes};

use super::landing::lake_error;
use super::location::S3Location;
use super::objects::{self, ObjectInfo};
use crate::failure::{Cause, Failure};
use crate::session::AwsSession;

/// Bytes of a range.
const RANGE_BYTES: u64 = 8 * 1024 * 1024;
/// Ranges that are fetched while one is read: at most 24 MiB of an object are in memory.
const RANGES_AHEAD: usize = 2;

type Range = Receiver<Result<Bytes, Failure>>;

pub(crate) struct RangeReader {
    session: AwsSession,
    at: S3Location,
    object: ObjectInfo,
    /// Where the next range to ask for begins.
    next: u64,
    ahead: VecDeque<Range>,
    current: Bytes,
    has_failed: bool,
}

impl RangeReader {
    pub(crate) fn new(session: AwsSession, at: S3Location, object: ObjectInfo) -> Self {
        Self { session, at, object, next: 0, ahead: VecDeque::new(), current: Bytes::new(), has_failed: false }
    }

    fn fetch_ahead(&mut self) -> io::Result<()> {
        while self.ahead.len() < RANGES_AHEAD && self.next < self.object.size_bytes {
            let end = self.object.size_bytes.min(self.next + RANGE_BYTES);
            let (range, session, at) = (self.next..end, self.session.clone(), self.at.clone());
            let etag = self.object.etag.clone();
            let task = async move { objects::get(&session, &at, Some(range), Some(&etag)).await };
            self.ahead.push_back(self.session.runtime().start_task(task)?);
            self.next = end;
        }
        Ok(())
    }

    fn failed(&mut self, failure: Failure) -> io::Error {
        // A caller that reads on would miss a range.
        self.has_failed = true;
        let kind = match failure.cause {
            Cause::NotFound => io::ErrorKind::NotFound,
            Cause::Denied | Cause::KeyUnusable => io::ErrorKind::PermissionDenied,
            _ => io::ErrorKind::Other,
        };
        io::Error::new(kind, lake_error("read a landed file", &self.at.to_string(), failure))
    }
}

impl Read for RangeReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.has_failed {
            return Err(io::Error::other("an earlier read of the file failed"));
        }
        if self.current.is_empty() {
            self.fetch_ahead()?;
            let Some(range) = self.ahead.pop_front() else { return Ok(0) };
            let ended = |_| Err(Failure::new(Cause::NoAnswer, "the request's task ended without an outcome"));
            self.current = range.recv().unwrap_or_else(ended).map_err(|failure| self.failed(failure))?;
            self.fetch_ahead()?;
        }
        let length = buffer.len().min(self.current.len());
        self.current.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}
