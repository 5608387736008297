//! Finds structural bytes, a kibibyte at a time: the hits become one bit each of some words.

use crate::syntax::Syntax;

const WORD_BYTES: usize = 64;
const WORDS: usize = 16;

/// Positions of structural bytes in a text, ascending.
pub(crate) struct Specials<'t> {
    text: &'t [u8],
    wanted: [u8; 4],
    /// Position of the first word's first byte.
    base: usize,
    words: [u64; WORDS],
    word: usize,
    /// What is left of the current word.
    hits: u64,
}

impl<'t> Specials<'t> {
    /// Delimiters, newlines, quotes and escapes.
    pub(crate) fn new(text: &'t [u8], start: usize, syntax: &Syntax) -> Self {
        let quote = syntax.quote.unwrap_or(b'\n');
        Self::of(text, start, [syntax.delimiter, b'\n', quote, syntax.escape.unwrap_or(b'\n')])
    }

    /// Newlines, quotes and escapes.
    pub(crate) fn without_delimiters(text: &'t [u8], start: usize, syntax: &Syntax) -> Self {
        let quote = syntax.quote.unwrap_or(b'\n');
        Self::of(text, start, [b'\n', b'\n', quote, syntax.escape.unwrap_or(b'\n')])
    }

    fn of(text: &'t [u8], start: usize, wanted: [u8; 4]) -> Self {
        let mut specials = Self { text, wanted, base: start, words: [0; WORDS], word: 0, hits: 0 };
        specials.load(start);
        specials
    }

    /// The next position, or none at the end of the text.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<usize> {
        while self.hits == 0 {
            let next = self.position() + WORD_BYTES;
            if next >= self.text.len() {
                return None;
            }
            match self.words.get(self.word + 1) {
                Some(hits) => (self.word, self.hits) = (self.word + 1, *hits),
                None => self.load(next),
            }
        }
        let at = self.position() + self.hits.trailing_zeros() as usize;
        self.hits &= self.hits - 1;
        Some(at)
    }

    /// Passes over everything before `position`.
    #[inline]
    pub(crate) fn skip_to(&mut self, position: usize) {
        let Some(ahead) = position.checked_sub(self.position()) else { return };
        if ahead < WORD_BYTES {
            self.hits &= u64::MAX << ahead;
            return;
        }
        let word = (position - self.base) / WORD_BYTES;
        match self.words.get(word) {
            Some(hits) => (self.word, self.hits) = (word, *hits & (u64::MAX << (ahead % WORD_BYTES))),
            None => self.load(position),
        }
    }

    /// Position of the current word's first byte.
    #[inline]
    fn position(&self) -> usize {
        self.base + self.word * WORD_BYTES
    }

    fn load(&mut self, base: usize) {
        let ahead = self.text.get(base..).unwrap_or_default();
        match ahead.first_chunk() {
            Some(ahead) => find(ahead, self.wanted, &mut self.words),
            None => {
                // Structural bytes are never NUL, so padding is no hit.
                let mut padded = [0; WORDS * WORD_BYTES];
                padded[..ahead.len()].copy_from_slice(ahead);
                find(&padded, self.wanted, &mut self.words);
            }
        }
        (self.base, self.word, self.hits) = (base, 0, self.words[0]);
    }
}

/// One bit for each byte that is wanted.
fn find(text: &[u8; WORDS * WORD_BYTES], wanted: [u8; 4], words: &mut [u64; WORDS]) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        #[allow(unsafe_code, reason = "half of the time that tokenizing takes otherwise")]
        unsafe {
            avx2::find(text, wanted, words);
        }
        return;
    }
    find_anywhere(text, wanted, words);
}

/// Written so that the compiler turns the compares into vector instructions.
fn find_anywhere(text: &[u8; WORDS * WORD_BYTES], [a, b, c, d]: [u8; 4], words: &mut [u64; WORDS]) {
    /// Gathers the low bits of eight bytes into the top byte of the product, in order.
    const GATHER: u64 = 0x0102_0408_1020_4080;

    for (word, chunk) in words.iter_mut().zip(text.as_chunks::<WORD_BYTES>().0) {
        let mut found = [0u8; WORD_BYTES];
        for (hit, byte) in found.iter_mut().zip(chunk) {
            *hit = u8::from((*byte == a) | (*byte == b) | (*byte == c) | (*byte == d));
        }
        *word = 0;
        for (n, eight) in found.as_chunks::<8>().0.iter().enumerate() {
            *word |= (u64::from_le_bytes(*eight).wrapping_mul(GATHER) >> 56) << (8 * n);
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::{
        __m256i, _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8,
    };

    use super::{WORD_BYTES, WORDS};

    #[target_feature(enable = "avx2")]
    pub(super) fn find(text: &[u8; WORDS * WORD_BYTES], wanted: [u8; 4], words: &mut [u64; WORDS]) {
        let [a, b, c, d] = wanted.map(|byte| _mm256_set1_epi8(byte.cast_signed()));
        let hits = |half: &[u8; 32]| {
            // SAFETY: 32 bytes are read, which need not be aligned.
            #[allow(unsafe_code, reason = "there is no safe load of a vector")]
            let bytes = unsafe { _mm256_loadu_si256(half.as_ptr().cast::<__m256i>()) };
            let either = _mm256_or_si256(_mm256_cmpeq_epi8(bytes, a), _mm256_cmpeq_epi8(bytes, b));
            let or = _mm256_or_si256(_mm256_cmpeq_epi8(bytes, c), _mm256_cmpeq_epi8(bytes, d));
            u64::from(_mm256_movemask_epi8(_mm256_or_si256(either, or)).cast_unsigned())
        };
        for (word, [low, high]) in words.iter_mut().zip(text.as_chunks::<32>().0.as_chunks::<2>().0) {
            *word = hits(low) | (hits(high) << 32);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_way_of_finding_finds_the_same(text: Vec<u8>, wanted: [u8; 4]) {
            let mut whole = [0; WORDS * WORD_BYTES];
            for (at, byte) in whole.iter_mut().zip(text.iter().cycle()) {
                *at = *byte;
            }
            let (mut fast, mut anywhere) = ([0; WORDS], [0; WORDS]);
            find(&whole, wanted, &mut fast);
            find_anywhere(&whole, wanted, &mut anywhere);
            let bit = |at: usize| anywhere[at / WORD_BYTES] >> (at % WORD_BYTES) & 1 == 1;
            prop_assert_eq!(fast, anywhere);
            for (at, byte) in whole.iter().enumerate() {
                prop_assert_eq!(bit(at), wanted.contains(byte));
            }
        }

        #[test]
        fn what_is_passed_over_is_not_found(text in "[,\n\"x]{0,3000}", skips: Vec<(u8, u16)>) {
            let text = text.as_bytes();
            let wanted = |at: &usize| b",\n\"".contains(&text[*at]);
            let mut specials = Specials::of(text, 0, *b",\n\"\"");
            let mut from = 0;
            for (steps, skip) in skips {
                for _ in 0..steps {
                    let expected = (from..text.len()).find(wanted);
                    prop_assert_eq!(specials.next(), expected);
                    from = expected.map_or(text.len(), |at| at + 1);
                }
                from += usize::from(skip % 2048);
                specials.skip_to(from);
            }
            prop_assert_eq!(specials.next(), (from..text.len()).find(wanted));
        }
    }
}
