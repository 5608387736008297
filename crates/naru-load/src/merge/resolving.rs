//! From the rows of a run, and those of the table that have their keys, to what changes.

use arrow_array::ArrayRef;
use arrow_schema::SchemaRef;
use naru_core::LoadPlan;

use crate::LoadError;
use crate::merge::changes::{Changes, Place, Pool};
use crate::merge::columns::{Columns, pick};
use crate::merge::incoming::{Comparable, Incoming};
use crate::merge::keys::KeyIndex;
use crate::merge::resolve::{self, Known};
use crate::merge::search::Match;
use crate::merge::staging::StagedBatch;
use crate::merge::versions::{self, KnownVersions};

/// The rows of the table that have the keys; places are of the pool.
pub(crate) struct Found<'a> {
    pub(crate) matches: &'a [Match],
    pub(crate) places: &'a [Place],
    pub(crate) is_void: &'a [bool],
}

/// The rows of the run.
pub(crate) struct Resolving<'a> {
    pub(crate) plan: &'a LoadPlan,
    pub(crate) columns: &'a Columns,
    pub(crate) staged: &'a [StagedBatch],
    pub(crate) index: &'a KeyIndex,
    pub(crate) numbers: &'a [Vec<u32>],
}

impl Resolving<'_> {
    fn location(&self, source: usize) -> String {
        self.plan.sources.get(source).map(|source| source.location.clone()).unwrap_or_default()
    }

    fn comparable(pool: &Pool, columns: &[usize]) -> Result<Comparable, LoadError> {
        let batches: Vec<Vec<ArrayRef>> = pool.batches.iter().map(|batch| pick(batch, columns)).collect();
        Ok(Comparable::of(&batches)?)
    }

    /// What becomes of each key's row.
    ///
    /// # Errors
    /// `DuplicateKeys`, `KeyTwiceInTable`.
    pub(crate) fn rows(&self, found: &Found<'_>, earlier: &[(u32, Place)], pool: &Pool) -> Result<Changes, LoadError> {
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

    /// What becomes of each key's versions.
    ///
    /// # Errors
    /// `DuplicateKeys`.
    pub(crate) fn versions(&self, found: &Found<'_>, pool: &Pool, schema: &SchemaRef) -> Result<Changes, LoadError> {
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
