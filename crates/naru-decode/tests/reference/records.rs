//! Text to records.

use naru_core::Dialect;
use naru_decode::{QuotePlace, SourceError};

use super::record::{Field, Record, Walk};
use super::text::Text;

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
                return self.record().map(Some);
            }
            let start = self.at;
            self.at += blank;
            if keeps_blank {
                let field = Field { start, end: start, ..Field::default() };
                return Ok(Some(Record { start, end: self.at, fields: vec![field] }));
            }
        }
    }

    fn record(&mut self) -> Result<Record, SourceError> {
        let start = self.at;
        let mut walk = Walk::new(self.dialect, &self.text.bytes, start);
        while let Some(byte) = walk.byte() {
            self.check_length(start, walk.at + 1, walk.open_quote())?;
            walk.step(byte);
        }
        // Again, since an escape may have passed over the limit.
        self.check_length(start, walk.at, walk.open_quote())?;
        if walk.at == self.text.bytes.len() {
            self.check_source_end(start)?;
        }
        if let Some(quote) = walk.open_quote() {
            return Err(SourceError::UnclosedQuote { quote: self.quote_place(quote) });
        }
        self.at = self.text.bytes.len().min(walk.at + 1);
        Ok(Record { start, end: self.at, fields: walk.finish() })
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
