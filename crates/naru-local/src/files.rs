//! All files below a directory, for maintenance.

use std::fs;
use std::io;
use std::path::Path;

use async_trait::async_trait;
use naru_lake::{FileLister, LakeError, LakeErrorKind, StoredFile};

use crate::location::{location_to_path, path_to_location};

/// Lists directories. Links are not followed, and not listed.
#[derive(Debug, Clone, Copy, Default)]
pub struct DirectoryFiles;

#[async_trait]
impl FileLister for DirectoryFiles {
    async fn list(&self, prefix: &str) -> Result<Vec<StoredFile>, LakeError> {
        let mut files = Vec::new();
        let path = location_to_path(prefix)?;
        collect(&path, &mut files).map_err(|error| {
            LakeError::new(LakeErrorKind::Storage, "cannot list a table's files")
                .with("directory", path.display())
                .because(error)
        })?;
        Ok(files)
    }
}

fn collect(directory: &Path, files: &mut Vec<StoredFile>) -> io::Result<()> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let metadata = match entry.metadata() {
            // A writer has given it its name, or has deleted it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            metadata => metadata?,
        };
        if metadata.is_dir() {
            collect(&entry.path(), files)?;
        } else if metadata.is_file()
            && let Ok(location) = path_to_location(&entry.path())
        {
            files.push(StoredFile { location, size_bytes: metadata.len(), modified: metadata.modified()? });
        }
    }
    Ok(())
}
