//! The port to the landing: where sources drop their files.

use std::fmt;
use std::io::Read;
use std::time::SystemTime;

use async_trait::async_trait;

use crate::error::LakeError;

/// Lists and reads landed files. Never writes.
#[async_trait]
pub trait LandingStore: fmt::Debug + Send + Sync {
    /// The files below a prefix, at any depth, in the order of their locations; empty if there is no such prefix.
    ///
    /// Left out are files and directories whose names start with `.` or `_`, and names that end in `.tmp` (still being
    /// written) or `.ctl` (control files).
    async fn list(&self, prefix: &str) -> Result<Vec<LandedFile>, LakeError>;

    /// The file of this location, also one that a listing leaves out; none if there is no such file.
    async fn find(&self, location: &str) -> Result<Option<LandedFile>, LakeError>;

    /// Opens a file for reading from its start, if it still is the one that was listed with this etag. `NotFound` if it
    /// is gone, `Conflict` if it is another by now.
    ///
    /// A store that notices either while the file is read fails that read; the [`std::io::Error`] holds such an error.
    async fn open(&self, location: &str, etag: &str) -> Result<Box<dyn Read + Send>, LakeError>;
}

/// A landed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LandedFile {
    /// URI.
    pub location: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// When it was last written.
    pub modified: SystemTime,
    /// Changes when the content may have changed: an ETag, or size and modification time.
    pub etag: String,
}

/// Whether a file or directory of this name is left out of a listing.
pub fn is_hidden(name: &str) -> bool {
    name.starts_with(['.', '_']) || name.ends_with(".tmp") || name.ends_with(".ctl")
}
