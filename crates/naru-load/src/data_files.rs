//! The data files of one run, shared by the workers.
//!
//! At most [`MAX_OPEN`] files are open: the one that waited longest is closed for the next. A file is closed at the
//! table's target size.
//!
//! Closing waits for storage, so that others are closed and encoded meanwhile: a file that is synced to disk, or sent to a
//! bucket, takes no processor.

use std::collections::VecDeque;
use std::sync::Mutex;

use iceberg::spec::Struct;
use naru_lake::DataFile;

use crate::LoadError;
use crate::data_file_writer::DataFileWriter;
use crate::row_group::EncodedRowGroup;
use crate::side_by_side::side_by_side;
use crate::write_target::WriteTarget;

/// Most files open at once.
const MAX_OPEN: usize = 64;
/// Files that may be closed at the same time.
pub(crate) const MOST_CLOSING: usize = 8;

/// The data files of one run.
pub(crate) struct DataFiles<'a> {
    target: &'a WriteTarget<'a>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Least recently used first.
    open: VecDeque<(Option<Struct>, DataFileWriter)>,
    closed: Vec<DataFile>,
}

impl<'a> DataFiles<'a> {
    pub(crate) fn new(target: &'a WriteTarget<'a>) -> Self {
        Self { target, state: Mutex::new(State::default()) }
    }

    /// Appends a row group to the partition's open file; a sorted one makes a file of its own.
    pub(crate) fn append(&self, partition: Option<Struct>, group: EncodedRowGroup) -> Result<(), LoadError> {
        let mut state = self.lock();
        let sorted = !self.target.sort.is_empty();
        let mut writer = match state.open.iter().position(|(key, _)| *key == partition).filter(|_| !sorted) {
            Some(position) => match state.open.remove(position) {
                Some((_, writer)) => writer,
                None => return Err(LoadError::internal("an open file is gone")),
            },
            None => DataFileWriter::create(self.target, self.target.next_file(), partition.clone(), sorted)?,
        };
        writer.append(group)?;
        if sorted || writer.size_bytes() >= self.target.target_file_size_bytes {
            drop(state);
            return self.close_file(writer);
        }
        state.open.push_back((partition, writer));
        if state.open.len() > MAX_OPEN
            && let Some((_, oldest)) = state.open.pop_front()
        {
            drop(state);
            return self.close_file(oldest);
        }
        Ok(())
    }

    /// Closes the partition's open file, if there is one.
    pub(crate) fn close(&self, partition: &Option<Struct>) -> Result<(), LoadError> {
        let mut state = self.lock();
        let position = state.open.iter().position(|(key, _)| key == partition);
        let Some((_, writer)) = position.and_then(|position| state.open.remove(position)) else { return Ok(()) };
        drop(state);
        self.close_file(writer)
    }

    /// Closes what is open; all files of the run. On an error, files that were closed before are deleted.
    pub(crate) fn finish(self) -> Result<Vec<DataFile>, LoadError> {
        let open = std::mem::take(&mut self.lock().open);
        let all_closed = side_by_side(MOST_CLOSING, open, |(_, writer)| self.close_file(writer));
        let target = self.target;
        let closed = self.abandon();
        match all_closed {
            Ok(_) => Ok(closed),
            Err(error) => {
                target.delete(closed.iter());
                Err(error)
            }
        }
    }

    /// The files that are durable, of a run that failed.
    pub(crate) fn abandon(self) -> Vec<DataFile> {
        self.state.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()).closed
    }

    /// Other workers need not wait for it: the state is not locked meanwhile.
    fn close_file(&self, writer: DataFileWriter) -> Result<(), LoadError> {
        let file = writer.close(self.target)?;
        self.lock().closed.push(file);
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
