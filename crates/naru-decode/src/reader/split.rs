//! Finds where records end, without looking at fields.

use memchr::{memchr, memrchr};

use crate::specials::Specials;
use crate::syntax::Syntax;
use crate::trailer::TrailerMark;

/// Splits a growing text at record ends. A quote counts only where a field starts; see [`Syntax::opens_field`].
#[derive(Debug)]
pub(crate) struct Splitter<'k> {
    syntax: Syntax,
    /// How the trailer record begins, where the source has one.
    mark: Option<&'k TrailerMark>,
    /// Records of one field: a blank line is one.
    keeps_blank: bool,
    max_record_bytes: usize,
    /// Everything before is dealt with.
    at: usize,
    /// Position of the open quote, while inside quotes.
    quote: Option<usize>,
    record_start: usize,
    literal_until: usize,
    /// Position after the last record end, or after blank lines.
    pub(crate) cut: usize,
    /// Records before `cut`.
    pub(crate) records: u64,
    /// Position after the trailer record, which starts at `cut`. Nothing behind it is looked at.
    pub(crate) trailer_end: Option<usize>,
}

/// A record is longer than allowed; its start is at [`Splitter::record_start`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

impl<'k> Splitter<'k> {
    pub(crate) fn new(
        syntax: Syntax,
        mark: Option<&'k TrailerMark>,
        keeps_blank: bool,
        max_record_bytes: usize,
    ) -> Self {
        Self {
            syntax,
            mark,
            keeps_blank,
            max_record_bytes,
            at: 0,
            quote: None,
            record_start: 0,
            literal_until: 0,
            cut: 0,
            records: 0,
            trailer_end: None,
        }
    }

    /// Start of the record that is not complete yet.
    pub(crate) fn record_start(&self) -> usize {
        self.record_start
    }

    /// Where the open quote stands, if the text ends inside quotes.
    pub(crate) fn open_quote(&self) -> Option<usize> {
        self.quote
    }

    /// Goes on to the end of the text, until `limit` records are complete, or to the trailer record. `ended`: no more
    /// text will come.
    pub(crate) fn scan(&mut self, text: &[u8], ended: bool, limit: u64) -> Result<(), TooLong> {
        if !self.scan_plain(text, limit) {
            self.scan_records(text, ended, limit)?;
        }
        let is_done = self.records >= limit || self.trailer_end.is_some();
        if !is_done && text.len() - self.record_start > self.max_record_bytes { Err(TooLong) } else { Ok(()) }
    }

    /// The text's rest without a newline is a record, or the trailer: there is no more.
    pub(crate) fn finish(&mut self, text: &[u8]) {
        if self.is_trailer(text, text.len()) {
            self.trailer_end = Some(text.len());
        } else if self.record_start < text.len() {
            (self.cut, self.record_start) = (text.len(), text.len());
            self.records += 1;
        }
    }

    /// Where neither quotes nor escapes occur, every newline ends a record.
    fn scan_plain(&mut self, text: &[u8], limit: u64) -> bool {
        let ahead = text.get(self.at..).unwrap_or_default();
        let has_quote = self.syntax.quote.is_some_and(|quote| memchr(quote, ahead).is_some());
        let may_be_long = text.len() - self.record_start > self.max_record_bytes;
        let is_plain = self.quote.is_none() && self.syntax.escape.is_none() && !has_quote;
        if !is_plain || may_be_long || limit != u64::MAX || self.mark.is_some() {
            return false;
        }
        if let Some((first, last)) = memchr(b'\n', ahead).zip(memrchr(b'\n', ahead)) {
            // The first record may hold quoted newlines that were passed over before.
            let first = self.at + first;
            let end = self.at + last + 1;
            let is_record = self.keeps_blank || !is_blank(&text[self.record_start..first]);
            self.records += u64::from(is_record) + count_records(&text[first + 1..end], self.keeps_blank);
            (self.cut, self.record_start, self.literal_until) = (end, end, end);
        }
        self.at = text.len();
        true
    }

    fn scan_records(&mut self, text: &[u8], ended: bool, limit: u64) -> Result<(), TooLong> {
        let mut specials = Specials::without_delimiters(text, self.at, &self.syntax);
        while self.records < limit {
            let Some(at) = specials.next() else {
                self.at = self.at.max(text.len());
                return Ok(());
            };
            // Passed over together with the byte before it, or a line's end inside quotes.
            if at < self.at || (self.quote.is_some() && text[at] == b'\n') {
                continue;
            }
            if !self.meet(text, at, ended)? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Deals with a structural byte; false if the byte after it is needed and not there yet.
    #[inline]
    fn meet(&mut self, text: &[u8], at: usize, ended: bool) -> Result<bool, TooLong> {
        let byte = text[at];
        let is_quote = Some(byte) == self.syntax.quote;
        // Before the byte counts, so that the quote that was open at the limit is known.
        if at - self.record_start >= self.max_record_bytes + usize::from(byte == b'\n') {
            return Err(TooLong);
        }
        self.at = at + 1;
        if Some(byte) == self.syntax.escape {
            self.at = at + 2;
            self.literal_until = at + 2;
        } else if self.quote.is_some() {
            let doubles = self.syntax.escape.is_none();
            match text.get(at + 1) {
                Some(next) if doubles && *next == byte => self.at = at + 2,
                None if doubles && !ended => {
                    self.at = at;
                    return Ok(false);
                }
                _ => {
                    self.quote = None;
                    self.literal_until = at + 1;
                }
            }
        } else if is_quote {
            if self.syntax.opens_field(text, self.record_start, self.literal_until, at) {
                self.quote = Some(at);
            }
        } else if self.is_trailer(text, at) {
            self.trailer_end = Some(at + 1);
            return Ok(false);
        } else {
            self.records += u64::from(self.keeps_blank || !is_blank(&text[self.record_start..at]));
            (self.cut, self.record_start, self.literal_until) = (at + 1, at + 1, at + 1);
        }
        Ok(true)
    }

    /// Whether the record that ends at `end` is the trailer.
    #[inline]
    fn is_trailer(&self, text: &[u8], end: usize) -> bool {
        self.mark.is_some_and(|mark| mark.begins(&text[self.record_start..end], &self.syntax))
    }
}

fn is_blank(line: &[u8]) -> bool {
    matches!(line, [] | [b'\r'])
}

/// Newlines in whole lines, less those of blank lines unless these are kept. Written to be compiled to vector
/// instructions.
fn count_records(lines: &[u8], keeps_blank: bool) -> u64 {
    let mut count = 0u64;
    let mut before = [b'\n', b'\n'];
    for piece in lines.chunks(255) {
        let mut records = 0u8;
        for byte in piece.iter().take(2) {
            records += u8::from(is_end(*byte, before[1], before[0], keeps_blank));
            before = [before[1], *byte];
        }
        let earlier = piece.iter().zip(piece.get(1..).unwrap_or_default());
        for ((before_that, before), byte) in earlier.zip(piece.get(2..).unwrap_or_default()) {
            records += u8::from(is_end(*byte, *before, *before_that, keeps_blank));
        }
        if let [.., first, second] = piece {
            before = [*first, *second];
        }
        count += u64::from(records);
    }
    count
}

#[inline]
fn is_end(byte: u8, before: u8, before_that: u8, keeps_blank: bool) -> bool {
    let blank = (before == b'\n') | ((before == b'\r') & (before_that == b'\n'));
    (byte == b'\n') & (keeps_blank | !blank)
}
