//! The landing as directories.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::time::UNIX_EPOCH;

use async_trait::async_trait;
use naru_lake::landing::is_hidden;
use naru_lake::{LakeError, LakeErrorKind, LandedFile, LandingStore};

use crate::location::{location_to_path, path_to_location};

/// Landed files in directories, by `file://` locations. A file's etag is its size and its modification time.
#[derive(Debug, Clone, Copy, Default)]
pub struct DirectoryLanding;

#[async_trait]
impl LandingStore for DirectoryLanding {
    async fn list(&self, prefix: &str) -> Result<Vec<LandedFile>, LakeError> {
        let mut files = Vec::new();
        collect(&location_to_path(prefix)?, &mut files)?;
        files.sort_by(|a, b| a.location.cmp(&b.location));
        Ok(files)
    }

    async fn find(&self, location: &str) -> Result<Option<LandedFile>, LakeError> {
        landed_file(&location_to_path(location)?)
    }

    async fn open(&self, location: &str, etag: &str) -> Result<Box<dyn Read + Send>, LakeError> {
        let failed_here = |e| failed("read a landed file", location, e);
        let file = File::open(location_to_path(location)?).map_err(failed_here)?;
        if etag_of(&file.metadata().map_err(failed_here)?).map_err(failed_here)? != etag {
            let message = "a landed file is another than the one that was listed";
            return Err(LakeError::new(LakeErrorKind::Conflict, message).with("location", location));
        }
        Ok(Box::new(file))
    }
}

fn collect(directory: &Path, files: &mut Vec<LandedFile>) -> Result<(), LakeError> {
    let failed_here = |e| failed("list landed files", &directory.display().to_string(), e);
    let entries = match fs::read_dir(directory) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(()),
        entries => entries.map_err(failed_here)?,
    };
    for entry in entries {
        let entry = entry.map_err(failed_here)?;
        if entry.file_name().to_str().is_some_and(is_hidden) {
            continue;
        }
        let path = entry.path();
        // A link to a file is followed; a link to a directory, which may lead in a circle, is not.
        if entry.file_type().map_err(failed_here)?.is_dir() {
            collect(&path, files)?;
            continue;
        }
        match landed_file(&path)? {
            Some(file) => files.push(file),
            None if fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink()) => {
                return Err(LakeError::new(LakeErrorKind::Unavailable, "a landed link leads to nothing")
                    .with("link", path.display()));
            }
            // Gone since it was listed.
            None => {}
        }
    }
    Ok(())
}

/// The file at a path; none if there is none (it has gone since it was listed, or is a link to nothing).
fn landed_file(path: &Path) -> Result<Option<LandedFile>, LakeError> {
    let failed_here = |e| failed("look at a landed file", &path.display().to_string(), e);
    let metadata = match fs::metadata(path) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        metadata => metadata.map_err(failed_here)?,
    };
    if !metadata.is_file() {
        return Ok(None);
    }
    let modified = metadata.modified().map_err(failed_here)?;
    let etag = etag_of(&metadata).map_err(failed_here)?;
    Ok(Some(LandedFile { location: path_to_location(path)?, size_bytes: metadata.len(), modified, etag }))
}

fn etag_of(metadata: &Metadata) -> io::Result<String> {
    let since_epoch = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(format!("{}-{}", metadata.len(), since_epoch.as_nanos()))
}

fn failed(doing: &str, what: &str, error: io::Error) -> LakeError {
    let (kind, reason) = match error.kind() {
        io::ErrorKind::NotFound => (LakeErrorKind::NotFound, ": it does not exist"),
        io::ErrorKind::PermissionDenied => (LakeErrorKind::Denied, ": permission denied"),
        _ => (LakeErrorKind::Storage, ""),
    };
    LakeError::new(kind, format!("cannot {doing}{reason}")).with("location", what).because(error)
}
