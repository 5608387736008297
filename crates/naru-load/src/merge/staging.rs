//! The rows of a run, held until it is known which of them change the table.

use std::sync::{Mutex, PoisonError};

use arrow_array::{Array, ArrayRef};
use arrow_schema::SchemaRef;
use naru_core::LoadPlan;
use naru_core::merge::staging;
use naru_core::plan::{SourceCompression, SourceFile};
use naru_decode::Decoded;
use naru_merge::{KeyBuckets, RunRows, StagedBatch};

use crate::LoadError;
use crate::merge::spill::Spill;

/// Collects decoded rows from all workers.
pub(crate) struct Staging {
    shape: RunRows,
    rows: StagedRows,
}

enum StagedRows {
    Memory(Mutex<Vec<StagedBatch>>),
    Disk(Spill),
}

/// All rows of a run, in buckets: the rows of one key are in one bucket.
pub(crate) struct Staged(StagedRows);

/// How much larger text is than its compressed file, about.
const EXPANSION: u64 = 5;

impl Staging {
    /// Keeps rows in memory where they take less than half of `memory_bytes`, as far as the sources' sizes tell; else on
    /// disk, in buckets of which each does.
    pub(crate) fn new(plan: &LoadPlan, schema: &SchemaRef, memory_bytes: u64) -> Result<Self, LoadError> {
        let shape = RunRows::new(plan, schema)?;
        let buckets = buckets_for(plan, memory_bytes);
        let rows = if buckets == 1 {
            StagedRows::Memory(Mutex::new(Vec::new()))
        } else {
            let key = plan.key().iter().map(|name| schema.index_of(name)).collect::<Result<Vec<_>, _>>()?;
            StagedRows::Disk(Spill::new(schema, KeyBuckets::new(schema, key, buckets)?))
        };
        Ok(Self { shape, rows })
    }

    /// Takes a block's rows.
    pub(crate) fn add(&self, (source, first_record): (usize, u64), decoded: &Decoded) -> Result<(), LoadError> {
        if decoded.batch.num_rows() == 0 {
            return Ok(());
        }
        let (rows, deletes) = self.shape.of(&decoded.batch)?;
        let mut rejected: Vec<u64> = decoded.rejects.iter().map(|reject| reject.row).collect();
        rejected.dedup();
        let staged = StagedBatch::of_block(source, (first_record, rejected), rows, deletes);
        match &self.rows {
            StagedRows::Memory(batches) => batches.lock().unwrap_or_else(PoisonError::into_inner).push(staged),
            StagedRows::Disk(spill) => spill.add(&staged)?,
        }
        Ok(())
    }

    /// All rows.
    pub(crate) fn finish(self) -> Result<Staged, LoadError> {
        if let StagedRows::Disk(spill) = &self.rows {
            spill.finish()?;
        }
        Ok(Staged(self.rows))
    }
}

impl Staged {
    /// Number of buckets, at least 1.
    pub(crate) fn buckets(&self) -> usize {
        match &self.0 {
            StagedRows::Memory(_) => 1,
            StagedRows::Disk(spill) => spill.keys.count(),
        }
    }

    /// Does something with the rows of a bucket, in the order of the sources.
    pub(crate) fn with_bucket<T>(
        &self,
        bucket: usize,
        work: impl FnOnce(&[StagedBatch]) -> Result<T, LoadError>,
    ) -> Result<T, LoadError> {
        let in_order = |batches: &mut Vec<StagedBatch>| batches.sort_by_key(|batch| (batch.source, batch.record(0)));
        match &self.0 {
            StagedRows::Memory(batches) => {
                let mut batches = batches.lock().unwrap_or_else(PoisonError::into_inner);
                in_order(&mut batches);
                work(&batches)
            }
            StagedRows::Disk(spill) => {
                let mut batches = spill.load(bucket)?;
                in_order(&mut batches);
                work(&batches)
            }
        }
    }

    /// Which of some keys, given by their columns, are of a bucket.
    pub(crate) fn are_of(&self, bucket: usize, keys: &[ArrayRef]) -> Result<Vec<bool>, LoadError> {
        match &self.0 {
            StagedRows::Memory(_) => Ok(vec![true; keys.first().map_or(0, |column| column.len())]),
            StagedRows::Disk(spill) => Ok(spill.keys.of(keys)?.into_iter().map(|of| of == bucket).collect()),
        }
    }
}

/// Buckets of which each takes less than half of the memory.
fn buckets_for(plan: &LoadPlan, memory_bytes: u64) -> usize {
    let expansion = |source: &SourceFile| if source.compression == SourceCompression::None { 1 } else { EXPANSION };
    let text = plan.sources.iter().map(|source| source.size_bytes.saturating_mul(expansion(source))).sum();
    usize::try_from(staging::Staging::of(plan.mode, text, memory_bytes).buckets).unwrap_or(1)
}
