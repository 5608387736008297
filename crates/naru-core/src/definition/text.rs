//! Bytes of a definition file → text, however Excel saved it.

use super::faults::{Faults, Place};

const SAVE_AS_UTF8: &str = "save the file as \"CSV UTF-8 (comma delimited)\"";

/// The file's text without its byte-order mark; none after a fault. The encoding is not guessed: a wrong guess would
/// turn names into other names.
pub(super) fn decode<'a>(bytes: &'a [u8], faults: &mut Faults) -> Option<&'a str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => {
            if let Some(offset) = bytes.iter().position(|byte| *byte == 0) {
                let message = format!("not a text file: a NUL byte at byte offset {offset}");
                faults.add_hint(Place { line: line_of(&bytes[..offset]), cell: 0 }, message, SAVE_AS_UTF8);
                return None;
            }
            Some(text.strip_prefix('\u{feff}').unwrap_or(text))
        }
        Err(error) => {
            let offset = error.valid_up_to();
            let valid = bytes.get(..offset).unwrap_or_default();
            let message = format!("not UTF-8 at byte offset {offset}");
            faults.add_hint(Place { line: line_of(valid), cell: 0 }, message, SAVE_AS_UTF8);
            None
        }
    }
}

/// Number of the physical line that starts or goes on after `before`.
fn line_of(before: &[u8]) -> u32 {
    let mut line: u32 = 1;
    for (i, byte) in before.iter().enumerate() {
        let ends = *byte == b'\n' || (*byte == b'\r' && before.get(i + 1) != Some(&b'\n'));
        line = line.saturating_add(u32::from(ends));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_where_the_text_stops_being_utf8() {
        let mut faults = Faults::new("t.csv");
        assert_eq!(decode(b"source,target\r\n\xb0\xe8,a\r\n", &mut faults), None);
        insta::assert_snapshot!(faults.into_sorted()[0], @"t.csv:2: not UTF-8 at byte offset 15");
    }

    #[test]
    fn refuses_utf16_without_a_mark() {
        let mut faults = Faults::new("t.csv");
        assert_eq!(decode(b"s\0o\0", &mut faults), None);
        insta::assert_snapshot!(faults.into_sorted()[0], @"t.csv:1: not a text file: a NUL byte at byte offset 1");
    }

    #[test]
    fn takes_off_the_mark() {
        let mut faults = Faults::new("t.csv");
        assert_eq!(decode("\u{feff}source".as_bytes(), &mut faults), Some("source"));
        assert!(faults.is_empty());
    }
}
