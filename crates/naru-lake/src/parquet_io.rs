//! Parquet over Iceberg's storage: opening a file of a table, writing one.

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use iceberg::arrow::ArrowFileReader;
use iceberg::io::FileWrite;
use parquet::arrow::async_reader::ParquetRecordBatchStreamBuilder;
use parquet::arrow::async_writer::AsyncFileWriter;
use parquet::errors::ParquetError;

use crate::error::{LakeError, LakeErrorKind, is_transient};
use crate::table::LakeTable;

/// Rows that are read at a time.
pub(crate) const BATCH_ROWS: usize = 8192;

/// A Parquet file of a table, with its footer read.
pub(crate) async fn open(
    table: &LakeTable,
    location: &str,
) -> Result<ParquetRecordBatchStreamBuilder<ArrowFileReader>, LakeError> {
    let failed = |e| LakeError::storage("read a file of the table", location, e);
    let input = table.file_io().new_input(location).map_err(failed)?;
    let size = input.metadata().await.map_err(failed)?;
    let reader = ArrowFileReader::new(size, input.reader().await.map_err(failed)?);
    ParquetRecordBatchStreamBuilder::new(reader).await.map_err(|e| unreadable(location, e))
}

/// A file that is there, and is not the Parquet that it should be.
pub(crate) fn unreadable(location: &str, error: ParquetError) -> LakeError {
    failed(LakeErrorKind::InvalidMetadata, "cannot read a file of the table", location, error)
}

/// A file that could not be written.
pub(crate) fn unwritable(location: &str, error: ParquetError) -> LakeError {
    failed(LakeErrorKind::Storage, "cannot write a file of the table", location, error)
}

/// Parquet's error, of this kind unless storage says that it passes.
fn failed(kind: LakeErrorKind, message: &str, location: &str, error: ParquetError) -> LakeError {
    let kind = if is_transient(&error) { LakeErrorKind::Unavailable } else { kind };
    LakeError::new(kind, message).with("file", location).because(error)
}

/// Iceberg's output as Parquet's.
pub(crate) struct Output(Box<dyn FileWrite>);

impl Output {
    /// Opens a new file; nothing of it is visible before the writer is finished.
    pub(crate) async fn create(table: &LakeTable, location: &str) -> Result<Self, LakeError> {
        let failed = |e| LakeError::storage("write a file of the table", location, e);
        let output = table.file_io().new_output(location).map_err(failed)?;
        Ok(Self(output.writer().await.map_err(failed)?))
    }
}

impl AsyncFileWriter for Output {
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, parquet::errors::Result<()>> {
        async move { self.0.write(bytes).await.map_err(|e| ParquetError::External(Box::new(e))) }.boxed()
    }

    fn complete(&mut self) -> BoxFuture<'_, parquet::errors::Result<()>> {
        async move { self.0.close().await.map_err(|e| ParquetError::External(Box::new(e))) }.boxed()
    }
}
