//! Booleans, by the words that the dialect declares.

use crate::{KernelError, Reason};

#[derive(Debug)]
pub(crate) struct BooleanWords {
    /// What each word of one byte means; most files use these.
    single: Box<[Option<bool>; 256]>,
    longer: Vec<(Box<[u8]>, bool)>,
}

impl BooleanWords {
    pub(crate) fn new(true_words: &[String], false_words: &[String]) -> Result<Self, KernelError> {
        let mut words = Self { single: Box::new([None; 256]), longer: Vec::new() };
        if true_words.iter().any(|word| false_words.contains(word)) {
            return Err(KernelError::BooleanWords);
        }
        let meanings = true_words.iter().map(|word| (word, true)).chain(false_words.iter().map(|word| (word, false)));
        for (word, meaning) in meanings {
            match word.as_bytes() {
                [] => return Err(KernelError::BooleanWords),
                [byte] => words.single[usize::from(*byte)] = Some(meaning),
                longer => words.longer.push((longer.into(), meaning)),
            }
        }
        Ok(words)
    }

    #[inline]
    pub(crate) fn parse(&self, text: &[u8]) -> Result<bool, Reason> {
        let meaning = match text {
            [byte] => self.single[usize::from(*byte)],
            longer => self.longer.iter().find(|(word, _)| **word == *longer).map(|(_, meaning)| *meaning),
        };
        meaning.ok_or(Reason::NotABoolean)
    }
}
