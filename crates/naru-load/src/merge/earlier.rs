//! What stood in the table before a run's first execution.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use futures::executor::block_on;
use naru_lake::LakeTable;
use naru_merge::{KeyIndex, Place, is_of_interval};

use crate::LoadError;
use crate::merge::columns::TableColumns;
use crate::merge::ranges::KeyRanges;
use crate::merge::search::{Searched, fetch, find};

/// Rows that an earlier state has for keys, of other intervals: where that state is not the one before the run's very first
/// execution, it holds rows of the run.
#[derive(Default)]
pub(crate) struct Earlier {
    pub(crate) keys: Vec<u32>,
    pub(crate) batches: Vec<RecordBatch>,
    pub(crate) places: Vec<Place>,
}

impl Earlier {
    pub(crate) fn find(
        (table, snapshot, interval): (&LakeTable, Option<i64>, i64),
        index: &KeyIndex,
        ranges: &KeyRanges,
        columns: &TableColumns,
        (schema, threads): (&SchemaRef, usize),
    ) -> Result<Self, LoadError> {
        if snapshot.is_some_and(|id| !table.has_snapshot(id)) {
            return Ok(Self::default());
        }
        let state = block_on(table.state(snapshot))?;
        let searched = Searched::of(table, &state, |file| ranges.may_hold(file))?;
        let readers = searched.open(table, threads)?;
        let matches = find(&searched, &readers, index, ranges, columns.roles.key_schema(), threads)?;
        let fetched = fetch(&readers, &matches, schema, threads)?;
        let is_own = is_of_interval(&fetched.batches, &fetched.places, interval);
        let rows = matches.iter().zip(fetched.places).zip(is_own).filter(|(_, is_own)| !is_own);
        let (keys, places) = rows.map(|((found, place), _)| (found.key, place)).unzip();
        Ok(Self { keys, batches: fetched.batches, places })
    }
}
