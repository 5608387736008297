//! One demo at a time in a directory: two would see each other's definitions in the middle of their steps.

use std::fs::{File, TryLockError};
use std::path::Path;

use crate::error::{CommandError, Exit};

/// Claims the directory for as long as the file is kept; the system gives it back when the process ends, however it ends.
///
/// # Errors
/// Another demo is at work in the directory (try again later); a lock that cannot be had.
pub(crate) fn in_directory(root: &Path) -> Result<File, CommandError> {
    let hidden = root.join(".naru");
    std::fs::create_dir_all(&hidden).map_err(|error| CommandError::io("create", &hidden, &error))?;
    let path = hidden.join("demo.lock");
    let opened = File::options().create(true).truncate(false).write(true).open(&path);
    let file = opened.map_err(|error| CommandError::io("open", &path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let message = format!("another demo is at work in {}", root.display());
            Err(CommandError::failed(message)
                .with_exit(Exit::TryAgainLater)
                .hint("run the same command again when it has ended"))
        }
        Err(TryLockError::Error(error)) => Err(CommandError::io("lock", &path, &error)),
    }
}
