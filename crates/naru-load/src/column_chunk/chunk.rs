//! A finished chunk.

use std::io::Write;

use bytes::Bytes;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::file::writer::SerializedRowGroupWriter;

/// A column's chunk, encoded and compressed, not yet in a file.
pub(crate) struct EncodedChunk {
    pub(super) bytes: Bytes,
    pub(super) close: ColumnCloseResult,
}

impl EncodedChunk {
    /// Writes it as the row group's next column.
    pub(crate) fn append_to<W: Write + Send>(self, row_group: &mut SerializedRowGroupWriter<'_, W>) -> Result<()> {
        row_group.append_column(&self.bytes, self.close)
    }
}
