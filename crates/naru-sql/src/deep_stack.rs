//! Work on a thread with a deep stack.
//!
//! Parsers, visitors and planners recurse as deep as the SQL nests, and a chain of ten thousand `OR`s nests that deep.
//! The stack is address space only: what is not used costs nothing.

use std::thread;

use crate::SqlError;

/// Bytes of stack; enough for the greatest number of tokens that a query may have.
pub const STACK_BYTES: usize = 512 * 1024 * 1024;

/// Runs `work` on a deep stack.
///
/// # Errors
/// Those of `work`; a panic inside (Polars panics on some odd SQL) becomes [`SqlError::Unsupported`]; [`SqlError::Thread`].
pub fn run<T: Send, E: From<SqlError> + Send>(work: impl FnOnce() -> Result<T, E> + Send) -> Result<T, E> {
    thread::scope(|scope| {
        let handle = thread::Builder::new()
            .name("query-plan".into())
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, work)
            .map_err(SqlError::Thread)?;
        handle.join().unwrap_or_else(|_| Err(SqlError::panicked().into()))
    })
}
