//! The character encoding of a file, by its bytes alone.

use crate::Fault;
use crate::dialect::Encoding;

use super::doubt::{Doubt, Topic, counted};

/// Looks at a file's decompressed bytes, piece by piece.
#[derive(Debug, Default)]
pub struct EncodingWatch {
    /// The first bytes: a byte-order mark's.
    head: Vec<u8>,
    bytes: u64,
    /// NUL bytes at even and odd offsets.
    nuls: [u64; 2],
    above_ascii: u64,
    utf8: Utf8,
    cp949: Cp949,
}

/// What a file's bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileEncoding {
    /// Nothing above ASCII: UTF-8 and CP949 alike.
    Ascii,
    /// This encoding, with so many byte sequences that are no text in it.
    Known(Encoding, u64),
}

impl EncodingWatch {
    /// Looks at the next piece.
    pub fn feed(&mut self, piece: &[u8]) {
        self.head.extend(piece.iter().take(3usize.saturating_sub(self.head.len())));
        for byte in piece {
            self.nuls[(self.bytes % 2) as usize] += u64::from(*byte == 0);
            self.bytes += 1;
            self.above_ascii += u64::from(!byte.is_ascii());
        }
        self.utf8.feed(piece);
        self.cp949.feed(piece);
    }

    /// The encoding; `is_whole`: the file has ended, so that half a character at its end is one fault more.
    pub fn finish(&self, is_whole: bool) -> FileEncoding {
        let [even, odd] = self.nuls;
        // UTF-16 text holds delimiters, digits and line ends, of which one byte in two is NUL.
        let many = |count: u64, other: u64| count * 50 > self.bytes && count > other * 4;
        let encoding = match self.head.as_slice() {
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Encoding::Utf16,
            [0xEF, 0xBB, 0xBF] => Encoding::Utf8,
            _ if many(odd, even) => Encoding::Utf16Le,
            _ if many(even, odd) => Encoding::Utf16Be,
            _ if self.above_ascii == 0 => return FileEncoding::Ascii,
            _ if self.utf8.faults(is_whole) > self.cp949.faults => Encoding::Cp949,
            _ => Encoding::Utf8,
        };
        let faults = match encoding {
            Encoding::Utf8 => self.utf8.faults(is_whole),
            Encoding::Cp949 => self.cp949.faults,
            Encoding::Utf16 | Encoding::Utf16Le | Encoding::Utf16Be => 0,
        };
        FileEncoding::Known(encoding, faults)
    }
}

/// The one encoding of several files, given with their names.
///
/// # Errors
/// A fault for each file whose encoding is not the first's: one definition has one encoding.
pub fn common_encoding(files: &[(String, FileEncoding)]) -> Result<(Encoding, Vec<Doubt>), Vec<Fault>> {
    let known = |(file, found): &(String, FileEncoding)| match found {
        FileEncoding::Known(encoding, faults) => Some((file.clone(), *encoding, *faults)),
        FileEncoding::Ascii => None,
    };
    let all: Vec<_> = files.iter().filter_map(known).collect();
    let Some((first, encoding, _)) = all.first().cloned() else {
        let message =
            "no character is above ASCII: utf-8 was chosen; if the source writes Korean in CP949, write cp949";
        return Ok((Encoding::Utf8, vec![Doubt::new(Topic::Encoding, message)]));
    };
    let is_utf16 = |encoding| !matches!(encoding, Encoding::Utf8 | Encoding::Cp949);
    let mut faults = Vec::new();
    for (file, other) in files {
        let differs = match other {
            FileEncoding::Known(other, _) => *other != encoding,
            FileEncoding::Ascii => is_utf16(encoding),
        };
        if differs {
            let fault = Fault::new(file, format!("its encoding is not that of {first}"));
            faults.push(fault.hint("a definition has one encoding: infer from files of the same one"));
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut doubts = Vec::new();
    let broken: u64 = all.iter().map(|(_, _, faults)| faults).sum();
    if broken > 0 {
        let message = format!("{} are no text in the encoding chosen", counted(broken, "byte sequence"));
        doubts.push(Doubt::new(Topic::Encoding, message));
    }
    if matches!(encoding, Encoding::Utf16Le | Encoding::Utf16Be) {
        doubts.push(Doubt::new(Topic::Encoding, "UTF-16 without a byte-order mark, by where its NUL bytes stand"));
    }
    Ok((encoding, doubts))
}

/// Byte sequences that are no UTF-8.
#[derive(Debug, Default)]
struct Utf8 {
    /// The start of a character that the next piece may complete, at most 3 bytes.
    pending: Vec<u8>,
    faults: u64,
}

impl Utf8 {
    fn feed(&mut self, piece: &[u8]) {
        let mut text = std::mem::take(&mut self.pending);
        text.extend_from_slice(piece);
        let mut rest = text.as_slice();
        while let Err(error) = std::str::from_utf8(rest) {
            let after = rest.get(error.valid_up_to()..).unwrap_or_default();
            let Some(length) = error.error_len() else {
                self.pending = after.to_vec();
                return;
            };
            self.faults += 1;
            rest = after.get(length..).unwrap_or_default();
        }
    }

    fn faults(&self, is_whole: bool) -> u64 {
        self.faults + u64::from(is_whole && !self.pending.is_empty())
    }
}

/// Byte pairs that CP949 cannot have: a lead byte is 0x81 to 0xFE, a trail byte a letter or 0x81 to 0xFE (Microsoft's
/// code page 949, Unified Hangul Code).
#[derive(Debug, Default)]
struct Cp949 {
    after_lead: bool,
    faults: u64,
}

impl Cp949 {
    fn feed(&mut self, piece: &[u8]) {
        for byte in piece {
            if self.after_lead {
                self.after_lead = false;
                self.faults += u64::from(!matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | 0x81..=0xFE));
            } else {
                self.after_lead = matches!(byte, 0x81..=0xFE);
                self.faults += u64::from(matches!(byte, 0x80 | 0xFF));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pieces: &[&[u8]]) -> FileEncoding {
        let mut watch = EncodingWatch::default();
        pieces.iter().for_each(|piece| watch.feed(piece));
        watch.finish(true)
    }

    #[test]
    fn tells_encodings_apart() {
        use FileEncoding::{Ascii, Known};
        let utf16: Vec<u8> = "id,이름\n1,김\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "id,이름\n1,김\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let marked = [&[0xFF, 0xFE], utf16.as_slice()].concat();
        assert_eq!(of(&[b"id,name\n"]), Ascii);
        assert_eq!(of(&["이름\n".as_bytes()]), Known(Encoding::Utf8, 0));
        assert_eq!(of(&[b"\xEF\xBB\xBFid\n"]), Known(Encoding::Utf8, 0));
        assert_eq!(of(&[b"\xC0\xCC\xB8\xA7\n"]), Known(Encoding::Cp949, 0));
        assert_eq!(of(&[&marked]), Known(Encoding::Utf16, 0));
        assert_eq!(of(&[&utf16]), Known(Encoding::Utf16Le, 0));
        assert_eq!(of(&[&big]), Known(Encoding::Utf16Be, 0));
    }

    #[test]
    fn a_character_may_stand_across_pieces() {
        let text = "가나".as_bytes();
        for cut in 0..text.len() {
            assert_eq!(of(&[&text[..cut], &text[cut..]]), FileEncoding::Known(Encoding::Utf8, 0), "{cut}");
        }
        assert_eq!(of(&[&text[..4]]), FileEncoding::Known(Encoding::Utf8, 1), "half a character at the end");
    }

    #[test]
    fn files_share_one_encoding() {
        let file = |name: &str, found| (name.to_owned(), found);
        let cp949 = FileEncoding::Known(Encoding::Cp949, 0);
        let found = common_encoding(&[file("a", FileEncoding::Ascii), file("b", cp949)]);
        assert_eq!(found, Ok((Encoding::Cp949, vec![])));
        let found = common_encoding(&[file("a", cp949), file("b", FileEncoding::Known(Encoding::Utf8, 0))]);
        assert_eq!(found.map_err(|faults| faults.len()), Err(1));
        assert!(common_encoding(&[file("a", FileEncoding::Ascii)]).is_ok_and(|(_, doubts)| doubts.len() == 1));
    }
}
