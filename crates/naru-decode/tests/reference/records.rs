//! Text to records and fields, byte by byte.

use naru_core::Dialect;
use naru_decode::{QuotePlace, SourceError};

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
    Quoted,
    AfterQuote,
}

/// The records of a text, one after the other.
pub(crate) struct Records<'t> {
    text: &'t Text,
    dialect: &'t Dialect,
    at: usize,
}

impl<'t> Records<'t> {
    /// After the lines that are passed over.
    pub(crate) fn new(dialect: &'t Dialect, text: &'t Text) -> Result<Self, SourceError> {
        let mut records = Self { text, dialect, at: 0 };
        for _ in 0..dialect.skip_rows {
            let start = records.at;
            let length = text.bytes[start..].iter().position(|byte| *byte == b'\n');
            records.check_length(start, start + length.unwrap_or(text.bytes.len() - start), None)?;
            records.at = length.map_or(text.bytes.len(), |length| start + length + 1);
        }
        Ok(records)
    }

    /// The next record; none at the end. A blank line is no record, unless records have one field (`keeps_blank`).
    pub(crate) fn next(&mut self, keeps_blank: bool) -> Result<Option<Record>, SourceError> {
        let bytes = &self.text.bytes;
        loop {
            let rest = &bytes[self.at..];
            let blank = if rest.starts_with(b"\n") {
                1
            } else if rest.starts_with(b"\r\n") {
                2
            } else {
                0
            };
            if rest.is_empty() {
                return Ok(None);
            }
            if blank == 0 {
                return self.record();
            }
            let start = self.at;
            self.at += blank;
            if keeps_blank {
                let field = Field { start, end: start, ..Field::default() };
                return Ok(Some(Record { start, end: self.at, fields: vec![field] }));
            }
        }
    }

    fn record(&mut self) -> Result<Option<Record>, SourceError> {
        let (bytes, dialect) = (&self.text.bytes, self.dialect);
        let is = |character: Option<char>, byte: u8| character == Some(char::from(byte));
        let escape = dialect.escape.filter(|escape| Some(*escape) != dialect.quote);
        let is_blank = |byte: u8| dialect.trim && (byte == b' ' || byte == b'\t') && !is(Some(dialect.delimiter), byte);
        let start = self.at;
        let mut fields = Vec::new();
        let mut field = Field { start, ..Field::default() };
        let mut state = State::Start;
        // Where the field's text ends before blanks, and what an escape has made text.
        let mut literal_until = start;
        let mut quote_at = start;
        let mut at = start;
        loop {
            let byte = bytes.get(at).copied();
            if byte.is_some_and(|byte| byte != b'\n' || state == State::Quoted) {
                self.check_length(start, at + 1, (state == State::Quoted).then_some(quote_at))?;
            }
            if byte.is_none() && state == State::Quoted {
                self.check_source_end(start)?;
                return Err(SourceError::UnclosedQuote { quote: self.quote_place(quote_at) });
            }
            let ends_field = match byte {
                None => true,
                Some(byte) => state != State::Quoted && (byte == b'\n' || is(Some(dialect.delimiter), byte)),
            };
            if ends_field {
                let mut end = at;
                let is_line_end = byte == Some(b'\n') && at > literal_until && bytes[at - 1] == b'\r';
                if state != State::AfterQuote {
                    if is_line_end && end > field.start {
                        end -= 1;
                    }
                    while end > field.start.max(literal_until) && is_blank(bytes[end - 1]) {
                        end -= 1;
                    }
                    field.end = end;
                }
                fields.push(std::mem::take(&mut field));
                if byte.is_none() || byte == Some(b'\n') {
                    // Again, since an escape may have passed over the limit.
                    self.check_length(start, at, None)?;
                    if byte.is_none() {
                        self.check_source_end(start)?;
                    }
                    self.at = bytes.len().min(at + 1);
                    return Ok(Some(Record { start, end: self.at, fields }));
                }
                at += 1;
                (field.start, literal_until, state) = (at, at, State::Start);
                continue;
            }
            let byte = byte.unwrap_or_default();
            match state {
                State::Start if is(dialect.quote, byte) => {
                    (field.start, field.is_quoted, state, quote_at) = (at + 1, true, State::Quoted, at);
                }
                State::Start if is_blank(byte) => field.start = at + 1,
                State::Start | State::Unquoted => {
                    state = State::Unquoted;
                    if is(escape, byte) && at + 1 < bytes.len() {
                        field.escapes.push(at);
                        literal_until = at + 2;
                        at += 1;
                    }
                }
                State::Quoted => {
                    let next_is_quote = bytes.get(at + 1).is_some_and(|next| is(dialect.quote, *next));
                    if is(escape, byte) || (escape.is_none() && is(dialect.quote, byte) && next_is_quote) {
                        field.escapes.push(at);
                        at = (at + 1).min(bytes.len() - 1);
                    } else if is(dialect.quote, byte) {
                        (field.end, state, literal_until) = (at, State::AfterQuote, at + 1);
                    }
                }
                State::AfterQuote => {
                    let is_line_end = byte == b'\r' && bytes.get(at + 1) == Some(&b'\n');
                    if !is_line_end && !is_blank(byte) && field.text_after_quote.is_none() {
                        field.text_after_quote = Some(at);
                    }
                    // What follows the quote is no longer inside it.
                    at += usize::from(is(escape, byte));
                }
            }
            at += 1;
        }
    }

    /// A record that the source's end ends is whole, and is not the source as a whole, its lines ended by carriage
    /// returns alone. One at the very end may be what is left of a line end.
    fn check_source_end(&self, start: usize) -> Result<(), SourceError> {
        self.text.check_end()?;
        let rest = &self.text.bytes[start..];
        let unquoted = rest.iter().take_while(|byte| self.dialect.quote != Some(char::from(**byte)));
        let has_return = unquoted.enumerate().any(|(at, byte)| *byte == b'\r' && at + 1 < rest.len());
        if has_return && self.text.line(start) == 1 && !rest.contains(&b'\n') {
            return Err(SourceError::CarriageReturns);
        }
        Ok(())
    }

    /// A record's text without the newline at its end is bounded.
    fn check_length(&self, start: usize, end: usize, quote: Option<usize>) -> Result<(), SourceError> {
        let max_record_bytes = self.dialect.max_record_bytes;
        if (end - start) as u64 <= max_record_bytes {
            return Ok(());
        }
        Err(SourceError::RecordTooLong {
            line: self.text.line(start),
            byte_offset: self.text.byte_offset(start),
            max_record_bytes,
            quote: quote.map(|at| self.quote_place(at)),
        })
    }

    fn quote_place(&self, at: usize) -> QuotePlace {
        QuotePlace { line: self.text.line(at), byte_offset: self.text.byte_offset(at) }
    }
}
