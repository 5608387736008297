//! A record to a row, or to what is wrong with it.

use naru_core::plan::PlanColumn;
use naru_core::{ColumnType, Dialect};
use naru_decode::Reason;

use super::record::{Field, Record};
use super::text::Text;
use super::{Reading, Rejected, RejectedRecord, Value, cast};

/// Adds a record, whose fields are of these columns.
pub(crate) fn read(
    reading: &mut Reading,
    dialect: &Dialect,
    columns: &[PlanColumn],
    fields: &[usize],
    text: &Text,
    record: &Record,
) {
    let mut faults: Vec<(Option<usize>, usize, Reason)> = Vec::new();
    let mut row = vec![Value::Null; columns.len()];
    if record.fields.len() == fields.len() {
        for (field, column) in record.fields.iter().zip(fields) {
            match read_field(dialect, &columns[*column], text, field) {
                Ok(value) => row[*column] = value,
                Err((position, reason)) => faults.push((Some(*column), position, reason)),
            }
        }
    } else {
        faults.push(match record.fields.get(fields.len()) {
            Some(first_surplus) => (None, first_surplus.start, Reason::TooManyFields),
            None => (None, record.start, Reason::TooFewFields),
        });
        let quote = |field: &Field| Some((field.text_after_quote?, Reason::TextAfterQuote));
        let quotes = record.fields.iter().filter_map(quote);
        let not_text = [invalid_encoding(text, record.start, record.end), nul_byte(text, record.start, record.end)];
        let flaws = quotes.chain(not_text.into_iter().flatten());
        faults.extend(flaws.map(|(position, reason)| (None, position, reason)));
    }
    if faults.is_empty() {
        let loaded = columns.iter().zip(row).filter(|(column, _)| column.target.is_some());
        reading.rows.push(loaded.map(|(_, value)| value).collect());
        return;
    }
    faults.sort_by_key(|(column, position, reason)| (*column, *position, *reason));
    reading.rejects.extend(faults.into_iter().map(|(column, position, reason)| Rejected {
        row: reading.records,
        column: column.map(|column| column as u32),
        line: text.line(position),
        byte_offset: text.byte_offset(position),
        reason,
    }));
    let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    reading.rejected_records.push(RejectedRecord {
        row: reading.records,
        text: shown(&text.bytes[record.start..record.end]),
        fields: record.fields.iter().map(|field| shown(&field.plain(text))).collect(),
    });
}

fn invalid_encoding(text: &Text, start: usize, end: usize) -> Option<(usize, Reason)> {
    text.first_malformed(start, end).map(|position| (position, Reason::InvalidEncoding))
}

fn nul_byte(text: &Text, start: usize, end: usize) -> Option<(usize, Reason)> {
    (start..end).find(|position| text.bytes[*position] == 0).map(|position| (position, Reason::NulByte))
}

/// A field's value, or its one fault.
fn read_field(dialect: &Dialect, column: &PlanColumn, text: &Text, field: &Field) -> Result<Value, (usize, Reason)> {
    if let Some(position) = field.text_after_quote {
        return Err((position, Reason::TextAfterQuote));
    }
    let not_text = invalid_encoding(text, field.start, field.end).or_else(|| nul_byte(text, field.start, field.end));
    if let Some(fault) = not_text {
        return Err(fault);
    }
    if column.target.is_none() {
        return Ok(Value::Null);
    }
    let may_be_null = !field.is_quoted || !matches!(column.column_type, ColumnType::String | ColumnType::Binary);
    if may_be_null && dialect.null.iter().any(|token| token.as_bytes() == field.raw(text)) {
        return if column.required { Err((field.start, Reason::NullInRequired)) } else { Ok(Value::Null) };
    }
    let plain = String::from_utf8_lossy(&field.plain(text)).into_owned();
    cast::cast(dialect, column, &plain).map_err(|reason| (field.start, reason))
}
