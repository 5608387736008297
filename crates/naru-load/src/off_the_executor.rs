//! Work that waits for storage by itself.

/// Does work that waits for storage by itself, on a thread of its own: an executor cannot run inside another.
pub(crate) fn off_the_executor<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| match scope.spawn(work).join() {
        Ok(done) => done,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}
