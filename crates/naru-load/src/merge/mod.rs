//! Modes `merge` and `scd2`: rows find the earlier rows of their keys.
//!
//! ```text
//!  staged rows ─▶ keys ─▶ files that may hold them ─▶ key columns ─▶ matches ─▶ their whole rows ─┐
//!    │                    (partitions, bounds)                                                     ▼
//!    └───────────────────────────────────────────────────────────────────────────────▶ resolve: what changes
//!                                                                                                  │
//!            commit ◀─ new rows, rewritten files, position deletes (by cost) ◀─────────────────────┘
//!               └─ others changed the same rows meanwhile: again from the matches, over the newest state
//! ```

mod columns;
mod earlier;
mod merged;
mod ranges;
mod search;
mod spill;
mod staging;
mod write;

pub(crate) use staging::{Staged, Staging};

use arrow_array::ArrayRef;
use futures::executor::block_on;
use naru_core::{LoadPlan, Mode};
use naru_lake::{Over, TableState};
use naru_merge::{Found, Place, Pool, Resolving, StagedBatch, StagedKeys, is_of_interval};

use crate::merge::columns::TableColumns;
use crate::merge::earlier::Earlier;
use crate::merge::merged::Merged;
use crate::merge::ranges::KeyRanges;
use crate::merge::search::{Searched, add_keys_of_interval, fetch, find};
use crate::merge::write::{Gone, take_away};
use crate::write_target::WriteTarget;
use crate::{LoadError, Progress};

/// Bounds of a merge.
#[derive(Clone, Copy)]
pub(crate) struct MergeBounds<'a> {
    /// Threads, at least 1.
    pub(crate) threads: usize,
    /// Bytes that rows on their way into files may take.
    pub(crate) worker_bytes: usize,
    /// Says whether to stop.
    pub(crate) progress: &'a dyn Progress,
}

/// The state that a merge looks into, and what it may take for never loaded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MergeBase {
    /// What the commit is made over.
    pub(crate) over: Over,
    /// The state from before the run's first execution, where its record tells.
    pub(crate) before_first: Option<Option<i64>>,
}

/// Finds out what a run's rows change in a state of the table, and writes it.
///
/// # Errors
/// `DuplicateKeys`, `KeyTwiceInTable`; the lake's. Nothing that was written is left then, as well as storage allows.
pub(crate) fn merge(
    plan: &LoadPlan,
    target: &WriteTarget<'_>,
    staged: &Staged,
    base: MergeBase,
    bounds: MergeBounds<'_>,
) -> Result<Merged, LoadError> {
    let table = target.table;
    let state_id = match base.over {
        Over::Base => table.snapshot_id(),
        Over::Earlier(id) => id,
    };
    let state = block_on(table.state(state_id))?;
    let columns = TableColumns::of(plan, table, &target.schema)?;
    let work = Work { plan, target, state: &state, columns: &columns, base, bounds };
    let mut merged = Merged::default();
    match work.all(staged, &mut merged) {
        Ok(()) => Ok(merged),
        Err(error) => {
            target.delete(merged.files.written());
            Err(error)
        }
    }
}

/// What all buckets are merged with.
struct Work<'a> {
    plan: &'a LoadPlan,
    target: &'a WriteTarget<'a>,
    state: &'a TableState,
    columns: &'a TableColumns,
    base: MergeBase,
    bounds: MergeBounds<'a>,
}

impl Work<'_> {
    /// Bucket by bucket; the files that lose rows are written last, since every bucket may take rows out of each.
    fn all(&self, staged: &Staged, merged: &mut Merged) -> Result<(), LoadError> {
        let mut gone = Gone::default();
        for bucket in 0..staged.buckets() {
            staged.with_bucket(bucket, |batches| {
                self.bucket(batches, |keys| staged.are_of(bucket, keys), merged, &mut gone)
            })?;
        }
        let how = (self.plan.merge.write, self.bounds.threads);
        take_away(gone, self.target.table, how, (&mut merged.files, &mut merged.counts))
    }

    fn bucket(
        &self,
        staged: &[StagedBatch],
        are_of_bucket: impl Fn(&[ArrayRef]) -> Result<Vec<bool>, LoadError>,
        merged: &mut Merged,
        gone: &mut Gone,
    ) -> Result<(), LoadError> {
        let Self { plan, target, state, columns, base, bounds } = self;
        let (table, threads) = (target.table, bounds.threads);
        let StagedKeys { mut index, columns: mut keys, numbers } = columns.roles.index(staged)?;
        let interval = plan.interval.start.timestamp_micros();

        let loaded = Searched::of(table, state, |file| file.may_hold_interval(columns.load_interval_id, interval))?;
        let readers = loaded.open(table, threads)?;
        let (key, load_interval) = (columns.roles.key_schema(), &columns.interval_schema);
        let of_run = (columns.load_interval_id, interval);
        let reloaded =
            add_keys_of_interval(&loaded, &readers, &mut index, (key, load_interval), of_run, are_of_bucket)?;
        let has_void = !reloaded.is_empty();
        keys.extend(reloaded);
        drop(readers);

        let ranges = KeyRanges::of(table, &columns.key_ids, &keys);
        let searched = Searched::of(table, state, |file| ranges.may_hold(file))?;
        let readers = searched.open(table, threads)?;
        let matches = find(&searched, &readers, &index, &ranges, key, threads)?;
        if bounds.progress.is_stopped() {
            return Err(LoadError::Stopped);
        }
        let fetched = fetch(&readers, &matches, &target.schema, threads)?;
        drop(readers);
        let is_void = is_of_interval(&fetched.batches, &fetched.places, interval);
        let earlier = match base.before_first.filter(|_| has_void && plan.mode == Mode::Merge) {
            Some(snapshot) => {
                let state = (table, snapshot, interval);
                Earlier::find(state, &index, &ranges, columns, (&target.schema, threads))?
            }
            None => Earlier::default(),
        };

        let mut pool = Pool { batches: staged.iter().map(|batch| batch.rows.clone()).collect() };
        let offset = |places: &[Place], by: usize| -> Vec<Place> {
            places.iter().map(|(batch, row)| (batch + by, *row)).collect()
        };
        let places = offset(&fetched.places, pool.batches.len());
        pool.batches.extend(fetched.batches);
        let earlier_places = offset(&earlier.places, pool.batches.len());
        pool.batches.extend(earlier.batches);

        let resolving = Resolving { plan, columns: &columns.roles, staged, index: &index, numbers: &numbers };
        let match_keys: Vec<u32> = matches.iter().map(|found| found.key).collect();
        let found = Found { keys: &match_keys, places: &places, is_void: &is_void };
        let earlier: Vec<(u32, Place)> = earlier.keys.into_iter().zip(earlier_places).collect();
        let changes = match plan.mode {
            Mode::Scd2 => resolving.versions(&found, &pool, &target.schema)?,
            _ => resolving.rows(&found, &earlier, &pool)?,
        };
        merged.files.write_rows(&changes, target, *bounds)?;
        merged.counts.add(&changes.counts);
        merged.deletions.add(changes.deletions);
        merged.add_keys(ranges.extremes());
        gone.add(&changes, &matches, &searched);
        Ok(())
    }
}
