//! `redact` and `last4`: texts that hide most of a value or all of it.

/// What stands for a value that is not shown.
pub(crate) const REDACTED: &[u8] = b"***";

/// Characters that are shown.
const SHOWN: usize = 4;

/// The last four characters (Unicode scalar values) of a text of at least eight; of a shorter one they would be more than
/// half, so nothing is shown.
pub(crate) fn last4(text: &[u8]) -> &[u8] {
    let begins = |byte: &u8| *byte & 0b1100_0000 != 0b1000_0000;
    let mut starts = text.iter().enumerate().rev().filter(|(_, byte)| begins(byte)).map(|(start, _)| start);
    let shown = starts.nth(SHOWN - 1);
    // As many again must stay hidden.
    match (shown, starts.nth(SHOWN - 1)) {
        (Some(start), Some(_)) => &text[start..],
        _ => REDACTED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_four_of_eight_or_more() {
        for (text, shown) in [
            ("4111111111111234", "1234"),
            ("12345678", "5678"),
            ("1234567", "***"),
            ("1234", "***"),
            ("", "***"),
            ("가나다라마바사아", "마바사아"),
            ("가나다라마바사", "***"),
            ("1234567𝄞", "567𝄞"),
        ] {
            assert_eq!(last4(text.as_bytes()), shown.as_bytes(), "{text}");
        }
    }
}
