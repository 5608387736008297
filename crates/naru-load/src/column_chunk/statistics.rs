//! A chunk's statistics, in Parquet's terms.

use parquet::data_type::{ByteArray, FixedLenByteArray};
use parquet::file::statistics::{Statistics, ValueStatistics};

/// The least and the greatest value; none: no value, or none that has a place in an order.
pub(super) type Bounds<T> = Option<(T, T)>;

/// Bytes that bounds of texts and binary values are cut to.
pub(super) const BOUND_BYTES: usize = 64;

/// A type of Parquet's own numbers.
pub(super) trait Number: Sized {
    /// A chunk's statistics.
    fn statistics(bounds: Bounds<Self>, nulls: u64) -> Statistics;
}

macro_rules! number {
    ($($type:ty),*) => {
        $(impl Number for $type {
            fn statistics(bounds: Bounds<Self>, nulls: u64) -> Statistics {
                let (least, greatest) = bounds.unzip();
                let statistics = ValueStatistics::new(least, greatest, None, Some(nulls), false);
                statistics.with_backwards_compatible_min_max(true).into()
            }
        })*
    };
}

number!(bool, i32, i64, f32, f64);

/// Statistics of decimals that are bytes: big-endian numbers with a sign.
pub(super) fn fixed_len_byte_array(bounds: Bounds<Vec<u8>>, nulls: u64) -> Statistics {
    let value = |bytes: Vec<u8>| FixedLenByteArray::from(bytes);
    let (least, greatest) = bounds.unzip();
    let statistics = ValueStatistics::new(least.map(value), greatest.map(value), None, Some(nulls), false);
    Statistics::FixedLenByteArray(statistics.with_backwards_compatible_min_max(true))
}

/// Statistics of texts and binary values, of bounds that may have been cut.
pub(super) fn byte_array(bounds: Bounds<Cut>, nulls: u64) -> Statistics {
    let is_exact = |cut: &Option<Cut>| cut.as_ref().is_none_or(|cut| cut.is_exact);
    let value = |cut: Cut| ByteArray::from(cut.bytes);
    let (least, greatest) = bounds.unzip();
    let (is_least, is_greatest) = (is_exact(&least), is_exact(&greatest));
    let statistics = ValueStatistics::new(least.map(value), greatest.map(value), None, Some(nulls), false);
    Statistics::ByteArray(statistics.with_min_is_exact(is_least).with_max_is_exact(is_greatest))
}

/// A bound as it is written.
#[derive(Debug, Clone)]
pub(super) struct Cut {
    pub(super) bytes: Vec<u8>,
    /// Whether it is a value of the column.
    pub(super) is_exact: bool,
}

/// The longest start of a value that is no longer than a bound may be: no greater than the value. A text stays one.
pub(super) fn cut_least(value: &[u8]) -> Cut {
    let bytes = start_of(value).to_vec();
    Cut { is_exact: bytes.len() == value.len(), bytes }
}

/// The least bytes, no longer than a bound may be, that are no less than any value that starts as this one; the value itself
/// where there are none. A text stays one.
pub(super) fn cut_greatest(value: &[u8]) -> Cut {
    let start = start_of(value);
    if start.len() == value.len() {
        return Cut { bytes: value.to_vec(), is_exact: true };
    }
    let next = match std::str::from_utf8(start) {
        Ok(text) => next_text(text).map(String::into_bytes),
        Err(_) => next_bytes(start),
    };
    next.map_or_else(|| Cut { bytes: value.to_vec(), is_exact: true }, |bytes| Cut { bytes, is_exact: false })
}

fn start_of(value: &[u8]) -> &[u8] {
    let start = &value[..value.len().min(BOUND_BYTES)];
    match std::str::from_utf8(start) {
        // Cut in a character.
        Err(error) if error.error_len().is_none() => &start[..error.valid_up_to()],
        _ => start,
    }
}

/// The least text of at most as many characters that is greater than every text that starts with this one.
fn next_text(text: &str) -> Option<String> {
    let (rest, last) = (text.char_indices().next_back()).map(|(place, last)| (&text[..place], last))?;
    // A range of characters steps over the surrogates. A longer character could make the bound too long.
    match (last..=char::MAX).nth(1).filter(|next| next.len_utf8() == last.len_utf8()) {
        Some(next) => Some(format!("{rest}{next}")),
        None => next_text(rest),
    }
}

fn next_bytes(bytes: &[u8]) -> Option<Vec<u8>> {
    let (last, rest) = bytes.split_last()?;
    match last.checked_add(1) {
        Some(next) => Some([rest, &[next]].concat()),
        None => next_bytes(rest),
    }
}
