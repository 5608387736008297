//! Work on a thread with a deep stack.
//!
//! Parsers, visitors and planners recurse as deep as the SQL nests, and a chain of ten thousand `OR`s nests that deep.
//! The stack is address space only: what is not used costs nothing.

use std::thread;

use crate::QueryError;

/// Bytes of stack; enough for [`crate::parse::MAX_TOKENS`].
pub(crate) const STACK_BYTES: usize = 512 * 1024 * 1024;

/// Runs `work` on a deep stack. A panic inside (Polars panics on some odd SQL) becomes [`QueryError::Unsupported`].
pub(crate) fn run<T: Send>(work: impl FnOnce() -> Result<T, QueryError> + Send) -> Result<T, QueryError> {
    thread::scope(|scope| {
        let handle = thread::Builder::new()
            .name("query-plan".into())
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, work)
            .map_err(QueryError::Write)?;
        handle.join().unwrap_or_else(|_| Err(QueryError::panicked()))
    })
}
