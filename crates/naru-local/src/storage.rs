//! Iceberg's `Storage` over directories.

use std::fs::{self, File};
use std::io::{self, ErrorKind as IoKind};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use iceberg::io::{
    FileIO, FileIOBuilder, FileMetadata, FileRead, FileWrite, InputFile, OutputFile, Storage, StorageConfig,
    StorageFactory,
};
use iceberg::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

use crate::durable::PendingFile;
use crate::location::location_to_path;

/// Storage in directories, by `file://` locations ([`crate::location`]). A file that is written is durable when the call
/// returns, and never there in part: not even after a power loss.
///
/// Calls block the thread while the disk works.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct DirectoryStorage;

/// Makes [`DirectoryStorage`]s.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct DirectoryStorageFactory;

/// A `FileIO` over directories.
pub fn directory_file_io() -> FileIO {
    FileIOBuilder::new(Arc::new(DirectoryStorageFactory)).build()
}

#[typetag::serde]
impl StorageFactory for DirectoryStorageFactory {
    fn build(&self, _config: &StorageConfig) -> Result<Arc<dyn Storage>> {
        Ok(Arc::new(DirectoryStorage))
    }
}

#[async_trait]
#[typetag::serde]
impl Storage for DirectoryStorage {
    async fn exists(&self, location: &str) -> Result<bool> {
        path(location)?.try_exists().map_err(|e| failed("look for", location, e))
    }

    async fn metadata(&self, location: &str) -> Result<FileMetadata> {
        let metadata = fs::metadata(path(location)?).map_err(|e| failed("read", location, e))?;
        Ok(FileMetadata { size: metadata.len() })
    }

    async fn read(&self, location: &str) -> Result<Bytes> {
        fs::read(path(location)?).map(Bytes::from).map_err(|e| failed("read", location, e))
    }

    async fn reader(&self, location: &str) -> Result<Box<dyn FileRead>> {
        let file = File::open(path(location)?).map_err(|e| failed("read", location, e))?;
        Ok(Box::new(Reader { file, location: location.into() }))
    }

    async fn write(&self, location: &str, bytes: Bytes) -> Result<()> {
        let write = |path: PathBuf| {
            let mut file = PendingFile::create(&path)?;
            file.write(&bytes)?;
            file.publish()
        };
        write(path(location)?).map_err(|e| failed("write", location, e))
    }

    async fn writer(&self, location: &str) -> Result<Box<dyn FileWrite>> {
        let file = PendingFile::create(&path(location)?).map_err(|e| failed("write", location, e))?;
        Ok(Box::new(Writer { file: Some(file), location: location.into() }))
    }

    async fn delete(&self, location: &str) -> Result<()> {
        match fs::remove_file(path(location)?) {
            Err(error) if error.kind() != IoKind::NotFound => Err(failed("delete", location, error)),
            _ => Ok(()),
        }
    }

    async fn delete_prefix(&self, location: &str) -> Result<()> {
        let path = path(location)?;
        if !path.is_dir() {
            return Ok(());
        }
        match fs::remove_dir_all(path) {
            Err(error) if error.kind() != IoKind::NotFound => Err(failed("delete", location, error)),
            _ => Ok(()),
        }
    }

    async fn delete_stream(&self, mut locations: BoxStream<'static, String>) -> Result<()> {
        while let Some(location) = locations.next().await {
            self.delete(&location).await?;
        }
        Ok(())
    }

    fn new_input(&self, location: &str) -> Result<InputFile> {
        Ok(InputFile::new(Arc::new(*self), location.into()))
    }

    fn new_output(&self, location: &str) -> Result<OutputFile> {
        Ok(OutputFile::new(Arc::new(*self), location.into()))
    }
}

#[derive(Debug)]
struct Reader {
    file: File,
    location: String,
}

#[async_trait]
impl FileRead for Reader {
    async fn read(&self, range: Range<u64>) -> Result<Bytes> {
        let length = range.end.checked_sub(range.start).and_then(|length| usize::try_from(length).ok());
        let Some(length) = length else {
            return Err(failed("read", &self.location, io::Error::new(IoKind::InvalidInput, "the range is not one")));
        };
        let mut buffer = vec![0; length];
        self.file.read_exact_at(&mut buffer, range.start).map_err(|e| failed("read", &self.location, e))?;
        Ok(Bytes::from(buffer))
    }
}

#[derive(Debug)]
struct Writer {
    file: Option<PendingFile>,
    location: String,
}

#[async_trait]
impl FileWrite for Writer {
    async fn write(&mut self, bytes: Bytes) -> Result<()> {
        let result = match &mut self.file {
            Some(file) => file.write(&bytes),
            None => Err(io::Error::other("the file is closed")),
        };
        result.map_err(|e| failed("write", &self.location, e))
    }

    async fn close(&mut self) -> Result<()> {
        let result = match self.file.take() {
            Some(file) => file.publish(),
            None => Err(io::Error::other("the file is closed")),
        };
        result.map_err(|e| failed("write", &self.location, e))
    }
}

fn path(location: &str) -> Result<PathBuf> {
    location_to_path(location).map_err(|e| Error::new(ErrorKind::DataInvalid, e.to_string()))
}

/// An error that names the file, what went wrong and what to do.
fn failed(doing: &str, location: &str, error: io::Error) -> Error {
    let (kind, reason) = match error.kind() {
        IoKind::NotFound => (ErrorKind::DataInvalid, "it does not exist"),
        IoKind::UnexpectedEof => (ErrorKind::DataInvalid, "it is shorter than it should be"),
        IoKind::StorageFull => (ErrorKind::Unexpected, "the disk is full; free some space and run again"),
        IoKind::FileTooLarge => (
            ErrorKind::Unexpected,
            "no file may be that large; raise the limit (ulimit -f), or lower @target_file_size",
        ),
        IoKind::QuotaExceeded => (ErrorKind::Unexpected, "the disk quota is used up; free some space and run again"),
        IoKind::ReadOnlyFilesystem => (ErrorKind::Unexpected, "the file system is read-only"),
        IoKind::PermissionDenied => (ErrorKind::Unexpected, "permission denied; check the directory's owner and mode"),
        IoKind::InvalidFilename => (ErrorKind::Unexpected, "the file system does not allow such a name"),
        _ => (ErrorKind::Unexpected, "the disk reported an error"),
    };
    Error::new(kind, format!("cannot {doing} {location}: {reason}")).with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_to_do() {
        let message = |kind| failed("write", "file:///lake/f", io::Error::from(kind)).message().to_string();
        insta::assert_snapshot!(message(IoKind::StorageFull), @"cannot write file:///lake/f: the disk is full; free some space and run again");
        insta::assert_snapshot!(message(IoKind::ReadOnlyFilesystem), @"cannot write file:///lake/f: the file system is read-only");
        insta::assert_snapshot!(message(IoKind::PermissionDenied), @"cannot write file:///lake/f: permission denied; check the directory's owner and mode");
    }
}
