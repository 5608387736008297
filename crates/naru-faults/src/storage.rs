//! A storage whose calls are counted and may fail.

use std::fmt;
use std::io;
use std::ops::Range;
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

use crate::faults::Fate;
use crate::{Call, Fault, Faults};

/// A `FileIO` that fails as `faults` says, over another.
pub(crate) fn file_io(inner: FileIO, faults: Faults) -> FileIO {
    FileIOBuilder::new(Arc::new(FaultyStorage { inner, faults })).build()
}

#[derive(Clone, Serialize, Deserialize)]
struct FaultyStorage {
    #[serde(skip, default = "FileIO::new_with_memory")]
    inner: FileIO,
    #[serde(skip)]
    faults: Faults,
}

impl fmt::Debug for FaultyStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultyStorage").field("faults", &self.faults).finish_non_exhaustive()
    }
}

#[typetag::serde]
impl StorageFactory for FaultyStorage {
    fn build(&self, _config: &StorageConfig) -> Result<Arc<dyn Storage>> {
        Ok(Arc::new(self.clone()))
    }
}

#[async_trait]
#[typetag::serde]
impl Storage for FaultyStorage {
    async fn exists(&self, path: &str) -> Result<bool> {
        meet(&self.faults, Call::Read, self.inner.exists(path)).await
    }

    async fn metadata(&self, path: &str) -> Result<FileMetadata> {
        let file = self.inner.new_input(path)?;
        meet(&self.faults, Call::Read, file.metadata()).await
    }

    async fn read(&self, path: &str) -> Result<Bytes> {
        let file = self.inner.new_input(path)?;
        meet(&self.faults, Call::Read, file.read()).await
    }

    async fn reader(&self, path: &str) -> Result<Box<dyn FileRead>> {
        let file = self.inner.new_input(path)?;
        let inner = meet(&self.faults, Call::Read, file.reader()).await?;
        Ok(Box::new(FaultyReader { inner, faults: self.faults.clone() }))
    }

    async fn write(&self, path: &str, bytes: Bytes) -> Result<()> {
        let file = self.inner.new_output(path)?;
        match self.faults.meet(Call::Write) {
            Fate::Passed => file.write(bytes).await,
            Fate::Last => {
                file.write(bytes).await?;
                self.faults.end()
            }
            Fate::Half => {
                let mut writer = file.writer().await?;
                writer.write(bytes.slice(..bytes.len() / 2)).await?;
                self.faults.end()
            }
            Fate::Wrong(fault) => Err(failed(fault)),
        }
    }

    async fn writer(&self, path: &str) -> Result<Box<dyn FileWrite>> {
        let file = self.inner.new_output(path)?;
        let inner = meet(&self.faults, Call::Open, file.writer()).await?;
        Ok(Box::new(FaultyWriter { inner, faults: self.faults.clone() }))
    }

    async fn delete(&self, path: &str) -> Result<()> {
        meet(&self.faults, Call::Delete, self.inner.delete(path)).await
    }

    async fn delete_prefix(&self, path: &str) -> Result<()> {
        meet(&self.faults, Call::Delete, self.inner.delete_prefix(path)).await
    }

    async fn delete_stream(&self, mut paths: BoxStream<'static, String>) -> Result<()> {
        while let Some(path) = paths.next().await {
            self.delete(&path).await?;
        }
        Ok(())
    }

    fn new_input(&self, path: &str) -> Result<InputFile> {
        Ok(InputFile::new(Arc::new(self.clone()), path.into()))
    }

    fn new_output(&self, path: &str) -> Result<OutputFile> {
        Ok(OutputFile::new(Arc::new(self.clone()), path.into()))
    }
}

struct FaultyReader {
    inner: Box<dyn FileRead>,
    faults: Faults,
}

#[async_trait]
impl FileRead for FaultyReader {
    async fn read(&self, range: Range<u64>) -> Result<Bytes> {
        meet(&self.faults, Call::Read, self.inner.read(range)).await
    }
}

struct FaultyWriter {
    inner: Box<dyn FileWrite>,
    faults: Faults,
}

#[async_trait]
impl FileWrite for FaultyWriter {
    async fn write(&mut self, bytes: Bytes) -> Result<()> {
        match self.faults.meet(Call::Write) {
            Fate::Passed => self.inner.write(bytes).await,
            Fate::Last => {
                self.inner.write(bytes).await?;
                self.faults.end()
            }
            Fate::Half => {
                self.inner.write(bytes.slice(..bytes.len() / 2)).await?;
                self.faults.end()
            }
            Fate::Wrong(fault) => Err(failed(fault)),
        }
    }

    async fn close(&mut self) -> Result<()> {
        meet(&self.faults, Call::Close, self.inner.close()).await
    }
}

/// A call that is done whole or not at all. A future that is dropped has done nothing.
async fn meet<T>(faults: &Faults, call: Call, work: impl Future<Output = Result<T>>) -> Result<T> {
    match faults.meet(call) {
        Fate::Passed => work.await,
        Fate::Last | Fate::Half => {
            work.await?;
            faults.end()
        }
        Fate::Wrong(fault) => Err(failed(fault)),
    }
}

/// The errors that a directory gives.
fn failed(fault: Fault) -> Error {
    let (kind, text) = match fault {
        Fault::DiskFull => (io::ErrorKind::StorageFull, "the disk is full; free some space and run again"),
        _ => (io::ErrorKind::Other, "the disk reported an error"),
    };
    Error::new(ErrorKind::Unexpected, text).with_source(io::Error::from(kind))
}
