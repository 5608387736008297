//! Work on several items at a time.

use std::panic::resume_unwind;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::ScopedJoinHandle;

use crate::LoadError;

/// Does work on each item, several at a time; results in the order of the items. After an error no other item is begun.
pub(crate) fn side_by_side<T: Send, R: Send>(
    threads: usize,
    items: impl IntoIterator<Item = T, IntoIter: ExactSizeIterator + Send>,
    work: impl Fn(T) -> Result<R, LoadError> + Sync,
) -> Result<Vec<R>, LoadError> {
    let items = items.into_iter();
    let (threads, done) = (threads.min(items.len()), Mutex::new(Vec::with_capacity(items.len())));
    let next = Mutex::new(items.enumerate());
    let worker = || {
        loop {
            let Some((index, item)) = lock(&next).next() else { return };
            let result = work(item);
            if result.is_err() {
                lock(&next).by_ref().for_each(drop);
            }
            lock(&done).push((index, result));
        }
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(worker)).collect();
        worker();
        others.into_iter().for_each(join);
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

/// What a thread came to. A panic goes on in this one.
pub(crate) fn join<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
