//! What stands between the segments of a job's name.

/// Stands between segments; single underscores may stand inside.
pub(crate) const SEPARATOR: &str = "__";

/// What stands before the first separator, and what behind it. As `str::split_once`, whose preparations take longer than
/// looking through a text of this length.
pub(super) fn split_once(text: &str) -> Option<(&str, &str)> {
    let at = text.as_bytes().array_windows().position(|pair: &[u8; 2]| pair == SEPARATOR.as_bytes())?;
    Some((&text[..at], &text[at + SEPARATOR.len()..]))
}

/// The segments of a name; as `str::split`.
pub(super) fn split(name: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(name);
    std::iter::from_fn(move || {
        let text = rest?;
        let (segment, after) = split_once(text).map_or((text, None), |(segment, after)| (segment, Some(after)));
        rest = after;
        Some(segment)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn splits_as_strings_do(text in "[a계_]{0,12}") {
            prop_assert_eq!(split_once(&text), text.split_once(SEPARATOR));
            prop_assert!(split(&text).eq(text.split(SEPARATOR)));
        }
    }
}
