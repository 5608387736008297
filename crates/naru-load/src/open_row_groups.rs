//! Row groups of some partitions that one thread fills side by side.

use std::collections::HashMap;

use arrow_array::RecordBatch;
use iceberg::spec::Struct;

use crate::LoadError;
use crate::data_files::DataFiles;
use crate::row_group::{MAX_ROWS, RowGroupEncoder};
use crate::write_target::WriteTarget;

/// What a row group takes while it is filled, in bytes: a page of each column, and what is compressed already.
const BYTES_OF_A_ROW_GROUP: usize = 2 << 20;
const MOST_ROW_GROUPS: usize = 32;

/// Row groups of the partitions that came first, as many as memory allows.
pub(crate) struct OpenRowGroups<'a> {
    target: &'a WriteTarget<'a>,
    files: &'a DataFiles<'a>,
    /// Bytes that they may hold together.
    memory_bytes: usize,
    most: usize,
    /// None: the partition's last one is written.
    open: HashMap<Option<Struct>, Option<RowGroupEncoder<'a>>>,
}

impl<'a> OpenRowGroups<'a> {
    pub(crate) fn new(target: &'a WriteTarget<'a>, files: &'a DataFiles<'a>, memory_bytes: usize) -> Self {
        let most = (memory_bytes / BYTES_OF_A_ROW_GROUP).clamp(1, MOST_ROW_GROUPS);
        Self { target, files, memory_bytes, most, open: HashMap::new() }
    }

    /// Whether the partition is one of those that came first; from here on it is, if there is room for it.
    pub(crate) fn takes(&mut self, partition: &Option<Struct>) -> bool {
        if self.open.len() < self.most {
            self.open.entry(partition.clone()).or_default();
        }
        self.open.contains_key(partition)
    }

    /// Writes rows of a partition that it [takes](Self::takes).
    pub(crate) fn write(&mut self, partition: &Option<Struct>, rows: &RecordBatch) -> Result<(), LoadError> {
        let slot = self.open.entry(partition.clone()).or_default();
        let mut encoder = match slot.take() {
            Some(encoder) => encoder,
            None => self.target.encoders.encoder()?,
        };
        encoder.write(rows)?;
        if encoder.rows() + rows.num_rows() > MAX_ROWS {
            return self.files.append(partition.clone(), encoder.finish()?);
        }
        *slot = Some(encoder);
        while self.size() > self.memory_bytes {
            self.end_largest()?;
        }
        Ok(())
    }

    /// Writes what is open.
    pub(crate) fn finish(self) -> Result<(), LoadError> {
        for (partition, encoder) in self.open {
            if let Some(encoder) = encoder {
                self.files.append(partition, encoder.finish()?)?;
            }
        }
        Ok(())
    }

    fn size(&self) -> usize {
        self.open.values().flatten().map(RowGroupEncoder::memory_size).sum()
    }

    fn end_largest(&mut self) -> Result<(), LoadError> {
        let size = |encoder: &Option<RowGroupEncoder<'_>>| encoder.as_ref().map_or(0, RowGroupEncoder::memory_size);
        let largest = self.open.iter_mut().max_by_key(|(_, encoder)| size(encoder));
        match largest.and_then(|(partition, encoder)| Some((partition.clone(), encoder.take()?))) {
            Some((partition, encoder)) => self.files.append(partition, encoder.finish()?),
            None => Err(LoadError::internal("row groups take memory, and none is open")),
        }
    }
}
