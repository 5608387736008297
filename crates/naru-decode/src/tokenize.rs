//! From text to an index of fields, row by row.

use crate::Reason;
use crate::specials::Specials;
use crate::syntax::Syntax;

/// A field's place in its text, without quotes around it. Eight bytes, since a block has a lot of them: the flags take
/// the top bits that [`crate::GREATEST_RECORD_BYTES`] leaves free.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    start: u32,
    length: u32,
}

const REJECTED: u32 = 1 << 31;
const QUOTED: u32 = 1 << 31;
const ESCAPED: u32 = 1 << 30;

impl Field {
    #[inline]
    fn new(start: usize, end: usize, flags: u32) -> Self {
        Self { start: start as u32, length: (end - start) as u32 | flags }
    }

    fn placeholder(start: usize) -> Self {
        Self { start: start as u32 | REJECTED, length: 0 }
    }

    #[inline]
    pub(crate) fn start(self) -> usize {
        (self.start & !REJECTED) as usize
    }

    /// The field as written, quotes taken off and escapes left in.
    #[inline]
    pub(crate) fn raw(self, text: &[u8]) -> &[u8] {
        let start = self.start();
        &text[start..start + (self.length & !(QUOTED | ESCAPED)) as usize]
    }

    #[inline]
    pub(crate) fn is_quoted(self) -> bool {
        self.length & QUOTED != 0
    }

    /// Whether the raw text holds escapes.
    #[inline]
    pub(crate) fn is_escaped(self) -> bool {
        self.length & ESCAPED != 0
    }

    /// Whether a reject was recorded already, so that no cast looks at the field.
    #[inline]
    pub(crate) fn is_rejected(self) -> bool {
        self.start & REJECTED != 0
    }

    pub(crate) fn reject(&mut self) {
        self.start |= REJECTED;
    }
}

/// A structural fault of a record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flaw {
    /// Record, from 0 in this index.
    pub(crate) record: usize,
    /// Field, from 0; none when the record as a whole is at fault.
    pub(crate) field: Option<usize>,
    /// Position in the text.
    pub(crate) position: usize,
    pub(crate) reason: Reason,
}

/// The fields of some records of a text, row by row, each record of equal width.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    pub(crate) fields: Vec<Field>,
    /// Position of each record's first byte.
    pub(crate) starts: Vec<usize>,
    pub(crate) flaws: Vec<Flaw>,
}

/// How many fields a record has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Width {
    /// As many as it has: a header.
    Any,
    /// Exactly so many; others are a flaw, and the record's fields become placeholders.
    Exactly(usize),
}

impl Tokens {
    /// Indexes up to `limit` records from `start` on, and returns the position after them.
    pub(crate) fn fill(&mut self, text: &[u8], start: usize, syntax: &Syntax, width: Width, limit: usize) -> usize {
        self.fields.clear();
        self.starts.clear();
        self.flaws.clear();
        let mut walk = Walk::new(self, text, start, *syntax, width);
        while walk.tokens.starts.len() < limit && walk.record_start < text.len() {
            walk.step();
        }
        walk.record_start
    }
}

struct Walk<'a> {
    tokens: &'a mut Tokens,
    text: &'a [u8],
    syntax: Syntax,
    width: Width,
    /// Fields that are kept of one record; the rest are counted only, so that a surplus takes no memory.
    keep: usize,
    scan: Specials<'a>,
    record_start: usize,
    field_start: usize,
    /// Bytes before this one were made literal by an escape.
    literal_until: usize,
    /// Fields of the record so far.
    count: usize,
    first_surplus: usize,
    flags: u32,
}

impl<'a> Walk<'a> {
    fn new(tokens: &'a mut Tokens, text: &'a [u8], start: usize, syntax: Syntax, width: Width) -> Self {
        Self {
            tokens,
            text,
            syntax,
            width,
            keep: if let Width::Exactly(width) = width { width } else { usize::MAX },
            scan: Specials::new(text, start, &syntax),
            record_start: start,
            field_start: start,
            literal_until: start,
            count: 0,
            first_surplus: start,
            flags: 0,
        }
    }

    /// Deals with the next structural byte of an unquoted field; the end of the text ends the record.
    #[inline]
    fn step(&mut self) {
        let Some(at) = self.scan.next() else {
            self.end_record(self.text.len(), self.text.len());
            return;
        };
        let byte = self.text[at];
        if byte == self.syntax.delimiter {
            self.push_unquoted(at);
            self.field_start = at + 1;
        } else if byte == b'\n' {
            self.end_record(self.before_newline(at), at + 1);
        } else if Some(byte) == self.syntax.escape {
            self.escape(at);
        } else if self.syntax.opens_field(self.text, self.field_start, self.literal_until, at) {
            self.quoted(at);
        }
    }

    fn escape(&mut self, at: usize) {
        self.flags |= ESCAPED;
        self.literal_until = at + 2;
        self.scan.skip_to(at + 2);
    }

    /// The position before a newline, or before the carriage return that belongs to it.
    #[inline]
    fn before_newline(&self, at: usize) -> usize {
        let carriage_return = at > self.field_start.max(self.literal_until) && self.text[at - 1] == b'\r';
        at - usize::from(carriage_return)
    }

    fn quoted(&mut self, open: usize) {
        let mut flags = QUOTED;
        let mut close = self.text.len();
        while let Some(at) = self.scan.next() {
            let byte = self.text[at];
            if Some(byte) == self.syntax.quote {
                if self.syntax.escape.is_some() || self.text.get(at + 1) != self.syntax.quote.as_ref() {
                    close = at;
                    break;
                }
                flags |= ESCAPED;
                self.scan.skip_to(at + 2);
            } else if Some(byte) == self.syntax.escape {
                flags |= ESCAPED;
                self.scan.skip_to(at + 2);
            }
        }
        self.after_quote((close + 1).min(self.text.len()));
        self.push(Field::new(open + 1, close.max(open + 1), flags));
        self.finish_quoted();
    }

    /// Finds the end of a quoted field; what stands between the closing quote and there is a flaw.
    fn after_quote(&mut self, after: usize) {
        self.field_start = after;
        self.literal_until = self.literal_until.max(after);
        let end = loop {
            let Some(at) = self.scan.next() else { break self.text.len() };
            let byte = self.text[at];
            if byte == self.syntax.delimiter || byte == b'\n' {
                break at;
            } else if Some(byte) == self.syntax.escape {
                self.literal_until = at + 2;
                self.scan.skip_to(at + 2);
            }
        };
        let is_newline = self.text.get(end) == Some(&b'\n');
        let stop = if is_newline { self.before_newline(end) } else { end };
        let rest = self.text.get(after..stop).unwrap_or_default();
        let stray = rest.iter().position(|byte| !(self.syntax.trim && self.syntax.is_blank(*byte)));
        if let Some(stray) = stray {
            let record = self.tokens.starts.len();
            let flaw =
                Flaw { record, field: Some(self.count), position: after + stray, reason: Reason::TextAfterQuote };
            self.tokens.flaws.push(flaw);
        }
        self.field_start = end;
    }

    /// Goes on after a quoted field, whose end (a delimiter, a newline or the end of the text) is at `field_start`.
    fn finish_quoted(&mut self) {
        let end = self.field_start;
        match self.text.get(end) {
            Some(byte) if *byte != b'\n' => self.field_start = end + 1,
            Some(_) => self.finish_record(end + 1),
            None => self.finish_record(end),
        }
    }

    #[inline(always)]
    fn push_unquoted(&mut self, end: usize) {
        let (start, end) = if self.syntax.trim { self.trimmed(end) } else { (self.field_start, end) };
        self.push(Field::new(start, end, self.flags));
    }

    #[inline(never)]
    fn trimmed(&self, end: usize) -> (usize, usize) {
        let (mut start, mut end) = (self.field_start, end);
        while start < end && self.syntax.is_blank(self.text[start]) {
            start += 1;
        }
        while end > start.max(self.literal_until) && self.syntax.is_blank(self.text[end - 1]) {
            end -= 1;
        }
        (start, end)
    }

    #[inline(always)]
    fn push(&mut self, field: Field) {
        if self.count < self.keep {
            self.tokens.fields.push(field);
        } else if self.count == self.keep {
            self.first_surplus = field.start();
        }
        self.count += 1;
        self.flags = 0;
    }

    /// Ends a record whose last field is unquoted; a blank line is none, unless records have one field.
    fn end_record(&mut self, end: usize, next: usize) {
        if self.count == 0 && end == self.record_start && self.width != Width::Exactly(1) {
            (self.record_start, self.field_start) = (next, next);
            return;
        }
        self.push_unquoted(end);
        self.finish_record(next);
    }

    #[inline]
    fn finish_record(&mut self, next: usize) {
        if let Width::Exactly(width) = self.width
            && self.count != width
        {
            self.mend(width);
        }
        self.tokens.starts.push(self.record_start);
        self.count = 0;
        (self.record_start, self.field_start) = (next, next);
    }

    /// Replaces the fields of a record of the wrong width, and reports it.
    #[cold]
    fn mend(&mut self, width: usize) {
        let record = self.tokens.starts.len();
        for flaw in self.tokens.flaws.iter_mut().rev().take_while(|flaw| flaw.record == record) {
            flaw.field = None;
        }
        self.tokens.fields.truncate(record * width);
        self.tokens.fields.resize((record + 1) * width, Field::placeholder(self.record_start));
        let (position, reason) = if self.count < width {
            (self.record_start, Reason::TooFewFields)
        } else {
            (self.first_surplus, Reason::TooManyFields)
        };
        self.tokens.flaws.push(Flaw { record, field: None, position, reason });
    }
}
