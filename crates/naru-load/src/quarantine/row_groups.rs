//! Rows that several workers hand over, encoded into data files with bounded memory.

use std::sync::{Mutex, MutexGuard};

use arrow_array::RecordBatch;
use naru_lake::DataFile;

use crate::LoadError;
use crate::data_files::DataFiles;
use crate::row_group::{MAX_ROWS, RowGroupEncoder};
use crate::write_target::WriteTarget;

/// Data files of an unpartitioned, unsorted table: one row group at a time, whoever hands over its rows.
pub(crate) struct RowGroups<'a> {
    target: &'a WriteTarget<'a>,
    files: DataFiles<'a>,
    encoder: Mutex<Option<RowGroupEncoder<'a>>>,
    /// Bytes that the row group may hold.
    memory_bytes: usize,
}

impl<'a> RowGroups<'a> {
    pub(crate) fn new(target: &'a WriteTarget<'a>, memory_bytes: usize) -> Self {
        Self { target, files: DataFiles::new(target), encoder: Mutex::new(None), memory_bytes }
    }

    /// Appends rows: all columns but `load_interval`.
    pub(crate) fn write(&self, batch: &RecordBatch) -> Result<(), LoadError> {
        let rows = self.target.rows(batch)?;
        let mut slot = self.lock();
        let mut encoder = match slot.take() {
            Some(encoder) => encoder,
            None => self.target.encoders.encoder()?,
        };
        encoder.write(&rows)?;
        if encoder.rows() + rows.num_rows() > MAX_ROWS || encoder.memory_size() >= self.memory_bytes {
            return self.files.append(None, encoder.finish()?);
        }
        *slot = Some(encoder);
        Ok(())
    }

    /// Closes what is open; all files.
    pub(crate) fn finish(self) -> Result<Vec<DataFile>, LoadError> {
        if let Some(encoder) = self.lock().take() {
            self.files.append(None, encoder.finish()?)?;
        }
        self.files.finish()
    }

    /// Deletes what was written.
    pub(crate) fn abandon(self) {
        let target = self.target;
        target.delete(self.files.abandon().iter());
    }

    fn lock(&self) -> MutexGuard<'_, Option<RowGroupEncoder<'a>>> {
        self.encoder.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
