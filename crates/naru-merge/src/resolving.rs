//! From the rows of a run, and those of the table that have their keys, to what changes.

use arrow_array::ArrayRef;
use arrow_schema::SchemaRef;
use naru_core::LoadPlan;

use crate::MergeError;
use crate::changes::{Changes, Place, Pool};
use crate::columns::{Columns, pick};
use crate::incoming::{Comparable, Incoming};
use crate::keys::KeyIndex;
use crate::resolve::{self, Known};
use crate::staged::StagedBatch;
use crate::versions::{self, KnownVersions};

/// The rows of the table that have the keys; places are of the pool.
pub struct Found<'a> {
    /// The number of each row's key.
    pub keys: &'a [u32],
    /// Where each row is.
    pub places: &'a [Place],
    /// Which of them the same run has loaded before: they count for nothing.
    pub is_void: &'a [bool],
}

/// The rows of the run.
pub struct Resolving<'a> {
    /// Says how.
    pub plan: &'a LoadPlan,
    /// The table's columns.
    pub columns: &'a Columns,
    /// The rows, in the order of the sources.
    pub staged: &'a [StagedBatch],
    /// Their keys, and those of rows of the table that the run loaded before.
    pub index: &'a KeyIndex,
    /// The number of each row's key, by batch.
    pub numbers: &'a [Vec<u32>],
}

impl Resolving<'_> {
    fn location(&self, source: usize) -> String {
        self.plan.sources.get(source).map(|source| source.location.clone()).unwrap_or_default()
    }

    fn comparable(pool: &Pool, columns: &[usize]) -> Result<Comparable, MergeError> {
        let batches: Vec<Vec<ArrayRef>> = pool.batches.iter().map(|batch| pick(batch, columns)).collect();
        Ok(Comparable::of(&batches)?)
    }

    /// What becomes of each key's row. `earlier` are the rows that void ones had replaced, as far as an earlier snapshot
    /// tells: key and place. The pool holds the staged batches first, in their order.
    ///
    /// # Errors
    /// `DuplicateKeys`, `KeyTwiceInTable`.
    pub fn rows(&self, found: &Found<'_>, earlier: &[(u32, Place)], pool: &Pool) -> Result<Changes, MergeError> {
        let order = self.columns.order_by.map(|column| Self::comparable(pool, &[column])).transpose()?;
        let content = Self::comparable(pool, &self.columns.content)?;
        let location = |source| self.location(source);
        let incoming = Incoming::of(self.staged, self.numbers, self.index, order.as_ref(), &content, location)?;
        let known = Known {
            staged: self.staged,
            incoming: &incoming,
            keys: found.keys,
            places: found.places,
            is_void: found.is_void,
            earlier,
            order: order.as_ref(),
            content: &content,
        };
        resolve::resolve(&known, pool)
    }

    /// What becomes of each key's versions; `schema` is the table's.
    ///
    /// # Errors
    /// `DuplicateKeys`.
    pub fn versions(&self, found: &Found<'_>, pool: &Pool, schema: &SchemaRef) -> Result<Changes, MergeError> {
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
            keys: found.keys,
            places: found.places,
            is_void: found.is_void,
            content: &content,
            interval: self.plan.interval.start.timestamp_micros(),
            collapse: self.plan.merge.valid_from.is_none(),
        };
        versions::resolve(&known, pool, schema)
    }
}
