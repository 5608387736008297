//! Small files of a project: each appears under its name complete or not at all, whenever the process is killed.

use std::path::{Path, PathBuf};

use crate::error::CommandError;

/// Writes a file, and the directories that it needs, unless it is there; whether it was written.
///
/// # Errors
/// A directory or file that cannot be made.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<bool, CommandError> {
    if path.exists() {
        return Ok(false);
    }
    let parent = path.parent().unwrap_or(path);
    std::fs::create_dir_all(parent).map_err(|error| CommandError::io("create", parent, &error))?;
    put(path, bytes)?;
    Ok(true)
}

/// Puts `new` in the place of a file that holds `old`, and leaves any other alone: it is somebody's work.
///
/// # Errors
/// A file that cannot be read or written.
pub(crate) fn replace(path: &Path, old: &[u8], new: &[u8]) -> Result<(), CommandError> {
    let found = std::fs::read(path).map_err(|error| CommandError::io("read", path, &error))?;
    if found == old { put(path, new) } else { Ok(()) }
}

/// Writes a file, in place of one that is there, and the directories that it needs.
///
/// # Errors
/// A directory or file that cannot be made.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        std::fs::create_dir_all(parent).map_err(|error| CommandError::io("create", parent, &error))?;
    }
    put(path, bytes)
}

/// Under a name that ends in `.tmp`, which is no data, no definition and no job, then under its own.
fn put(path: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    let mut hidden = path.as_os_str().to_owned();
    hidden.push(".tmp");
    let hidden = PathBuf::from(hidden);
    std::fs::write(&hidden, bytes).map_err(|error| CommandError::io("write", path, &error))?;
    std::fs::rename(&hidden, path).map_err(|error| CommandError::io("write", path, &error))
}
