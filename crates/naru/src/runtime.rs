//! Runs a future to its end on this thread: small runs need no thread pool.

use std::future::Future;

/// Runs a future to its end.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    futures::executor::block_on(future)
}
