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

mod changes;
mod incoming;
mod keys;
mod ranges;
mod resolve;
mod search;
mod spill;
mod staging;
mod versions;
mod write;

pub(crate) use changes::DeletionCounts;
pub use changes::MergeCounts;
pub(crate) use staging::{Staged, Staging, decoded_columns};

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{Schema, SchemaRef};
use futures::executor::block_on;
use iceberg::spec::Datum;
use naru_core::table_spec::{IS_CURRENT, LOAD_INTERVAL, VALID_FROM, VALID_TO};
use naru_core::{LoadPlan, Mode};
use naru_lake::{LakeTable, Over, RowDelta, TableState};

use crate::merge::changes::{Changes, Place, Pool};
use crate::merge::incoming::{Comparable, Incoming};
use crate::merge::keys::KeyIndex;
use crate::merge::ranges::KeyRanges;
use crate::merge::resolve::{Known, is_of_interval};
use crate::merge::search::{Match, Searched, add_keys_of_interval, fetch, find};
use crate::merge::staging::StagedBatch;
use crate::merge::versions::KnownVersions;
use crate::merge::write::{Gone, MergeFiles, take_away};
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

/// A merge that is ready to be committed.
#[derive(Default)]
pub(crate) struct Merged {
    pub(crate) files: MergeFiles,
    pub(crate) keys: Vec<(i32, Datum, Datum)>,
    pub(crate) counts: MergeCounts,
    pub(crate) deletions: DeletionCounts,
}

impl Merged {
    /// What the commit changes beside the files that it adds.
    pub(crate) fn delta(&self, over: Over) -> RowDelta {
        RowDelta {
            over,
            removed: self.files.removed.clone(),
            rewritten: self.files.rewritten.clone(),
            deletes: self.files.deletes.clone(),
            referenced: self.files.referenced.clone(),
            keys: self.keys.clone(),
        }
    }
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
    let columns = Columns::of(plan, table, &target.schema)?;
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
    columns: &'a Columns,
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
        let StagedKeys { mut index, columns: mut keys, numbers } = columns.index(staged)?;
        let interval = plan.interval.start.timestamp_micros();

        let loaded = Searched::of(table, state, |file| file.may_hold_interval(columns.load_interval_id, interval))?;
        let readers = loaded.open(table, threads)?;
        let (key, load_interval) = (&columns.key_schema, &columns.interval_schema);
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

        let resolving = Resolving { plan, columns, staged, index: &index, numbers: &numbers };
        let found = Found { matches: &matches, places: &places, is_void: &is_void };
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

impl Merged {
    /// Widens the ranges of keys that were looked for. A column whose values are not known is in none.
    fn add_keys(&mut self, extremes: Vec<(i32, Datum, Datum)>) {
        for (id, least, greatest) in extremes {
            match self.keys.iter_mut().find(|(known, ..)| *known == id) {
                None => self.keys.push((id, least, greatest)),
                Some((_, low, high)) => {
                    if least < *low {
                        *low = least;
                    }
                    if greatest > *high {
                        *high = greatest;
                    }
                }
            }
        }
    }
}

/// Rows that an earlier state has for keys, of other intervals: where that state is not the one before the run's very first
/// execution, it holds rows of the run.
#[derive(Default)]
struct Earlier {
    keys: Vec<u32>,
    batches: Vec<RecordBatch>,
    places: Vec<Place>,
}

impl Earlier {
    fn find(
        (table, snapshot, interval): (&LakeTable, Option<i64>, i64),
        index: &KeyIndex,
        ranges: &KeyRanges,
        columns: &Columns,
        (schema, threads): (&SchemaRef, usize),
    ) -> Result<Self, LoadError> {
        if snapshot.is_some_and(|id| !table.has_snapshot(id)) {
            return Ok(Self::default());
        }
        let state = block_on(table.state(snapshot))?;
        let searched = Searched::of(table, &state, |file| ranges.may_hold(file))?;
        let readers = searched.open(table, threads)?;
        let matches = find(&searched, &readers, index, ranges, &columns.key_schema, threads)?;
        let fetched = fetch(&readers, &matches, schema, threads)?;
        let is_own = is_of_interval(&fetched.batches, &fetched.places, interval);
        let rows = matches.iter().zip(fetched.places).zip(is_own).filter(|(_, is_own)| !is_own);
        let (keys, places) = rows.map(|((found, place), _)| (found.key, place)).unzip();
        Ok(Self { keys, batches: fetched.batches, places })
    }
}

/// The keys of staged rows.
struct StagedKeys {
    index: KeyIndex,
    /// The key's columns of each batch.
    columns: Vec<Vec<ArrayRef>>,
    /// The number of each row's key, by batch.
    numbers: Vec<Vec<u32>>,
}

/// The table's columns by what they are for.
struct Columns {
    key: Vec<usize>,
    key_ids: Vec<i32>,
    key_schema: SchemaRef,
    interval_schema: SchemaRef,
    load_interval_id: i32,
    order_by: Option<usize>,
    valid_from: Option<usize>,
    content: Vec<usize>,
}

impl Columns {
    fn of(plan: &LoadPlan, table: &LakeTable, schema: &SchemaRef) -> Result<Self, LoadError> {
        let index = |name: &str| Ok::<_, LoadError>(schema.index_of(name)?);
        let key = plan.key().iter().map(|name| index(name)).collect::<Result<Vec<_>, _>>()?;
        let iceberg = table.metadata().current_schema();
        let id = |name: &str| {
            iceberg.field_id_by_name(name).ok_or_else(|| LoadError::internal(format!("no field id of {name}")))
        };
        let key_ids = plan.key().iter().map(|name| id(name)).collect::<Result<Vec<_>, _>>()?;
        let is_history = |name: &str| plan.mode == Mode::Scd2 && [VALID_FROM, VALID_TO, IS_CURRENT].contains(&name);
        let names = schema.fields().iter().map(|field| field.name().as_str()).enumerate();
        let content = names.filter(|(_, name)| *name != LOAD_INTERVAL && !is_history(name)).map(|(at, _)| at);
        let interval_at = index(LOAD_INTERVAL)?;
        Ok(Self {
            key_schema: Arc::new(Schema::new(key.iter().map(|at| schema.field(*at).clone()).collect::<Vec<_>>())),
            interval_schema: Arc::new(Schema::new(vec![schema.field(interval_at).clone()])),
            load_interval_id: id(LOAD_INTERVAL)?,
            order_by: plan.merge.order_by.as_deref().map(index).transpose()?,
            valid_from: if plan.mode == Mode::Scd2 { Some(index(VALID_FROM)?) } else { None },
            content: content.collect(),
            key,
            key_ids,
        })
    }

    /// The staged rows' keys, numbered.
    fn index(&self, staged: &[StagedBatch]) -> Result<StagedKeys, LoadError> {
        let types = self.key_schema.fields().iter().map(|field| field.data_type().clone());
        let mut index = KeyIndex::new(types)?;
        let keys: Vec<Vec<ArrayRef>> = staged.iter().map(|batch| pick(&batch.rows, &self.key)).collect();
        let numbers = keys.iter().map(|columns| index.insert(columns)).collect::<Result<Vec<_>, _>>()?;
        Ok(StagedKeys { index, columns: keys, numbers })
    }
}

fn pick(rows: &RecordBatch, columns: &[usize]) -> Vec<ArrayRef> {
    columns.iter().map(|at| Arc::clone(rows.column(*at))).collect()
}

/// The rows of the table that have the keys; places are of the pool.
struct Found<'a> {
    matches: &'a [Match],
    places: &'a [Place],
    is_void: &'a [bool],
}

/// The rows of the run.
struct Resolving<'a> {
    plan: &'a LoadPlan,
    columns: &'a Columns,
    staged: &'a [StagedBatch],
    index: &'a KeyIndex,
    numbers: &'a [Vec<u32>],
}

impl Resolving<'_> {
    fn location(&self, source: usize) -> String {
        self.plan.sources.get(source).map(|source| source.location.clone()).unwrap_or_default()
    }

    fn comparable(pool: &Pool, columns: &[usize]) -> Result<Comparable, LoadError> {
        let batches: Vec<Vec<ArrayRef>> = pool.batches.iter().map(|batch| pick(batch, columns)).collect();
        Ok(Comparable::of(&batches)?)
    }

    fn rows(&self, found: &Found<'_>, earlier: &[(u32, Place)], pool: &Pool) -> Result<Changes, LoadError> {
        let order = self.columns.order_by.map(|column| Self::comparable(pool, &[column])).transpose()?;
        let content = Self::comparable(pool, &self.columns.content)?;
        let location = |source| self.location(source);
        let incoming = Incoming::of(self.staged, self.numbers, self.index, order.as_ref(), &content, location)?;
        let known = Known {
            staged: self.staged,
            incoming: &incoming,
            matches: found.matches,
            places: found.places,
            is_void: found.is_void,
            earlier,
            order: order.as_ref(),
            content: &content,
        };
        resolve::resolve(&known, pool)
    }

    fn versions(&self, found: &Found<'_>, pool: &Pool, schema: &SchemaRef) -> Result<Changes, LoadError> {
        let content = Self::comparable(pool, &self.columns.content)?;
        let order = self.columns.order_by.map(|column| Self::comparable(pool, &[column])).transpose()?;
        // A key has one version at a time: of several the last counts, as of several rows of a merge.
        let versioned: Vec<usize> = self.columns.key.iter().copied().chain(self.columns.valid_from).collect();
        let types = versioned.iter().map(|at| schema.field(*at).data_type().clone());
        let mut index = KeyIndex::new(types)?;
        let versions = self.staged.iter().map(|batch| index.insert(&pick(&batch.rows, &versioned)));
        let versions = versions.collect::<Result<Vec<_>, _>>()?;
        let location = |source| self.location(source);
        let last = Incoming::of(self.staged, &versions, &index, order.as_ref(), &content, location)?.last;
        let mut incoming: Vec<Vec<Place>> = vec![Vec::new(); self.index.len()];
        for place in last.into_iter().flatten() {
            incoming[self.numbers[place.0][place.1] as usize].push(place);
        }
        let known = KnownVersions {
            staged: self.staged,
            incoming: &incoming,
            matches: found.matches,
            places: found.places,
            is_void: found.is_void,
            content: &content,
            interval: self.plan.interval.start.timestamp_micros(),
            collapse: self.plan.merge.valid_from.is_none(),
        };
        versions::resolve(&known, pool, schema)
    }
}
