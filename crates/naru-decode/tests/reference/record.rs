//! One record to its fields, byte by byte.

use naru_core::Dialect;

use super::text::Text;

/// A record as it is written.
pub(crate) struct Record {
    pub(crate) start: usize,
    /// After the line end.
    pub(crate) end: usize,
    pub(crate) fields: Vec<Field>,
}

/// A field's text: after the opening quote and up to the closing one, escapes left in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Field {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) is_quoted: bool,
    /// Positions of escapes, which are no part of the value.
    pub(crate) escapes: Vec<usize>,
    /// First byte of text after the closing quote.
    pub(crate) text_after_quote: Option<usize>,
}

impl Field {
    /// The bytes as written.
    pub(crate) fn raw<'t>(&self, text: &'t Text) -> &'t [u8] {
        &text.bytes[self.start..self.end]
    }

    /// The bytes without escapes.
    pub(crate) fn plain(&self, text: &Text) -> Vec<u8> {
        let kept = (self.start..self.end).filter(|position| !self.escapes.contains(position));
        kept.map(|position| text.bytes[position]).collect()
    }
}

/// Where in a field a byte stands.
#[derive(Clone, Copy, PartialEq)]
enum State {
    /// At its start, or after blanks that trimming takes off.
    Start,
    Unquoted,
    /// Inside the quotes that open there.
    Quoted(usize),
    AfterQuote,
}

/// A record that is being read.
pub(crate) struct Walk<'t> {
    dialect: &'t Dialect,
    /// None where a quote is its own escape: it is doubled.
    escape: Option<char>,
    bytes: &'t [u8],
    /// The byte at hand.
    pub(crate) at: usize,
    state: State,
    field: Field,
    fields: Vec<Field>,
    /// An escape has made the bytes of the field before this one text.
    literal_until: usize,
}

impl<'t> Walk<'t> {
    pub(crate) fn new(dialect: &'t Dialect, bytes: &'t [u8], start: usize) -> Self {
        Self {
            dialect,
            escape: dialect.escape.filter(|escape| Some(*escape) != dialect.quote),
            bytes,
            at: start,
            state: State::Start,
            field: Field { start, ..Field::default() },
            fields: Vec::new(),
            literal_until: start,
        }
    }

    /// The byte at hand; none at the end of the record or of the source.
    pub(crate) fn byte(&self) -> Option<u8> {
        let byte = self.bytes.get(self.at).copied();
        byte.filter(|byte| *byte != b'\n' || self.open_quote().is_some())
    }

    /// Where the quotes open that the byte at hand is inside of.
    pub(crate) fn open_quote(&self) -> Option<usize> {
        match self.state {
            State::Quoted(opened) => Some(opened),
            _ => None,
        }
    }

    /// Deals with the byte at hand, and with the next one if an escape makes that text.
    pub(crate) fn step(&mut self, byte: u8) {
        let at = self.at;
        match self.state {
            State::Quoted(_) => self.step_in_quotes(byte),
            _ if is(Some(self.dialect.delimiter), byte) => self.end_field(),
            State::Start if is(self.dialect.quote, byte) => {
                (self.field.start, self.field.is_quoted, self.state) = (at + 1, true, State::Quoted(at));
            }
            State::Start if self.is_blank(byte) => self.field.start = at + 1,
            State::Start | State::Unquoted => {
                self.state = State::Unquoted;
                if is(self.escape, byte) && at + 1 < self.bytes.len() {
                    self.field.escapes.push(at);
                    self.pass_over_next();
                    self.literal_until = at + 2;
                }
            }
            State::AfterQuote => {
                let is_line_end = byte == b'\r' && self.bytes.get(at + 1) == Some(&b'\n');
                if !is_line_end && !self.is_blank(byte) {
                    self.field.text_after_quote.get_or_insert(at);
                }
                if is(self.escape, byte) {
                    self.pass_over_next();
                }
            }
        }
        self.at += 1;
    }

    fn step_in_quotes(&mut self, byte: u8) {
        let is_quote = is(self.dialect.quote, byte);
        let is_doubled = is_quote && self.bytes.get(self.at + 1) == Some(&byte);
        if is(self.escape, byte) || (self.escape.is_none() && is_doubled) {
            self.field.escapes.push(self.at);
            self.pass_over_next();
        } else if is_quote {
            (self.field.end, self.state) = (self.at, State::AfterQuote);
        }
    }

    fn pass_over_next(&mut self) {
        self.at = (self.at + 1).min(self.bytes.len() - 1);
    }

    /// Ends the field before the byte at hand.
    fn end_field(&mut self) {
        if self.state != State::AfterQuote {
            self.field.end = self.end_of_unquoted();
        }
        self.fields.push(std::mem::take(&mut self.field));
        (self.state, self.field.start, self.literal_until) = (State::Start, self.at + 1, self.at + 1);
    }

    /// Before the line end, and before blanks that trimming takes off; what an escape has made text stays.
    fn end_of_unquoted(&self) -> usize {
        let least = self.field.start.max(self.literal_until);
        let mut end = self.at;
        if self.bytes.get(end) == Some(&b'\n') && end > least && self.bytes[end - 1] == b'\r' {
            end -= 1;
        }
        while end > least && self.is_blank(self.bytes[end - 1]) {
            end -= 1;
        }
        end
    }

    /// The fields of a record that ends before the byte at hand.
    pub(crate) fn finish(mut self) -> Vec<Field> {
        self.end_field();
        self.fields
    }

    fn is_blank(&self, byte: u8) -> bool {
        self.dialect.trim && matches!(byte, b' ' | b'\t') && !is(Some(self.dialect.delimiter), byte)
    }
}

fn is(character: Option<char>, byte: u8) -> bool {
    character == Some(char::from(byte))
}
