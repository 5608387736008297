//! Where the rows that do not fit go.

use naru_decode::{Block, Kernel, Reject};

use crate::LoadError;

/// Takes the rejected rows of a load, from several workers.
pub(crate) trait RejectSink: Sync {
    /// Takes the rejected rows of a block.
    fn add(&self, rejected: RejectedBlock<'_>) -> Result<(), LoadError>;
}

/// The rejected rows of a block.
#[derive(Clone, Copy)]
pub(crate) struct RejectedBlock<'a> {
    pub(crate) kernel: &'a Kernel,
    pub(crate) block: &'a Block,
    /// URI of the source.
    pub(crate) location: &'a str,
    /// At least one, by row.
    pub(crate) rejects: &'a [Reject],
}
