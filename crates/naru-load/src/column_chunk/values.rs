//! Values of a column on their way into pages, whatever their type.

use arrow_array::Array;
use parquet::basic::Encoding;
use parquet::file::statistics::Statistics;

/// Bytes of a dictionary, as plain values, after which it takes no more.
pub(super) const DICTIONARY_BYTES: usize = 1 << 20;

/// What a page's values came to.
pub(super) struct PageValues {
    pub(super) encoding: Encoding,
    /// The least and the greatest value, in plain encoding without a length, cut where they are long. None: no value, or no
    /// number among them.
    pub(super) bounds: Option<(Vec<u8>, Vec<u8>)>,
}

/// Gathers values of one type.
pub(super) trait ValueEncoder: Send {
    /// Takes an array of the column's type that has no nulls.
    fn push(&mut self, array: &dyn Array);

    /// Bytes that the page's values take in plain encoding, about.
    fn plain_bytes(&self) -> usize;

    /// Whether it is yet to be found out if the column's values repeat.
    fn is_undecided(&self) -> bool;

    /// Appends the page's values, and begins the next page.
    fn take_page(&mut self, out: &mut Vec<u8>) -> PageValues;

    /// The dictionary that pages refer to, in plain encoding, and its number of values; none: no page does.
    fn dictionary(&self) -> Option<(Vec<u8>, usize)>;

    /// The chunk's statistics.
    fn statistics(&self, nulls: u64) -> Statistics;

    /// Bytes of all values without lengths, of a column whose values have some.
    fn text_bytes(&self) -> Option<i64> {
        None
    }

    /// Bytes held.
    fn memory_size(&self) -> usize;
}

/// Moves a page's plain values behind its levels: where it has none, without a copy.
pub(super) fn hand_over(plain: &mut Vec<u8>, page: &mut Vec<u8>) {
    if page.is_empty() {
        std::mem::swap(plain, page);
    } else {
        page.append(plain);
    }
}
