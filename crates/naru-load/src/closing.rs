//! Files that are closed beside the work on others. Closing waits for storage, which takes hardly any processor: a file is
//! synced to disk, or sent to a bucket.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Scope, ScopedJoinHandle};

use iceberg::spec::Struct;

use crate::LoadError;
use crate::data_files::{DataFiles, MOST_CLOSING};
use crate::semaphore::Semaphore;

/// Closes the files of partitions, some at a time.
pub(crate) struct Closing<'f> {
    files: &'f DataFiles<'f>,
    free: Semaphore,
    has_failed: AtomicBool,
}

impl<'f> Closing<'f> {
    pub(crate) fn new(files: &'f DataFiles<'f>) -> Self {
        Self { files, free: Semaphore::new(MOST_CLOSING), has_failed: AtomicBool::new(false) }
    }

    /// Whether a file could not be closed: other work is in vain.
    pub(crate) fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Relaxed)
    }

    /// Begins to close a partition's file, once few enough are being closed.
    pub(crate) fn begin<'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        partition: &'scope Option<Struct>,
    ) -> ScopedJoinHandle<'scope, Result<(), LoadError>> {
        let permit = self.free.acquire();
        scope.spawn(move || {
            let closed = self.files.close(partition);
            self.has_failed.fetch_or(closed.is_err(), Ordering::Relaxed);
            drop(permit);
            closed
        })
    }
}
