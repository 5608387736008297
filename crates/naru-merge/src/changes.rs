//! What a run changes, and where its rows come from.

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use arrow_select::interleave::interleave_record_batch;

/// Rows that are gathered into one batch.
const CHUNK_ROWS: usize = 65_536;

/// What became of a run's rows and of the rows that they met.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MergeCounts {
    /// Keys that the table did not have; under `scd2`, new versions.
    pub inserted: u64,
    /// Keys whose row was replaced; under `scd2`, versions that ended or moved.
    pub updated: u64,
    /// Keys that a row deleted.
    pub deleted: u64,
    /// Rows that the table has already.
    pub unchanged: u64,
    /// Rows older than the table's.
    pub older: u64,
    /// Data files that were written anew.
    pub rewritten_files: u64,
    /// Rows that delete files of this run take away.
    pub position_deletes: u64,
}

impl MergeCounts {
    /// Adds those of other keys.
    pub fn add(&mut self, other: &Self) {
        self.inserted += other.inserted;
        self.updated += other.updated;
        self.deleted += other.deleted;
        self.unchanged += other.unchanged;
        self.older += other.older;
        self.rewritten_files += other.rewritten_files;
        self.position_deletes += other.position_deletes;
    }
}

/// What tells whether a run may bring back what others deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeletionCounts {
    /// Keys that are inserted, and that the table does not have.
    pub unseen: u64,
    /// Keys whose last row deletes, whether or not the table has them.
    pub deleting: u64,
}

impl DeletionCounts {
    /// Adds those of other keys.
    pub fn add(&mut self, other: Self) {
        self.unseen += other.unseen;
        self.deleting += other.deleting;
    }
}

/// What changes.
#[derive(Debug, Default)]
pub struct Changes {
    /// Indices of the matches that are no longer part of the table.
    pub gone: Vec<usize>,
    /// New rows of the run's interval.
    pub own: Vec<RecordBatch>,
    /// Rows of other intervals that are written again.
    pub others: Vec<RecordBatch>,
    /// What became of the rows.
    pub counts: MergeCounts,
    /// Under `merge` only.
    pub deletions: DeletionCounts,
}

/// A row: the batch of the pool, and the row in it.
pub type Place = (usize, usize);

/// Batches of the table's schema, of the run and of the table.
pub struct Pool {
    /// All of one schema.
    pub batches: Vec<RecordBatch>,
}

impl Pool {
    /// Rows by their batch and row, in batches of bounded size.
    ///
    /// # Errors
    /// Rows that Arrow cannot gather.
    pub fn take(&self, places: &[Place]) -> Result<Vec<RecordBatch>, ArrowError> {
        let batches: Vec<&RecordBatch> = self.batches.iter().collect();
        places.chunks(CHUNK_ROWS).map(|chunk| interleave_record_batch(&batches, chunk)).collect()
    }
}
