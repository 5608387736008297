//! Booleans, by the words that the dialect declares.

use crate::{KernelError, Reason};

#[derive(Debug)]
pub(crate) struct BooleanWords {
    /// What each word of one byte means; most files use these.
    single: Box<[Option<bool>; 256]>,
    /// Words of two to eight bytes, as numbers, which are compared without a call.
    short: Vec<(ShortWord, bool)>,
    longer: Vec<(Box<[u8]>, bool)>,
}

impl BooleanWords {
    pub(crate) fn new(true_words: &[String], false_words: &[String]) -> Result<Self, KernelError> {
        let mut words = Self { single: Box::new([None; 256]), short: Vec::new(), longer: Vec::new() };
        if true_words.iter().any(|word| false_words.contains(word)) {
            return Err(KernelError::BooleanWords);
        }
        let meanings = true_words.iter().map(|word| (word, true)).chain(false_words.iter().map(|word| (word, false)));
        for (word, meaning) in meanings {
            match (word.as_bytes(), ShortWord::of(word.as_bytes())) {
                ([], _) => return Err(KernelError::BooleanWords),
                ([byte], _) => words.single[usize::from(*byte)] = Some(meaning),
                (_, Some(short)) => words.short.push((short, meaning)),
                (longer, None) => words.longer.push((longer.into(), meaning)),
            }
        }
        Ok(words)
    }

    #[inline]
    pub(crate) fn parse(&self, text: &[u8]) -> Result<bool, Reason> {
        let meaning = match (text, ShortWord::of(text)) {
            ([byte], _) => self.single[usize::from(*byte)],
            (_, Some(short)) => self.short.iter().find(|(word, _)| *word == short).map(|(_, meaning)| *meaning),
            (longer, None) => self.longer.iter().find(|(word, _)| **word == *longer).map(|(_, meaning)| *meaning),
        };
        meaning.ok_or(Reason::NotABoolean)
    }
}

/// A word of two to eight bytes: its length and its bytes, some of them twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ShortWord(usize, u64);

impl ShortWord {
    #[inline]
    fn of(word: &[u8]) -> Option<Self> {
        let bytes = match word.len() {
            4..=8 => {
                let (first, last) = (word.first_chunk::<4>()?, word.last_chunk::<4>()?);
                u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32
            }
            2..=3 => {
                let (first, last) = (word.first_chunk::<2>()?, word.last_chunk::<2>()?);
                u64::from(u16::from_le_bytes(*first)) | u64::from(u16::from_le_bytes(*last)) << 32
            }
            _ => return None,
        };
        Some(Self(word.len(), bytes))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn words_of_any_length_are_told_apart_by_every_byte() {
        let all: Vec<String> = (1..=12).map(|length| "abcdefghijkl"[..length].to_owned()).collect();
        let (odd, even): (Vec<String>, Vec<String>) = all.iter().cloned().partition(|word| word.len() % 2 == 1);
        let words = BooleanWords::new(&odd, &even).unwrap();
        for word in &all {
            assert_eq!(words.parse(word.as_bytes()), Ok(word.len() % 2 == 1), "{word}");
            for place in 0..word.len() {
                let mut other = word.clone().into_bytes();
                other[place] = b'X';
                assert_eq!(words.parse(&other), Err(Reason::NotABoolean), "{word}, byte {place}");
            }
        }
        assert_eq!(words.parse(b""), Err(Reason::NotABoolean));
    }
}
