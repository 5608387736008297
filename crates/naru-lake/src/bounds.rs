//! Column bounds of a data file, from Parquet's statistics, in Iceberg's terms.
//!
//! A bound is a promise to every reader that skips files by it: a lower bound is at most, an upper bound at least, every
//! non-null, non-NaN value. Where a promise cannot be made there is no bound. Texts and bytes are cut to 16 characters or
//! bytes, as Iceberg's Java library does (`truncate(16)`); `load_interval` is never cut.

use iceberg::spec::{Datum, PrimitiveType};
use parquet::file::statistics::Statistics;

/// Length to which bounds of texts (in characters) and bytes are cut.
const TRUNCATE_LENGTH: usize = 16;

/// The bounds of one column over a file's row groups.
#[derive(Debug, Clone, Default)]
pub(crate) struct ColumnBounds {
    lower: Bound,
    upper: Bound,
}

#[derive(Debug, Clone, Default)]
enum Bound {
    /// No value so far.
    #[default]
    Empty,
    /// The least or greatest so far.
    Value(Datum),
    /// A row group's statistics do not tell.
    Unknown,
}

impl ColumnBounds {
    /// Takes in a row group's statistics of a column with `value_count` values, nulls included.
    pub(crate) fn add(&mut self, column_type: &PrimitiveType, statistics: Option<&Statistics>, value_count: u64) {
        let Some(statistics) = statistics else {
            if value_count > 0 {
                (self.lower, self.upper) = (Bound::Unknown, Bound::Unknown);
            }
            return;
        };
        // Parquet leaves NaNs out, so that a chunk without a least value may still hold values, all of them NaN.
        let may_lack_values = matches!(column_type, PrimitiveType::Float | PrimitiveType::Double)
            || statistics.null_count_opt() == Some(value_count);
        let datum = |bytes: Option<&[u8]>| match bytes {
            None if may_lack_values => Bound::Empty,
            None => Bound::Unknown,
            Some(bytes) => datum(column_type, statistics, bytes).map_or(Bound::Unknown, Bound::Value),
        };
        self.lower.merge(datum(statistics.min_bytes_opt()), |new, old| new < old);
        self.upper.merge(datum(statistics.max_bytes_opt()), |new, old| new > old);
    }

    /// The lower and the upper bound, cut where they are long.
    pub(crate) fn finish(self) -> (Option<Datum>, Option<Datum>) {
        let value = |bound| if let Bound::Value(datum) = bound { Some(datum) } else { None };
        (value(self.lower).and_then(truncate_lower), value(self.upper).and_then(truncate_upper))
    }
}

impl Bound {
    fn merge(&mut self, new: Bound, wins: impl Fn(&Datum, &Datum) -> bool) {
        *self = match (std::mem::take(self), new) {
            (Bound::Unknown, _) | (_, Bound::Unknown) => Bound::Unknown,
            (old, Bound::Empty) => old,
            (Bound::Empty, new) => new,
            (Bound::Value(old), Bound::Value(new)) => Bound::Value(if wins(&new, &old) { new } else { old }),
        };
    }
}

/// A statistic as an Iceberg value. Parquet's plain encoding is Iceberg's single-value serialization, but for decimals,
/// which Parquet may hold as little-endian integers.
fn datum(column_type: &PrimitiveType, statistics: &Statistics, bytes: &[u8]) -> Option<Datum> {
    let is_decimal = matches!(column_type, PrimitiveType::Decimal { .. });
    let value = match statistics {
        Statistics::Int32(_) | Statistics::Int64(_) if is_decimal => {
            let big_endian: Vec<u8> = bytes.iter().rev().copied().collect();
            Datum::try_from_bytes(&big_endian, column_type.clone())
        }
        Statistics::Int96(_) => return None,
        _ => Datum::try_from_bytes(bytes, column_type.clone()),
    };
    value.ok().filter(|value| !value.is_nan())
}

fn truncate_lower(datum: Datum) -> Option<Datum> {
    match (datum.data_type(), bytes_of(&datum)?) {
        (PrimitiveType::String, bytes) => {
            let text = String::from_utf8(bytes).ok()?;
            Some(Datum::string(text.chars().take(TRUNCATE_LENGTH).collect::<String>()))
        }
        (PrimitiveType::Binary, bytes) => Some(Datum::binary(bytes.into_iter().take(TRUNCATE_LENGTH))),
        _ => Some(datum),
    }
}

fn truncate_upper(datum: Datum) -> Option<Datum> {
    match (datum.data_type(), bytes_of(&datum)?) {
        (PrimitiveType::String, bytes) => {
            let text = String::from_utf8(bytes).ok()?;
            if text.chars().count() <= TRUNCATE_LENGTH {
                return Some(Datum::string(text));
            }
            next_text(text.chars().take(TRUNCATE_LENGTH).collect()).map(Datum::string)
        }
        (PrimitiveType::Binary, bytes) if bytes.len() > TRUNCATE_LENGTH => {
            next_bytes(bytes[..TRUNCATE_LENGTH].to_vec()).map(Datum::binary)
        }
        _ => Some(datum),
    }
}

/// The least text of at most this length that is greater than every text that starts with this one.
fn next_text(mut characters: Vec<char>) -> Option<String> {
    while let Some(last) = characters.pop() {
        // A range of characters steps over the surrogates.
        if let Some(next) = (last..=char::MAX).nth(1) {
            characters.push(next);
            return Some(characters.into_iter().collect());
        }
    }
    None
}

fn next_bytes(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    while let Some(last) = bytes.pop() {
        if let Some(next) = last.checked_add(1) {
            bytes.push(next);
            return Some(bytes);
        }
    }
    None
}

fn bytes_of(datum: &Datum) -> Option<Vec<u8>> {
    datum.to_bytes().ok().map(|bytes| bytes.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn upper_bound_of_a_long_text_is_cut_and_raised() {
        assert_eq!(
            truncate_upper(Datum::string("가나다라마바사아자차카타파하가나다")),
            Some(Datum::string("가나다라마바사아자차카타파하가낙"))
        );
        assert_eq!(truncate_upper(Datum::string("short")), Some(Datum::string("short")));
    }

    #[test]
    fn upper_bound_that_cannot_be_raised_is_absent() {
        assert_eq!(truncate_upper(Datum::string("\u{10FFFF}".repeat(17))), None);
        assert_eq!(truncate_upper(Datum::binary(vec![0xFF; 17])), None);
    }

    #[test]
    fn raising_steps_over_the_surrogates() {
        assert_eq!(next_text(vec!['\u{D7FF}']), Some("\u{E000}".into()));
    }

    proptest! {
        #[test]
        fn cut_bounds_still_hold(text in "\\PC{0,40}", bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let value = Datum::string(&text);
            prop_assert!(truncate_lower(value.clone()).is_some_and(|bound| bound <= value));
            prop_assert!(truncate_upper(value.clone()).is_none_or(|bound| bound >= value));
            let value = Datum::binary(bytes);
            prop_assert!(truncate_lower(value.clone()).is_some_and(|bound| bound <= value));
            prop_assert!(truncate_upper(value.clone()).is_none_or(|bound| bound >= value));
        }
    }
}
