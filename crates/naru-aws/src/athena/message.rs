//! Athena's messages without values of loaded data.

/// A message that names a place in the SQL is about the SQL, and stays as it is. Of all else goes what stands in quotes or
/// brackets, and numbers: a cast that fails at run time says which value it failed by.
pub(super) fn without_values(message: &str) -> String {
    if names_a_place(message) {
        return message.into();
    }
    let mut text = String::new();
    let mut rest = message;
    while let Some(open) = rest.find(['\'', '"', '`', '[', '“', '‘']) {
        let (before, from) = rest.split_at(open);
        text.push_str(&without_numbers(before));
        let mut characters = from.chars();
        let opened = characters.next().unwrap_or_default();
        let inside = characters.as_str();
        let close = match opened {
            '[' => ']',
            '“' => '”',
            '‘' => '’',
            same => same,
        };
        text.push_str("[…]");
        // The last one: a value may hold the sign itself.
        match inside.rfind(close) {
            Some(end) => rest = &inside[end + close.len_utf8()..],
            None => return text,
        }
    }
    text + &without_numbers(rest)
}

/// `line 1:8`, as Trino's analysis writes it.
fn names_a_place(message: &str) -> bool {
    message.match_indices("line ").any(|(at, word)| {
        let place = message[at + word.len()..].split([' ', ',', '.']).next().unwrap_or_default();
        let place = place.trim_end_matches(':');
        place.split_once(':').is_some_and(|(line, column)| {
            let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            is_number(line) && is_number(column)
        })
    })
}

/// Every run of digits, with what belongs to a number, date or time, as `…`.
fn without_numbers(text: &str) -> String {
    let mut result = String::new();
    let mut in_number = false;
    for character in text.chars() {
        if character.is_numeric() {
            if !in_number {
                result.push('…');
            }
            in_number = true;
        } else if !(in_number && matches!(character, '.' | '-' | ':' | '_' | '/')) {
            in_number = false;
            result.push(character);
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_about_the_sql_stays() {
        for message in [
            "SYNTAX_ERROR: line 1:8: Column 'balanse' cannot be resolved or requester is not authorized",
            "TYPE_MISMATCH: line 12:34: Cannot apply operator: varchar = integer",
            "line 1:15: mismatched input 'form'. Expecting: ',', 'EXCEPT', <EOF>",
            "Query exhausted resources at this scale factor",
        ] {
            assert_eq!(without_values(message), message);
        }
    }

    #[test]
    fn values_go() {
        for (message, without) in [
            (
                "INVALID_CAST_ARGUMENT: Cannot cast '900101-1234567' to INT",
                "INVALID_CAST_ARGUMENT: Cannot cast […] to INT",
            ),
            ("INVALID_CAST_ARGUMENT: Cannot cast 'it''s 'me'' to INT", "INVALID_CAST_ARGUMENT: Cannot cast […] to INT"),
            ("Value 9001011234567 out of range on 2026-11-22", "Value … out of range on …"),
            ("bad data [홍길동, 010-1234-5678", "bad data […]"),
            ("on line 7: '홍길동'", "on line … […]"),
        ] {
            assert_eq!(without_values(message), without, "{message}");
        }
    }

    proptest! {
        #[test]
        fn no_quoted_value_comes_through(value in "[a-z가-힣]{3,12}[0-9]{0,9}", quote in "['\"`]") {
            let message = format!("INVALID_CAST_ARGUMENT: Cannot cast {quote}{value}{quote} to INTEGER");
            prop_assert!(!without_values(&message).contains(&value));
        }
    }
}
