//! Texts that mean null.

/// The dialect's null tokens, compared with a field as written (before escapes are taken out).
#[derive(Debug)]
pub(crate) struct NullTokens {
    tokens: Vec<Box<[u8]>>,
    /// One bit per length that a token has; the last bit stands for all greater ones.
    lengths: u64,
}

const LAST_BIT: usize = 63;

impl NullTokens {
    pub(crate) fn new(tokens: &[String]) -> Self {
        let lengths = tokens.iter().fold(0, |bits, token| bits | 1 << token.len().min(LAST_BIT));
        Self { tokens: tokens.iter().map(|token| token.as_bytes().into()).collect(), lengths }
    }

    #[inline]
    pub(crate) fn contains(&self, text: &[u8]) -> bool {
        // Where nulls are many, they are as a rule empty: compared without a call.
        if text.is_empty() {
            return self.lengths & 1 == 1;
        }
        self.lengths >> text.len().min(LAST_BIT) & 1 == 1 && self.tokens.iter().any(|token| **token == *text)
    }
}
