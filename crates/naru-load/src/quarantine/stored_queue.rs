//! Hands out stored rows to the workers, as blocks of whole records.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow_array::RecordBatch;
use futures::executor::block_on;
use naru_decode::{Block, Kernel, RecordLayout, Trailer};

use super::reader::{RowReader, text};
use super::selection::{Selection, StoredColumns};
use crate::LoadError;
use crate::pipeline::BlockSupply;

/// Stored rows as one supply of blocks. Rows that are not decoded are passed over; the others are numbered from 1, in
/// their order.
pub(crate) struct StoredQueue<'a> {
    kernel: &'a Kernel,
    /// What the report calls the source.
    location: String,
    block_bytes: usize,
    state: Mutex<State<'a>>,
    stopped: AtomicBool,
}

struct State<'a> {
    reader: RowReader<'a>,
    selection: Selection<'a>,
    /// Rows that were read, and the next one of them.
    batch: Option<(RecordBatch, usize)>,
    next_number: u64,
}

impl<'a> StoredQueue<'a> {
    pub(crate) fn new(
        kernel: &'a Kernel,
        reader: RowReader<'a>,
        selection: Selection<'a>,
        location: String,
        block_bytes: usize,
    ) -> Self {
        let state = Mutex::new(State { reader, selection, batch: None, next_number: 1 });
        Self { kernel, location, block_bytes, state, stopped: AtomicBool::new(false) }
    }
}

impl BlockSupply for StoredQueue<'_> {
    fn next_block(&self, recycled: Option<Vec<u8>>) -> Result<Option<(usize, Block)>, LoadError> {
        if self.stopped.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let mut buffer = recycled.unwrap_or_default();
        buffer.clear();
        let mut state = self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let first = state.next_number;
        let layout = state.gather(&mut buffer, self.block_bytes)?;
        let records = state.next_number - first;
        Ok(layout.map(|layout| (0, self.kernel.block_of_records(&layout, buffer, records, first))))
    }

    fn location(&self, _source: usize) -> &str {
        &self.location
    }

    fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    fn take_trailers(&self) -> Vec<(usize, Trailer)> {
        Vec::new()
    }
}

impl State<'_> {
    /// Gathers records of one header until there are enough; their layout, or none at the end.
    fn gather(&mut self, buffer: &mut Vec<u8>, enough_bytes: usize) -> Result<Option<RecordLayout>, LoadError> {
        let mut common: Option<(String, RecordLayout)> = None;
        loop {
            let Self { reader, selection, batch: slot, next_number } = self;
            let (batch, start) = match slot.take() {
                Some(read) => read,
                None => match block_on(reader.next())? {
                    Some(batch) => (batch, 0),
                    None => return Ok(common.map(|(_, layout)| layout)),
                },
            };
            let columns = StoredColumns::of(&batch)?;
            let mut stopped_at = None;
            for row in start..batch.num_rows() {
                let Some((header, layout)) = selection.layout_of(&columns, row)? else { continue };
                if common.as_ref().is_some_and(|(known, _)| known != header) {
                    stopped_at = Some(row);
                    break;
                }
                common.get_or_insert_with(|| (header.into(), layout));
                let record = text(columns.record, row);
                buffer.extend_from_slice(record.as_bytes());
                *next_number += 1;
                // What has no line end of its own is the last of its block.
                if buffer.len() >= enough_bytes || !record.ends_with('\n') {
                    stopped_at = Some(row + 1);
                    break;
                }
            }
            if let Some(next) = stopped_at {
                *slot = Some((batch, next));
                return Ok(common.map(|(_, layout)| layout));
            }
        }
    }
}
