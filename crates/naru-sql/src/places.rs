//! Places in a text: a parser's lines and columns as bytes, and edits by bytes.

use std::ops::Range;

use sqlparser::tokenizer::{Location, Span};

/// Where the lines of a text begin.
pub(crate) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(crate) fn of(text: &'t str) -> Self {
        let after = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(after).collect() }
    }

    /// The bytes between the ends of two spans; none if they have no place in the text.
    pub(crate) fn bytes(&self, first: Span, last: Span) -> Option<Range<usize>> {
        let range = self.byte(first.start)?..self.byte(last.end)?;
        (range.start < range.end).then_some(range)
    }

    /// Lines count from 1, as do columns, which are characters.
    fn byte(&self, at: Location) -> Option<usize> {
        let start = *self.starts.get(usize::try_from(at.line.checked_sub(1)?).ok()?)?;
        let column = usize::try_from(at.column.checked_sub(1)?).ok()?;
        let rest = &self.text[start..];
        match rest.char_indices().nth(column) {
            Some((byte, _)) => Some(start + byte),
            None => (rest.chars().count() == column).then_some(self.text.len()),
        }
    }
}

/// A piece of a text, and what takes its place.
#[derive(Debug)]
pub(crate) struct Edit {
    pub(crate) bytes: Range<usize>,
    pub(crate) with: String,
}

/// The text with all edits, which do not overlap; all else stays byte for byte.
pub(crate) fn edited(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| edit.bytes.start);
    let (mut result, mut done) = (String::with_capacity(text.len()), 0);
    for edit in edits {
        result.push_str(&text[done..edit.bytes.start]);
        result.push_str(&edit.with);
        done = edit.bytes.end;
    }
    result + &text[done..]
}
