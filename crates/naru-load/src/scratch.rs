//! Temporary files of a run.

use std::fs::{self, DirBuilder};
use std::path::{Path, PathBuf};

/// A directory of its own below the system's for temporary files, which this user alone may read. It goes with this
/// value.
#[derive(Debug)]
pub(crate) struct ScratchDirectory(PathBuf);

impl ScratchDirectory {
    pub(crate) fn create() -> std::io::Result<Self> {
        let directory = std::env::temp_dir().join(format!("naru-{}", uuid::Uuid::new_v4().simple()));
        create_private(&directory)?;
        Ok(Self(directory))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for ScratchDirectory {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(directory = %self.0.display(), %error, "temporary files stay behind");
        }
    }
}

#[cfg(unix)]
fn create_private(directory: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    DirBuilder::new().mode(0o700).create(directory)
}

#[cfg(not(unix))]
fn create_private(directory: &Path) -> std::io::Result<()> {
    DirBuilder::new().create(directory)
}
