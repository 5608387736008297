//! Work that waits for storage by itself.

use crate::side_by_side::join;

/// Does work that waits for storage by itself, on a thread of its own: an executor cannot run inside another.
pub(crate) fn off_the_executor<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| join(scope.spawn(work)))
}
