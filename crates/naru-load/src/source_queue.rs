//! Hands out blocks of whole records from the interval's files to the workers.
//!
//! A worker that asks takes the first open file that no other worker is reading; else it opens the next file; else it
//! waits for an open one. So many small files are read side by side, one large file is shared, and no more files are
//! open than there are workers.

use std::io::Read;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use futures::executor::block_on;
use naru_core::plan::SourceFile;
use naru_decode::{Block, BlockReader, Kernel, Trailer};
use naru_lake::{LakeErrorKind, LandingStore};

use crate::pipeline::BlockSupply;
use crate::{LoadError, Progress};

type Input<'a> = CountingReader<'a>;

struct OpenSource<'a> {
    index: usize,
    blocks: Mutex<Option<BlockReader<&'a Kernel, Input<'a>>>>,
    bytes_read: Arc<AtomicU64>,
}

/// The interval's files, as one supply of blocks.
pub(crate) struct SourceQueue<'a> {
    kernel: &'a Kernel,
    sources: &'a [SourceFile],
    store: &'a dyn LandingStore,
    progress: &'a dyn Progress,
    block_bytes: usize,
    state: Mutex<State<'a>>,
    stopped: AtomicBool,
}

struct State<'a> {
    next: usize,
    open: Vec<Arc<OpenSource<'a>>>,
    /// Trailer records of files that are read to their ends, with the files' positions.
    trailers: Vec<(usize, Trailer)>,
}

impl<'a> SourceQueue<'a> {
    pub(crate) fn new(
        kernel: &'a Kernel,
        sources: &'a [SourceFile],
        store: &'a dyn LandingStore,
        progress: &'a dyn Progress,
        block_bytes: usize,
    ) -> Self {
        let state = Mutex::new(State { next: 0, open: Vec::new(), trailers: Vec::new() });
        Self { kernel, sources, store, progress, block_bytes, state, stopped: AtomicBool::new(false) }
    }

    /// An open file that nobody reads, else the next file, else the first open one.
    fn pick(&self) -> Result<Option<Arc<OpenSource<'a>>>, LoadError> {
        let mut state = lock(&self.state);
        if let Some(idle) = state.open.iter().find(|source| source.blocks.try_lock().is_ok()) {
            return Ok(Some(Arc::clone(idle)));
        }
        if state.next < self.sources.len() {
            let source = Arc::new(self.open(state.next)?);
            state.next += 1;
            state.open.push(Arc::clone(&source));
            return Ok(Some(source));
        }
        Ok(state.open.first().cloned())
    }

    fn open(&self, index: usize) -> Result<OpenSource<'a>, LoadError> {
        let file = &self.sources[index];
        let input = block_on(self.store.open(&file.location, &file.etag)).map_err(|error| match error.kind() {
            LakeErrorKind::Conflict => {
                LoadError::SourceChanged { location: file.location.clone(), planned: file.size_bytes, read: 0 }
            }
            _ => LoadError::SourceGone { location: file.location.clone(), source: error },
        })?;
        let bytes_read = Arc::new(AtomicU64::new(0));
        let input = CountingReader { input, bytes_read: Arc::clone(&bytes_read), progress: self.progress };
        let blocks = BlockReader::new(self.kernel, input, file.compression, self.block_bytes)
            .map_err(|error| self.source_error(index, error))?;
        Ok(OpenSource { index, blocks: Mutex::new(Some(blocks)), bytes_read })
    }

    /// Takes a file that is read to its end off the list, once, and checks that it is the file that was planned.
    fn close(&self, source: &Arc<OpenSource<'a>>, trailer: Option<Trailer>) -> Result<(), LoadError> {
        let mut state = lock(&self.state);
        state.open.retain(|open| !Arc::ptr_eq(open, source));
        state.trailers.extend(trailer.map(|trailer| (source.index, trailer)));
        drop(state);
        let file = &self.sources[source.index];
        let read = source.bytes_read.load(Ordering::Relaxed);
        if read == file.size_bytes {
            Ok(())
        } else {
            Err(LoadError::SourceChanged { location: file.location.clone(), planned: file.size_bytes, read })
        }
    }

    fn source_error(&self, index: usize, error: naru_decode::SourceError) -> LoadError {
        LoadError::Source { location: self.sources[index].location.clone(), source: Box::new(error) }
    }
}

impl BlockSupply for SourceQueue<'_> {
    fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    fn next_block(&self, mut recycled: Option<Vec<u8>>) -> Result<Option<(usize, Block)>, LoadError> {
        loop {
            if self.stopped.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let Some(source) = self.pick()? else { return Ok(None) };
            let mut blocks = lock(&source.blocks);
            let Some(reader) = blocks.as_mut() else { continue };
            match reader.next_block(recycled.take()).map_err(|error| self.source_error(source.index, error))? {
                Some(block) => return Ok(Some((source.index, block))),
                None => {
                    let trailer = reader.trailer().cloned();
                    *blocks = None;
                    drop(blocks);
                    self.close(&source, trailer)?;
                }
            }
        }
    }

    fn take_trailers(&self) -> Vec<(usize, Trailer)> {
        std::mem::take(&mut lock(&self.state).trailers)
    }

    fn location(&self, source: usize) -> &str {
        &self.sources[source].location
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Counts what is read, for the progress and for the check of the file's size.
struct CountingReader<'a> {
    input: Box<dyn Read + Send>,
    bytes_read: Arc<AtomicU64>,
    progress: &'a dyn Progress,
}

impl Read for CountingReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.bytes_read.fetch_add(read as u64, Ordering::Relaxed);
        self.progress.read(read as u64);
        Ok(read)
    }
}
