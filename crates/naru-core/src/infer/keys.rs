//! The likely key: a column, or two, whose values do not repeat in the sample.

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{BuildHasherDefault, Hash, Hasher};

use crate::ColumnType;

use super::doubt::{self, Doubt, Topic, counted};
use super::layout::SampleField;
use super::profile::TableProfile;
use super::types::TypeFinding;
use super::{null_tokens, personal_titles};

/// Hashes that are held over all columns: they take about 150 MB, and are those of eight columns of a million records in
/// which nothing repeats.
pub(super) const MAX_REMEMBERED: usize = 8_000_000;

/// So many records tell whether a pair repeats; a pair with a column that does not repeat would be held to the end.
const PAIRED_RECORDS: u64 = 100_000;

/// Pairs are looked for among so many of the first columns: there keys stand.
const PAIRED_COLUMNS: usize = 6;

/// With fewer records, pairs that do not repeat say nothing.
const LEAST_RECORDS_OF_PAIRS: u64 = 10;

/// Longer texts are no keys.
const LONGEST_KEY_BYTES: usize = 100;

/// Whether a column's values repeat.
#[derive(Debug, Clone)]
pub(super) enum Distinct {
    /// None so far; hashes of all.
    Unique(HashSet<u64, BuildHasherDefault<DefaultHasher>>),
    /// At least one, or one that is null.
    Repeats,
    /// Not known: there was no memory to find out.
    Unknown,
}

impl Default for Distinct {
    fn default() -> Self {
        Self::Unique(HashSet::default())
    }
}

impl Distinct {
    pub(super) fn add(&mut self, value: &impl Hash, remembered: &mut usize) {
        let Self::Unique(seen) = self else { return };
        // SipHash with fixed keys: the same sample gives the same draft.
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        if seen.insert(hasher.finish()) {
            *remembered += 1;
        } else {
            self.forget(remembered);
        }
    }

    /// Gives up finding out; whether anything was held.
    pub(super) fn give_up(&mut self, remembered: &mut usize) -> bool {
        let held = self.is_unique();
        if held {
            self.forget(remembered);
            *self = Self::Unknown;
        }
        held
    }

    /// No key: a value repeats, or is null.
    pub(super) fn forget(&mut self, remembered: &mut usize) {
        if let Self::Unique(seen) = self {
            *remembered = remembered.saturating_sub(seen.len());
        }
        *self = Self::Repeats;
    }

    fn is_unique(&self) -> bool {
        matches!(self, Self::Unique(seen) if !seen.is_empty())
    }
}

/// Whether values of two columns together repeat, for the first columns.
#[derive(Debug, Clone)]
pub(super) struct PairWatch {
    pairs: Vec<(usize, usize, Distinct)>,
    records: u64,
}

impl PairWatch {
    pub(super) fn new(columns: usize) -> Self {
        let count = columns.min(PAIRED_COLUMNS);
        let pairs = (0..count).flat_map(|one| (one + 1..count).map(move |two| (one, two, Distinct::default())));
        Self { pairs: pairs.collect(), records: 0 }
    }

    pub(super) fn add(&mut self, record: &[SampleField<'_>], remembered: &mut usize) {
        if self.records == PAIRED_RECORDS {
            return;
        }
        self.records += 1;
        for (one, two, distinct) in &mut self.pairs {
            let text = |index: usize| record.get(index).map_or("", |field| field.text.trim());
            let is_null = |text: &str| text.is_empty() || null_tokens::token(text).is_some();
            let pair = (text(*one), text(*two));
            if is_null(pair.0) || is_null(pair.1) {
                distinct.forget(remembered);
            } else {
                distinct.add(&pair, remembered);
            }
        }
    }
}

/// The likely key's columns, from 0, in the key's order; empty if none is likely. `may_be`: columns that are loaded.
pub(super) fn choose(
    profile: &TableProfile,
    types: &[TypeFinding],
    titles: &[String],
    may_be: &[bool],
    doubts: &mut Vec<Doubt>,
) -> Vec<usize> {
    let records = counted(profile.records(), "record");
    let can_be = |index: usize| {
        let column = profile.columns.get(index);
        may_be.get(index) == Some(&true)
            && column.is_some_and(|column| column.is_complete() && column.longest <= LONGEST_KEY_BYTES)
            && types.get(index).is_some_and(|found| fits(found.column_type))
    };
    let is_unique = |index: &usize| profile.columns.get(*index).is_some_and(|column| column.distinct.is_unique());
    let unique: Vec<usize> = (0..types.len()).filter(|index| can_be(*index) && is_unique(index)).collect();
    let named = |index: &usize| titles.get(*index).is_some_and(|title| personal_titles::is_identifier(title));
    // A column that says it identifies; else the first one, where keys stand.
    let single = unique.iter().copied().find(named).or_else(|| unique.first().copied().filter(|index| *index == 0));
    if let Some(single) = single.filter(|_| profile.records() > 1) {
        let others: Vec<usize> = unique.iter().copied().filter(|index| *index != single).collect();
        let others = match others.is_empty() {
            true => String::new(),
            false => format!("; also unique: {}", doubt::columns(&others)),
        };
        let message = format!("taken for the key: unique in {records}{others}");
        doubts.push(Doubt::of_column(Topic::Key, single, message));
        return vec![single];
    }
    let pair = profile.pairs.pairs.iter().find(|(one, two, distinct)| {
        distinct.is_unique() && can_be(*one) && can_be(*two) && !is_unique(one) && !is_unique(two)
    });
    if let Some((one, two, _)) = pair.filter(|_| profile.records() >= LEAST_RECORDS_OF_PAIRS) {
        let records = counted(profile.pairs.records, "record");
        let message =
            format!("columns {} and {} together are taken for the key: unique in {records}", one + 1, two + 1);
        doubts.push(Doubt::new(Topic::Key, message));
        return vec![*one, *two];
    }
    let unknown = profile.columns.iter().filter(|column| matches!(column.distinct, Distinct::Unknown)).count() as u64;
    let unsure = match unknown {
        0 => String::new(),
        count => format!("; of {} it is not known", counted(count, "column")),
    };
    let message = format!("no column or pair of the first {PAIRED_COLUMNS} is likely to be the key{unsure}");
    doubts.push(Doubt::new(Topic::Key, message));
    Vec::new()
}

/// Quantities and flags are no keys.
fn fits(column_type: ColumnType) -> bool {
    use ColumnType::{Bigint, Date, Int, String, Timestamp, Timestamptz};
    matches!(column_type, Int | Bigint | Date | Timestamp | Timestamptz | String)
}
