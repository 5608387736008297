//! Mode `merge`: what becomes of each key.

use arrow_array::RecordBatch;

use crate::MergeError;
use crate::changes::{Changes, Place, Pool};
use crate::incoming::{Comparable, Incoming};
use crate::staged::StagedBatch;

/// What is known of the rows of all keys. Places are of [`Pool`]: batches of the run first, then those of the table.
pub(crate) struct Known<'a> {
    pub(crate) staged: &'a [StagedBatch],
    pub(crate) incoming: &'a Incoming,
    /// The number of the key of each row of the table that has one of the keys: the matches.
    pub(crate) keys: &'a [u32],
    /// The place of each match.
    pub(crate) places: &'a [Place],
    /// Which matches the same run has loaded before.
    pub(crate) is_void: &'a [bool],
    /// The rows that void ones had replaced, as far as an earlier snapshot tells: key and place.
    pub(crate) earlier: &'a [(u32, Place)],
    /// Over the pool's batches: the `order_by` column, and all columns but `load_interval`.
    pub(crate) order: Option<&'a Comparable>,
    pub(crate) content: &'a Comparable,
}

/// Decides for each key.
///
/// # Errors
/// `KeyTwiceInTable` where the table holds a key more than once.
pub(crate) fn resolve(known: &Known<'_>, pool: &Pool) -> Result<Changes, MergeError> {
    let mut by_key: Vec<Rows> = vec![Rows::default(); known.incoming.last.len()];
    let mut twice = 0;
    for (index, key) in known.keys.iter().enumerate() {
        let rows = &mut by_key[*key as usize];
        let slot = if known.is_void[index] { &mut rows.void } else { &mut rows.live };
        twice += usize::from(slot.replace(index).is_some());
    }
    if twice > 0 {
        return Err(MergeError::KeyTwiceInTable { rows: twice });
    }
    for (key, place) in known.earlier {
        let rows = &mut by_key[*key as usize];
        rows.earlier = rows.void.map(|_| *place);
    }
    let mut changes = Changes::default();
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for (rows, incoming) in by_key.iter().zip(&known.incoming.last) {
        resolve_key(known, rows, *incoming, &mut changes, (&mut own, &mut others));
    }
    changes.own = pool.take(&own)?;
    changes.others = pool.take(&others)?;
    Ok(changes)
}

/// The rows of one key in the table.
#[derive(Clone, Copy, Default)]
struct Rows {
    /// Index of the match that other runs loaded.
    live: Option<usize>,
    /// Index of the match that this run loaded before: it counts for nothing.
    void: Option<usize>,
    /// Place of the row that stood there before the void one.
    earlier: Option<Place>,
}

fn resolve_key(
    known: &Known<'_>,
    rows: &Rows,
    incoming: Option<Place>,
    changes: &mut Changes,
    (own, others): (&mut Vec<Place>, &mut Vec<Place>),
) {
    let live_place = rows.live.map(|index| known.places[index]);
    let before = live_place.or(rows.earlier);
    let deletes = incoming.is_some_and(|(batch, row)| known.staged[batch].deletes(row));
    changes.deletions.deleting += u64::from(deletes);
    let counts = &mut changes.counts;
    let wins = match (incoming, before) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(new), Some(old)) => {
            let is_older = known.order.is_some_and(|order| order.row(new) < order.row(old));
            counts.older += u64::from(is_older);
            !is_older
        }
    };
    let Some(new) = incoming.filter(|_| wins) else {
        // What was before the run stays, or comes back.
        if let Some(void) = rows.void {
            changes.gone.push(void);
            if rows.live.is_none() {
                others.extend(rows.earlier);
            }
        }
        return;
    };
    if deletes {
        changes.counts.deleted += u64::from(before.is_some());
        changes.gone.extend(rows.live);
        changes.gone.extend(rows.void);
        return;
    }
    let is_same = |place: Place| known.content.row(place) == known.content.row(new);
    if let Some(old) = before.filter(|old| is_same(*old)) {
        changes.counts.unchanged += 1;
        changes.gone.extend(rows.void);
        if rows.live.is_none() {
            others.push(old);
        }
        return;
    }
    match before {
        Some(_) => changes.counts.updated += 1,
        None => {
            changes.counts.inserted += 1;
            changes.deletions.unseen += u64::from(rows.void.is_none());
        }
    }
    changes.gone.extend(rows.live);
    match rows.void {
        // What the run had written before is what it would write again.
        Some(void) if is_same(known.places[void]) => {}
        void => {
            changes.gone.extend(void);
            own.push(new);
        }
    }
}

/// Which rows of the table are of an interval that starts then, in microseconds.
pub fn is_of_interval(batches: &[RecordBatch], places: &[Place], interval: i64) -> Vec<bool> {
    use arrow_array::cast::AsArray;
    use arrow_array::types::TimestampMicrosecondType;
    let of = |(batch, row): &Place| {
        let intervals = batches.get(*batch).and_then(|batch| batch.columns().last());
        let intervals = intervals.and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>());
        intervals.is_some_and(|intervals| intervals.value(*row) == interval)
    };
    places.iter().map(of).collect()
}
