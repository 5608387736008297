//! An embedded lake: one directory.
//!
//! ```text
//! <directory>/catalog.db          the catalog
//! <directory>/<bucket>/…          what a bucket would hold on AWS
//! ```

use std::path::{Path, PathBuf};
use std::sync::Arc;

use naru_lake::{Lake, LakeError, LakeErrorKind};

use crate::durable::create_directories;
use crate::location::path_to_location;
use crate::sqlite::SqlitePointer;
use crate::storage::directory_file_io;

/// Name of the catalog's file in a lake's directory.
pub const CATALOG_FILE: &str = "catalog.db";

/// An embedded lake: a directory with a SQLite catalog, and directories for buckets.
#[derive(Debug, Clone)]
pub struct EmbeddedLake {
    directory: PathBuf,
    location: String,
    lake: Lake,
}

impl EmbeddedLake {
    /// Opens the lake in a directory, and makes it where there is none.
    ///
    /// # Errors
    /// `InvalidInput` for a path that locations cannot say; `Denied`, `Storage`, the catalog's.
    pub fn init(directory: &Path) -> Result<Self, LakeError> {
        let directory = std::path::absolute(directory).map_err(|e| failed("make a lake in", directory, e))?;
        create_directories(&directory).map_err(|e| failed("make a lake in", &directory, e))?;
        let (directory, location) = resolve(&directory)?;
        let pointer = SqlitePointer::create(&directory.join(CATALOG_FILE))?;
        refuse_moved(&pointer, &directory)?;
        Ok(Self { directory, location, lake: Lake::new(Arc::new(pointer), directory_file_io()) })
    }

    /// Opens the lake in a directory.
    ///
    /// # Errors
    /// `NotFound` if there is none, and as [`Self::init`].
    pub fn open(directory: &Path) -> Result<Self, LakeError> {
        let not_a_lake = || {
            LakeError::new(LakeErrorKind::NotFound, "there is no lake in the directory; make one with `naru init`")
                .with("directory", directory.display())
        };
        if !directory.join(CATALOG_FILE).is_file() {
            return Err(not_a_lake());
        }
        let (directory, location) = resolve(directory)?;
        let pointer = SqlitePointer::open(&directory.join(CATALOG_FILE))?;
        refuse_moved(&pointer, &directory)?;
        Ok(Self { directory, location, lake: Lake::new(Arc::new(pointer), directory_file_io()) })
    }

    /// The lake.
    pub fn lake(&self) -> &Lake {
        &self.lake
    }

    /// Its directory: absolute, links resolved.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The location of a bucket, without a trailing slash.
    pub fn bucket_location(&self, bucket: &str) -> String {
        format!("{}/{bucket}", self.location)
    }
}

/// Iceberg's files name each other by absolute paths: a copy of a lake would write into the original.
fn refuse_moved(pointer: &SqlitePointer, directory: &Path) -> Result<(), LakeError> {
    match pointer.location_outside(directory)? {
        None => Ok(()),
        Some(elsewhere) => Err(LakeError::new(
            LakeErrorKind::Refused,
            "the lake was moved or copied, and its tables still name their files where they were; move it back, or load it anew",
        )
        .with("lake", directory.display())
        .with("a table's metadata", elsewhere)),
    }
}

fn resolve(directory: &Path) -> Result<(PathBuf, String), LakeError> {
    let directory = directory.canonicalize().map_err(|e| failed("open the lake in", directory, e))?;
    let location = path_to_location(&directory)?;
    Ok((directory, location))
}

fn failed(doing: &str, directory: &Path, error: std::io::Error) -> LakeError {
    let kind = match error.kind() {
        std::io::ErrorKind::PermissionDenied => LakeErrorKind::Denied,
        _ => LakeErrorKind::Storage,
    };
    LakeError::new(kind, format!("cannot {doing} a directory")).with("directory", directory.display()).because(error)
}
