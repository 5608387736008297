//! Rows on their way into data files: encoded at once, or buffered until they can be grouped.

use arrow_array::RecordBatch;

use crate::data_files::DataFiles;
use crate::grouping::RowBuffer;
use crate::row_group::{MAX_ROWS, RowGroupEncoder};
use crate::write_target::WriteTarget;
use crate::{LoadError, Progress};

/// Writes rows of one thread into data files that threads share.
pub(crate) struct RowWriter<'a> {
    target: &'a WriteTarget<'a>,
    files: &'a DataFiles<'a>,
    /// Bytes that may be held in a row group or in rows to be grouped.
    worker_bytes: usize,
    progress: &'a dyn Progress,
    rows: Rows<'a>,
}

enum Rows<'a> {
    Encoded(Option<RowGroupEncoder<'a>>),
    Buffered(RowBuffer<'a>),
}

impl<'a> RowWriter<'a> {
    pub(crate) fn new(
        target: &'a WriteTarget<'a>,
        files: &'a DataFiles<'a>,
        worker_bytes: usize,
        progress: &'a dyn Progress,
    ) -> Self {
        let rows = if target.partitioner.is_none() && target.sort.is_empty() {
            Rows::Encoded(None)
        } else {
            Rows::Buffered(RowBuffer::new(target.partitioner.as_ref(), &target.sort))
        };
        Self { target, files, worker_bytes, progress, rows }
    }

    /// Takes rows of the table's schema.
    pub(crate) fn write(&mut self, batch: RecordBatch) -> Result<(), LoadError> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        match &mut self.rows {
            Rows::Encoded(slot) => {
                let mut encoder = match slot.take() {
                    Some(encoder) => encoder,
                    None => self.target.encoders.encoder()?,
                };
                encoder.write(&batch)?;
                if encoder.rows() + batch.num_rows() > MAX_ROWS || encoder.memory_size() >= self.worker_bytes {
                    self.files.append(None, encoder.finish()?)?;
                } else {
                    *slot = Some(encoder);
                }
                Ok(())
            }
            Rows::Buffered(buffer) => {
                buffer.push(batch)?;
                if buffer.bytes() >= self.worker_bytes {
                    flush(self.target, self.files, self.progress, buffer)
                } else {
                    Ok(())
                }
            }
        }
    }

    /// Hands over what is held.
    pub(crate) fn finish(self) -> Result<(), LoadError> {
        match self.rows {
            Rows::Encoded(None) => Ok(()),
            Rows::Encoded(Some(encoder)) => self.files.append(None, encoder.finish()?),
            Rows::Buffered(mut buffer) => flush(self.target, self.files, self.progress, &mut buffer),
        }
    }
}

/// Groups the buffered rows and writes a row group for each partition.
fn flush(
    target: &WriteTarget<'_>,
    files: &DataFiles<'_>,
    progress: &dyn Progress,
    buffer: &mut RowBuffer<'_>,
) -> Result<(), LoadError> {
    if buffer.is_empty() {
        return Ok(());
    }
    for group in buffer.groups()? {
        if progress.is_stopped() {
            return Err(LoadError::Stopped);
        }
        let mut encoder = target.encoders.encoder()?;
        for chunk in &group.chunks {
            encoder.write(&buffer.take(chunk)?)?;
        }
        let key = match (&target.partitioner, &group.partition) {
            (Some(partitioner), Some(values)) => Some(partitioner.key(values)?),
            _ => None,
        };
        files.append(key, encoder.finish()?)?;
    }
    buffer.clear();
    Ok(())
}
