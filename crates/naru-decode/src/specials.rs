//! Finds structural bytes, 64 at a time: the hits become one bit each of a word.

use crate::syntax::Syntax;

const CHUNK_BYTES: usize = 64;

/// Positions of structural bytes in a text, ascending.
pub(crate) struct Specials<'t> {
    text: &'t [u8],
    wanted: [u8; 4],
    base: usize,
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
        let mut specials = Self { text, wanted, base: start, hits: 0 };
        specials.load(start);
        specials
    }

    /// The next position, or none at the end of the text.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<usize> {
        while self.hits == 0 {
            let next = self.base + CHUNK_BYTES;
            if next >= self.text.len() {
                return None;
            }
            self.load(next);
        }
        let at = self.base + self.hits.trailing_zeros() as usize;
        self.hits &= self.hits - 1;
        Some(at)
    }

    /// Passes over everything before `position`.
    pub(crate) fn skip_to(&mut self, position: usize) {
        match position.checked_sub(self.base) {
            Some(ahead) if ahead < CHUNK_BYTES => self.hits &= u64::MAX << ahead,
            Some(_) => self.load(position),
            None => {}
        }
    }

    #[inline]
    fn load(&mut self, base: usize) {
        self.base = base;
        let ahead = self.text.get(base..).unwrap_or_default();
        self.hits = match ahead.first_chunk::<CHUNK_BYTES>() {
            Some(chunk) => find(chunk, self.wanted),
            None => {
                // Structural bytes are never NUL, so padding is no hit.
                let mut chunk = [0; CHUNK_BYTES];
                chunk[..ahead.len()].copy_from_slice(ahead);
                find(&chunk, self.wanted)
            }
        };
    }
}

/// One bit for each byte of the chunk that is wanted. Written so that the compiler turns the compares into vector
/// instructions.
#[inline]
fn find(chunk: &[u8; CHUNK_BYTES], [a, b, c, d]: [u8; 4]) -> u64 {
    /// Gathers the low bits of eight bytes into the top byte of the product, in order.
    const GATHER: u64 = 0x0102_0408_1020_4080;

    let mut found = [0u8; CHUNK_BYTES];
    for (hit, byte) in found.iter_mut().zip(chunk) {
        *hit = u8::from((*byte == a) | (*byte == b) | (*byte == c) | (*byte == d));
    }
    let mut hits = 0;
    for (n, eight) in found.as_chunks::<8>().0.iter().enumerate() {
        hits |= (u64::from_le_bytes(*eight).wrapping_mul(GATHER) >> 56) << (8 * n);
    }
    hits
}
