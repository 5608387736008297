//! Mode `scd2`: what becomes of each key's versions.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use arrow_array::{ArrayRef, BooleanArray, RecordBatch};
use arrow_schema::SchemaRef;
use naru_core::merge::history::{Event, Kept, Origin, Stored, history};
use naru_core::table_spec::{IS_CURRENT, LOAD_INTERVAL, VALID_FROM, VALID_TO};

use crate::MergeError;
use crate::changes::{Changes, Place, Pool};
use crate::incoming::Comparable;
use crate::staged::StagedBatch;
use crate::times::{of_times, times};

/// What is known of the versions of all keys. Places are of [`Pool`].
pub(crate) struct KnownVersions<'a> {
    pub(crate) staged: &'a [StagedBatch],
    /// For each key its rows of the run, one for each time.
    pub(crate) incoming: &'a [Vec<Place>],
    /// The number of the key of each row of the table that has one of the keys: the matches.
    pub(crate) keys: &'a [u32],
    pub(crate) places: &'a [Place],
    /// Which matches the same run has loaded before.
    pub(crate) is_void: &'a [bool],
    /// Over the pool's batches: all columns but those of the history and `load_interval`.
    pub(crate) content: &'a Comparable,
    /// The run's interval, microseconds.
    pub(crate) interval: i64,
    /// Whether the change time is the interval's.
    pub(crate) collapse: bool,
}

/// The columns of the history in all batches of the pool.
struct Columns {
    valid_from: Vec<Vec<Option<i64>>>,
    valid_to: Vec<Vec<Option<i64>>>,
    is_current: Vec<BooleanArray>,
    load_interval: Vec<Vec<Option<i64>>>,
}

/// `valid_from`, `valid_to`, `is_current`, `load_interval`.
type Span = (i64, Option<i64>, bool, i64);

/// What a row of the table says.
struct Version {
    index: usize,
    stored: Span,
    /// The row goes, and only the end that it tells of counts.
    is_gone: bool,
}

/// Decides for each key.
pub(crate) fn resolve(known: &KnownVersions<'_>, pool: &Pool, schema: &SchemaRef) -> Result<Changes, MergeError> {
    let columns = Columns::of(&pool.batches)?;
    let mut by_key: Vec<Vec<usize>> = vec![Vec::new(); known.incoming.len()];
    for (index, key) in known.keys.iter().enumerate() {
        by_key[*key as usize].push(index);
    }
    let mut changes = Changes::default();
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for (matches, incoming) in by_key.iter().zip(known.incoming) {
        for (place, kept) in resolve_key(known, &columns, matches, incoming, &mut changes) {
            let rows = if kept.load_interval == known.interval { &mut own } else { &mut others };
            rows.push((place, kept));
        }
    }
    changes.own = patched(&own, pool, schema)?;
    changes.others = patched(&others, pool, schema)?;
    Ok(changes)
}

/// The rows of one key that have to be written.
fn resolve_key(
    known: &KnownVersions<'_>,
    columns: &Columns,
    matches: &[usize],
    incoming: &[Place],
    changes: &mut Changes,
) -> Vec<(Place, Kept)> {
    let said = |index: usize| columns.of_row(known.places[index]);
    let is_end = |(valid_from, valid_to, ..): Span| valid_to == Some(valid_from);
    let (void, live): (Vec<usize>, Vec<usize>) =
        matches.iter().partition(|index| known.is_void[**index] && !is_end(said(**index)));
    let void_from: Vec<i64> = void.iter().map(|index| said(*index).0).collect();
    changes.gone.extend(&void);
    let mut versions: Vec<Version> =
        live.iter().map(|index| Version { index: *index, stored: said(*index), is_gone: false }).collect();
    // Which run an end is from is not known: it stays when the version that it ended goes.
    versions.extend(void.iter().filter_map(|index| {
        let (_, valid_to, _, load_interval) = said(*index);
        let end = valid_to.filter(|to| !void_from.contains(to))?;
        Some(Version { index: *index, stored: (end, Some(end), false, load_interval), is_gone: true })
    }));
    let stored: Vec<Stored<&[u8]>> = versions
        .iter()
        .map(|version| {
            let (valid_from, valid_to, is_current, load_interval) = version.stored;
            // What ended where a void version began has not ended.
            let valid_to = valid_to.filter(|to| !void_from.contains(to));
            let content = known.content.row(known.places[version.index]);
            Stored { valid_from, valid_to, is_current: is_current || valid_to.is_none(), load_interval, content }
        })
        .collect();
    let events: Vec<Event<&[u8]>> = incoming
        .iter()
        .map(|place| {
            let ends = known.staged[place.0].deletes(place.1);
            Event { at: columns.of_row(*place).0, content: (!ends).then(|| known.content.row(*place)) }
        })
        .collect();
    let mut written = Vec::new();
    let mut stays = vec![false; versions.len()];
    let mut is_news = vec![false; incoming.len()];
    for kept in history(&stored, &events, known.interval, known.collapse) {
        match kept.origin {
            Origin::Stored(index) => {
                let version = &versions[index];
                let wanted = (kept.valid_from, kept.valid_to, kept.is_current, kept.load_interval);
                if version.stored == wanted && !version.is_gone && !stays[index] {
                    stays[index] = true;
                } else {
                    written.push((known.places[version.index], kept));
                }
            }
            Origin::Incoming(index) => {
                is_news[index] = true;
                match events[index].content {
                    Some(_) => changes.counts.inserted += 1,
                    None => changes.counts.deleted += 1,
                }
                written.push((incoming[index], kept));
            }
        }
    }
    let ended = versions.iter().zip(&stays).filter(|(version, stays)| !**stays && !version.is_gone);
    let ended = ended.map(|(version, _)| version.index);
    let before = changes.gone.len();
    changes.gone.extend(ended);
    changes.counts.updated += (changes.gone.len() - before) as u64;
    changes.counts.unchanged += is_news.iter().filter(|is_news| !**is_news).count() as u64;
    written
}

/// Rows with their columns of the history set.
fn patched(rows: &[(Place, Kept)], pool: &Pool, schema: &SchemaRef) -> Result<Vec<RecordBatch>, MergeError> {
    let places: Vec<Place> = rows.iter().map(|(place, _)| *place).collect();
    let mut kept = rows.iter().map(|(_, kept)| kept);
    let mut patched = Vec::new();
    for batch in pool.take(&places)? {
        let here: Vec<&Kept> = kept.by_ref().take(batch.num_rows()).collect();
        let mut columns = batch.columns().to_vec();
        for (index, field) in schema.fields().iter().enumerate() {
            let column: ArrayRef = match field.name().as_str() {
                VALID_FROM => of_times(here.iter().map(|k| Some(k.valid_from)).collect(), field.data_type())?,
                VALID_TO => of_times(here.iter().map(|k| k.valid_to).collect(), field.data_type())?,
                IS_CURRENT => Arc::new(here.iter().map(|k| Some(k.is_current)).collect::<BooleanArray>()),
                LOAD_INTERVAL => of_times(here.iter().map(|k| Some(k.load_interval)).collect(), field.data_type())?,
                _ => continue,
            };
            columns[index] = column;
        }
        patched.push(RecordBatch::try_new(Arc::clone(schema), columns)?);
    }
    Ok(patched)
}

impl Columns {
    fn of(batches: &[RecordBatch]) -> Result<Self, MergeError> {
        let column = |batch: &RecordBatch, name: &str| -> Result<ArrayRef, MergeError> {
            batch.column_by_name(name).cloned().ok_or_else(|| MergeError::internal(format!("no column {name}")))
        };
        let all_times = |name| batches.iter().map(|batch| times(&column(batch, name)?)).collect::<Result<_, _>>();
        let is_current = batches.iter().map(|batch| Ok(column(batch, IS_CURRENT)?.as_boolean().clone()));
        let load_interval = batches
            .iter()
            .map(|b| Ok(column(b, LOAD_INTERVAL)?.as_primitive::<TimestampMicrosecondType>().iter().collect()));
        Ok(Self {
            valid_from: all_times(VALID_FROM)?,
            valid_to: all_times(VALID_TO)?,
            is_current: is_current.collect::<Result<_, MergeError>>()?,
            load_interval: load_interval.collect::<Result<_, MergeError>>()?,
        })
    }

    fn of_row(&self, (batch, row): Place) -> Span {
        (
            self.valid_from[batch][row].unwrap_or_default(),
            self.valid_to[batch][row],
            self.is_current[batch].value(row),
            self.load_interval[batch][row].unwrap_or_default(),
        )
    }
}
