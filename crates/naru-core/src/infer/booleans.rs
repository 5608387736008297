//! Booleans: only by words that every dialect knows.

use crate::Dialect;

/// How often a column holds words that mean true or false.
#[derive(Debug, Clone)]
pub(super) struct BooleanProfile {
    words: [Vec<String>; 2],
    /// Values that are words of letters: true, false.
    pub(super) words_seen: [u64; 2],
    /// Values that are `1` or `0`.
    pub(super) digits_seen: u64,
}

impl BooleanProfile {
    pub(super) fn new() -> Self {
        let Dialect { true_words, false_words, .. } = Dialect::default();
        Self { words: [true_words, false_words], words_seen: [0; 2], digits_seen: 0 }
    }

    pub(super) fn add(&mut self, text: &str) {
        if matches!(text, "0" | "1") {
            self.digits_seen += 1;
            return;
        }
        // The longest word has five letters.
        if text.len() > 5 {
            return;
        }
        for (words, seen) in self.words.iter().zip(&mut self.words_seen) {
            *seen += u64::from(words.iter().any(|word| word == text));
        }
    }

    /// Values that are words of letters.
    pub(super) fn words_of_letters(&self) -> u64 {
        self.words_seen.iter().sum()
    }
}
