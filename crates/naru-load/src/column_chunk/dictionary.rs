//! A chunk's distinct values, and where each of a page's values stands among them.

use ahash::RandomState;
use hashbrown::HashTable;
use parquet::basic::Encoding;

use super::hybrid::{put_values, width_of};
use super::values::DICTIONARY_BYTES;

/// Values after which it is first looked whether any repeat.
const SAMPLE_VALUES: usize = 4096;

/// Distinct values as a dictionary keeps them.
pub(super) trait Distinct: Default + Send {
    /// A value.
    type Item<'a>: Copy;
    fn len(&self) -> usize;
    fn is(&self, position: usize, value: Self::Item<'_>) -> bool;
    fn hash(hasher: &RandomState, value: Self::Item<'_>) -> u64;
    fn hash_at(&self, hasher: &RandomState, position: usize) -> u64;
    fn push(&mut self, value: Self::Item<'_>);
    /// Bytes of all in plain encoding.
    fn plain_bytes(&self) -> usize;
    /// Appends a value in plain encoding.
    fn put(&self, position: usize, out: &mut Vec<u8>);
}

/// Whether a chunk's pages refer to its dictionary.
enum Use {
    /// No page yet.
    Undecided,
    /// All pages so far.
    Taken,
    /// Some pages; it is full.
    Ended,
}

/// A dictionary in the making.
pub(super) struct Dictionary<D> {
    distinct: D,
    table: HashTable<u32>,
    hasher: RandomState,
    /// Of the page's values.
    positions: Vec<u32>,
    used: Use,
}

impl<D: Distinct> Dictionary<D> {
    /// A dictionary that begins with these values.
    pub(super) fn of(distinct: D) -> Self {
        let (table, hasher) = (HashTable::new(), RandomState::new());
        Self { distinct, table, hasher, positions: Vec::new(), used: Use::Undecided }
    }

    /// Whether no page has shown yet if values repeat.
    pub(super) fn is_undecided(&self) -> bool {
        matches!(self.used, Use::Undecided)
    }

    /// Whether values still go in here.
    pub(super) fn takes_values(&self) -> bool {
        !matches!(self.used, Use::Ended)
    }

    pub(super) fn push(&mut self, value: D::Item<'_>) {
        if let Some(last) = self.positions.last().copied()
            && self.distinct.is(last as usize, value)
        {
            self.positions.push(last);
            return;
        }
        let Self { distinct, table, hasher, .. } = self;
        let hash = D::hash(hasher, value);
        let position = match table.find(hash, |position| distinct.is(*position as usize, value)) {
            Some(position) => *position,
            None => {
                let position = distinct.len() as u32;
                distinct.push(value);
                table.insert_unique(hash, position, |position| distinct.hash_at(hasher, *position as usize));
                position
            }
        };
        self.positions.push(position);
    }

    /// Whether so many of the first values are different that no dictionary will pay.
    pub(super) fn is_hopeless(&self) -> bool {
        let (values, distinct) = (self.positions.len(), self.distinct.len());
        self.is_undecided() && values >= SAMPLE_VALUES && distinct > values - values / 16
    }

    /// Appends the page's values in plain encoding, and takes no more.
    pub(super) fn unfold(&mut self, out: &mut Vec<u8>) {
        self.positions.iter().for_each(|position| self.distinct.put(*position as usize, out));
        (self.distinct, self.table, self.positions) = Default::default();
        self.used = Use::Ended;
    }

    /// Appends the page's values, as positions; or plain, where the first page shows that the dictionary would take as much:
    /// then it is of no use from here on.
    pub(super) fn take_page(&mut self, plain_bytes: usize, out: &mut Vec<u8>) -> Encoding {
        if self.positions.is_empty() && matches!(self.used, Use::Undecided) {
            return Encoding::PLAIN;
        }
        let width = width_of(self.distinct.len().saturating_sub(1));
        let size = self.distinct.plain_bytes() + self.positions.len() * width as usize / 8;
        let encoding = if matches!(self.used, Use::Undecided) && size >= plain_bytes {
            self.unfold(out);
            Encoding::PLAIN
        } else {
            out.push(width as u8);
            put_values(&self.positions, width, out);
            let is_full = self.distinct.plain_bytes() > DICTIONARY_BYTES;
            self.used = if is_full { Use::Ended } else { Use::Taken };
            Encoding::RLE_DICTIONARY
        };
        self.positions.clear();
        encoding
    }

    /// All values in plain encoding, and their number; none: no page refers to them.
    pub(super) fn page(&self) -> Option<(Vec<u8>, usize)> {
        let values = self.distinct.len();
        let mut page = Vec::with_capacity(self.distinct.plain_bytes());
        (0..values).for_each(|position| self.distinct.put(position, &mut page));
        (values > 0).then_some((page, values))
    }

    pub(super) fn memory_size(&self) -> usize {
        self.distinct.plain_bytes() + self.table.capacity() * 5 + self.positions.capacity() * 4
    }
}
