//! Files that are whole and durable, or not there: temporary name, fsync, rename, fsync of the directory.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
#[cfg(target_os = "linux")]
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

#[cfg(target_os = "linux")]
use rustix::fs::Advice;

static NEXT: AtomicU64 = AtomicU64::new(0);

/// Bytes of a file after which the disk begins to write them: the sync at the end waits for the rest alone.
const WRITTEN_BEHIND: u64 = 8 << 20;

/// A file being written under a temporary name. Dropped before [`Self::publish`], it leaves nothing behind.
#[derive(Debug)]
pub(crate) struct PendingFile {
    file: File,
    temporary: PathBuf,
    path: PathBuf,
    is_published: bool,
    /// Bytes so far, and how many of them the disk was told to write.
    size: u64,
    told: u64,
}

impl PendingFile {
    /// Starts a file, with the directories it is in.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let directory = parent(path)?;
        create_directories(directory)?;
        let temporary = directory.join(temporary_name());
        let file = OpenOptions::new().write(true).create_new(true).open(&temporary)?;
        Ok(Self { file, temporary, path: path.into(), is_published: false, size: 0, told: 0 })
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.size += bytes.len() as u64;
        if self.size - self.told >= WRITTEN_BEHIND {
            begin_to_write(&self.file, self.told, self.size - self.told);
            self.told = self.size;
        }
        Ok(())
    }

    /// Gives the file its name, in place of one that has it. When this returns, the file survives a power loss.
    pub(crate) fn publish(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.temporary, &self.path)?;
        self.is_published = true;
        sync_directory(parent(&self.path)?)
    }
}

impl Drop for PendingFile {
    fn drop(&mut self) {
        if !self.is_published {
            // Nothing names it, and its own name is one that listings pass over.
            drop(fs::remove_file(&self.temporary));
        }
    }
}

/// Has the disk begin to write a part of a file, and waits for nothing. Linux does so for what it is told will not be needed,
/// and keeps in its cache what is not written yet (`posix_fadvise(2)`). Only a hint: the sync at the end tells of errors.
#[cfg(target_os = "linux")]
fn begin_to_write(file: &File, start: u64, bytes: u64) {
    let _ = rustix::fs::fadvise(file, start, NonZeroU64::new(bytes), Advice::DontNeed);
}

#[cfg(not(target_os = "linux"))]
fn begin_to_write(_: &File, _: u64, _: u64) {}

/// Makes a directory and those it is in, each durable in the one above.
pub(crate) fn create_directories(directory: &Path) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    let above = parent(directory)?;
    create_directories(above)?;
    match fs::create_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && directory.is_dir() => Ok(()),
        Err(error) => Err(error),
        Ok(()) => sync_directory(above),
    }
}

fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

fn parent(path: &Path) -> io::Result<&Path> {
    path.parent().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path has no directory"))
}

fn temporary_name() -> String {
    let nanoseconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().subsec_nanos();
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!(".naru-{}-{number}-{nanoseconds}.tmp", std::process::id())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_file_has_its_name_only_when_it_is_whole() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a/b/file");
        let mut file = PendingFile::create(&path).unwrap();
        file.write(b"half").unwrap();
        assert!(!path.exists());
        file.write(b" and half").unwrap();
        file.publish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"half and half");
        assert_eq!(names(path.parent().unwrap()), ["file"]);
    }

    #[test]
    fn a_dropped_file_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        let mut file = PendingFile::create(&root.path().join("file")).unwrap();
        file.write(b"half").unwrap();
        drop(file);
        assert_eq!(names(root.path()), Vec::<String>::new());
    }
}
