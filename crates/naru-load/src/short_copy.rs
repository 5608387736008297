//! Copies of byte strings most of which are short.

use std::ops::Range;

/// A short one is copied as so many bytes and cut, which is a few instructions instead of a call. Space reserved beyond what
/// is appended lets that be so for the last one, too.
pub(crate) const SHORT_BYTES: usize = 32;

/// Appends a part of some bytes.
#[inline]
pub(crate) fn append_part(data: &[u8], part: Range<usize>, out: &mut Vec<u8>) {
    match data[part.start..].first_chunk::<SHORT_BYTES>() {
        Some(short) if part.len() <= SHORT_BYTES => {
            let end = out.len() + part.len();
            out.extend_from_slice(short);
            out.truncate(end);
        }
        _ => out.extend_from_slice(&data[part]),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_the_part_whatever_its_length_and_place(
            data in proptest::collection::vec(any::<u8>(), 0..120),
            (start, end) in (any::<proptest::sample::Index>(), any::<proptest::sample::Index>()),
            before in proptest::collection::vec(any::<u8>(), 0..9),
        ) {
            let (start, end) = (start.index(data.len() + 1), end.index(data.len() + 1));
            let part = start.min(end)..start.max(end);
            let mut out = before.clone();
            append_part(&data, part.clone(), &mut out);
            prop_assert_eq!(out, [&before, &data[part]].concat());
        }
    }
}
