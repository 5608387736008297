//! One data file: encoded row groups go in, Iceberg's description of the file comes out.

use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;

use bytes::Bytes;
use futures::executor::block_on;
use iceberg::io::{FileWrite, OutputFile};
use iceberg::spec::Struct;
use naru_lake::{DataFile, WrittenFile};
use parquet::arrow::ArrowSchemaConverter;
use parquet::file::writer::SerializedFileWriter;

use crate::LoadError;
use crate::row_group::EncodedRowGroup;
use crate::write_target::WriteTarget;

/// Bytes that are gathered before storage is called.
const BUFFER_BYTES: usize = 1024 * 1024;

/// A data file being written. Nothing of it is visible under its name before [`Self::close`] returns.
pub(crate) struct DataFileWriter {
    writer: SerializedFileWriter<StorageSink>,
    location: String,
    partition: Option<Struct>,
    nan_counts: HashMap<i32, u64>,
    sorted: bool,
}

impl DataFileWriter {
    /// Opens a file; `sorted` says that its rows will be in the table's sort order.
    pub(crate) fn create(
        target: &WriteTarget<'_>,
        number: usize,
        partition: Option<Struct>,
        sorted: bool,
    ) -> Result<Self, LoadError> {
        let name = format!("{}-{number:05}.parquet", target.file_prefix);
        let location = target.table.data_location(partition.as_ref(), &name)?;
        let output = target.lake.file_io().new_output(&location).map_err(LoadError::write)?;
        let schema = ArrowSchemaConverter::new().convert(&target.schema)?;
        let sink = StorageSink { output, file: None, buffer: Vec::with_capacity(BUFFER_BYTES) };
        let writer = SerializedFileWriter::new(sink, schema.root_schema_ptr(), Arc::clone(&target.properties))?;
        Ok(Self { writer, location, partition, nan_counts: HashMap::new(), sorted })
    }

    /// Appends a row group.
    pub(crate) fn append(&mut self, group: EncodedRowGroup) -> Result<(), LoadError> {
        let mut row_group = self.writer.next_row_group()?;
        for chunk in group.chunks {
            chunk.append_to(&mut row_group)?;
        }
        row_group.close()?;
        for (field_id, count) in group.nan_counts.counts() {
            *self.nan_counts.entry(*field_id).or_default() += count;
        }
        Ok(())
    }

    /// Bytes so far.
    pub(crate) fn size_bytes(&self) -> u64 {
        self.writer.bytes_written() as u64
    }

    /// Writes the footer, makes the file durable, and describes it.
    pub(crate) fn close(mut self, target: &WriteTarget<'_>) -> Result<DataFile, LoadError> {
        let metadata = self.writer.finish()?;
        let size_bytes = self.writer.bytes_written() as u64;
        self.writer.inner_mut().close()?;
        let sorted = self.sorted && !target.sort.is_empty();
        Ok(target.table.data_file(WrittenFile {
            location: self.location,
            size_bytes,
            partition: self.partition.unwrap_or_else(Struct::empty),
            parquet: &metadata,
            nan_counts: &self.nan_counts,
            sorted,
        })?)
    }
}

/// A [`Write`] over iceberg's storage. The storage's futures need no runtime of the caller's.
///
/// Storage is called when the buffer is full or the file is closed, so that all of a small file's waiting is in its close.
struct StorageSink {
    output: OutputFile,
    file: Option<Box<dyn FileWrite>>,
    buffer: Vec<u8>,
}

impl StorageSink {
    fn close(&mut self) -> Result<(), LoadError> {
        self.send().and_then(|()| block_on(self.file()?.close())).map_err(LoadError::write)
    }

    fn send(&mut self) -> iceberg::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let full = std::mem::replace(&mut self.buffer, Vec::with_capacity(BUFFER_BYTES));
        block_on(self.file()?.write(Bytes::from(full)))
    }

    fn file(&mut self) -> iceberg::Result<&mut dyn FileWrite> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(block_on(self.output.writer())?),
        };
        Ok(file.as_mut())
    }
}

impl Write for StorageSink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BUFFER_BYTES {
            self.send().map_err(std::io::Error::other)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
