//! What numbers of all types have in common: separators.

use naru_core::Dialect;

use crate::{KernelError, Reason};

/// How numbers are written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NumberText {
    pub(crate) point: u8,
    thousands: Option<u8>,
}

/// Grouped numbers up to this length are rewritten without an allocation.
const STACK_BYTES: usize = 64;

impl NumberText {
    pub(crate) fn new(dialect: &Dialect) -> Result<Self, KernelError> {
        let point = separator("decimal", dialect.decimal_separator)?;
        let thousands = dialect.thousands_separator.map(|c| separator("thousands", c)).transpose()?;
        if thousands == Some(point) {
            return Err(KernelError::Clash("decimal separator", "thousands separator"));
        }
        Ok(Self { point, thousands })
    }

    /// Parses a text whose thousands separators, if it has any, are taken out. They may stand only between groups of
    /// three digits before the decimal point, and then between all of them.
    #[inline]
    pub(crate) fn ungrouped<T>(
        &self,
        text: &[u8],
        not_a: Reason,
        parse: impl FnOnce(&[u8]) -> Result<T, Reason>,
    ) -> Result<T, Reason> {
        match self.thousands {
            Some(separator) if memchr::memchr(separator, text).is_some() => {
                let integer = self.check_groups(text, separator).ok_or(not_a)?;
                let mut stack = [0; STACK_BYTES];
                let mut heap = Vec::new();
                let plain = if text.len() <= STACK_BYTES {
                    &mut stack[..text.len()]
                } else {
                    heap.resize(text.len(), 0);
                    &mut heap[..]
                };
                let mut length = 0;
                for byte in text[..integer].iter().filter(|byte| **byte != separator).chain(&text[integer..]) {
                    plain[length] = *byte;
                    length += 1;
                }
                parse(&plain[..length])
            }
            _ => parse(text),
        }
    }

    /// The end of the integer part, if its groups are right.
    fn check_groups(&self, text: &[u8], separator: u8) -> Option<usize> {
        let unsigned = usize::from(matches!(text.first(), Some(b'+' | b'-')));
        let is_integer = |byte: &u8| byte.is_ascii_digit() || *byte == separator;
        let end = text[unsigned..].iter().position(|byte| !is_integer(byte)).map_or(text.len(), |at| unsigned + at);
        let mut groups = text[unsigned..end].split(|byte| *byte == separator);
        let first = groups.next()?;
        let is_right = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
        (is_right && memchr::memchr(separator, &text[end..]).is_none()).then_some(end)
    }
}

fn separator(name: &'static str, c: char) -> Result<u8, KernelError> {
    match u8::try_from(c) {
        Ok(byte)
            if byte.is_ascii() && !byte.is_ascii_alphanumeric() && !matches!(byte, 0 | b'\n' | b'\r' | b'+' | b'-') =>
        {
            Ok(byte)
        }
        _ => Err(KernelError::NumberSeparator(name)),
    }
}
