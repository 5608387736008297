//! Sets of bytes that may stand in a name.

/// Which bytes may stand in a name: one look-up a byte, since every derived name is checked whenever it is derived.
pub(super) struct Alphabet([bool; 256]);

impl Alphabet {
    /// Lower-case ASCII letters and digits.
    pub(super) const LOWER: Self = Self([false; 256]).and_all(b'a', b'z').and_all(b'0', b'9');
    /// ASCII letters and digits.
    pub(super) const LETTERS: Self = Self::LOWER.and_all(b'A', b'Z');
    /// Printable ASCII characters and the space.
    pub(super) const PRINTABLE: Self = Self([false; 256]).and_all(b' ', b'~');

    /// These bytes, too.
    pub(super) const fn and(mut self, bytes: &[u8]) -> Self {
        let mut at = 0;
        while at < bytes.len() {
            self.0[bytes[at] as usize] = true;
            at += 1;
        }
        self
    }

    /// The first character of a text that is not of the alphabet.
    pub(super) fn stranger(&self, text: &str) -> Option<char> {
        // Whether there is one takes no branch a byte; where it is, is asked of wrong names only.
        let is_legal = |byte: u8| self.0[usize::from(byte)];
        if text.bytes().fold(true, |legal, byte| legal & is_legal(byte)) {
            return None;
        }
        text.chars().find(|character| !u8::try_from(*character).is_ok_and(is_legal))
    }

    /// All bytes from one to another, too.
    const fn and_all(mut self, first: u8, last: u8) -> Self {
        let mut byte = first;
        while byte <= last {
            self.0[byte as usize] = true;
            byte += 1;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_stranger_is_named() {
        let alphabet = Alphabet::LOWER.and(b"-");
        for (text, stranger) in [("", None), ("az-09", None), ("aZ_", Some('Z')), ("a계", Some('계')), ("é", Some('é'))]
        {
            assert_eq!(alphabet.stranger(text), stranger, "{text}");
        }
        assert_eq!(Alphabet::PRINTABLE.stranger(" ~\u{7f}"), Some('\u{7f}'));
        assert_eq!(Alphabet::LETTERS.stranger("aZ9_"), Some('_'));
    }
}
