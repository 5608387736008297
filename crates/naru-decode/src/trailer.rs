//! The record at a source's end that is no data.

use crate::syntax::Syntax;

/// A source's trailer record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trailer {
    /// Its fields without quotes and escapes, the mark among them. Text that is malformed holds replacement characters.
    pub fields: Vec<String>,
    /// Physical line where it starts, from 1.
    pub line: u64,
}

/// The first field by which a trailer record is told from data.
#[derive(Debug)]
pub(crate) struct TrailerMark {
    text: String,
}

impl TrailerMark {
    pub(crate) fn new(text: &str) -> Self {
        Self { text: text.into() }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether the mark, bare or in quotes, is the whole first field of a record, whose newline is taken off.
    pub(crate) fn begins(&self, record: &[u8], syntax: &Syntax) -> bool {
        let record = without_blanks(record, syntax);
        let (quote, inner) = match record {
            [first, inner @ ..] if Some(*first) == syntax.quote => (Some(*first), inner),
            bare => (None, bare),
        };
        let Some(mut rest) = inner.strip_prefix(self.text.as_bytes()) else { return false };
        if let Some(quote) = quote {
            match rest {
                [first, after @ ..] if *first == quote => rest = after,
                _ => return false,
            }
        }
        match without_blanks(rest, syntax) {
            [] | [b'\r'] => true,
            [first, ..] => *first == syntax.delimiter,
        }
    }
}

fn without_blanks<'t>(text: &'t [u8], syntax: &Syntax) -> &'t [u8] {
    let blanks = text.iter().take_while(|byte| syntax.trim && syntax.is_blank(**byte)).count();
    &text[blanks..]
}
