//! The decoder again, slow and plain, for tests: written from the documents and not from the kernel, to find where the
//! two differ.
//!
//! ```text
//!  bytes ▸ text (characters with their places) ▸ records ▸ fields (byte by byte) ▸ header ▸ rows (checks, then casts)
//! ```
//!
//! The whole source is in memory, one record is read at a time, and nothing is clever. It knows neither compression,
//! trailers, sums nor treatments.

mod cast;
mod header;
mod record;
mod records;
mod rows;
mod text;

use naru_core::Dialect;
use naru_core::plan::PlanColumn;
use naru_decode::{Reason, SourceError};

/// A typed value. Floating-point numbers are bits, so that equal values are equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Boolean(bool),
    Int(i32),
    Bigint(i64),
    Float(u32),
    Double(u64),
    /// Times ten to the scale.
    Decimal(i128),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01 00:00:00, of a timestamptz in UTC.
    Timestamp(i64),
    String(String),
    Binary(Vec<u8>),
}

/// A bad value; see [`naru_decode::Reject`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rejected {
    pub(crate) row: u64,
    pub(crate) column: Option<u32>,
    pub(crate) line: u64,
    pub(crate) byte_offset: u64,
    pub(crate) reason: Reason,
}

/// A record with bad values; see [`naru_decode::RejectedRecord`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RejectedRecord {
    pub(crate) row: u64,
    pub(crate) text: String,
    pub(crate) fields: Vec<String>,
}

/// What a source holds, up to where it cannot be read any further.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// Data records, rejected ones included.
    pub(crate) records: u64,
    /// The rows without rejects, a value for each loaded column.
    pub(crate) rows: Vec<Vec<Value>>,
    pub(crate) rejects: Vec<Rejected>,
    pub(crate) rejected_records: Vec<RejectedRecord>,
    pub(crate) error: Option<SourceError>,
}

/// Reads a source, which is not compressed.
pub(crate) fn read(dialect: &Dialect, columns: &[PlanColumn], bytes: &[u8]) -> Reading {
    let mut reading = Reading::default();
    reading.error = read_into(&mut reading, dialect, columns, bytes).err();
    reading
}

fn read_into(
    reading: &mut Reading,
    dialect: &Dialect,
    columns: &[PlanColumn],
    bytes: &[u8],
) -> Result<(), SourceError> {
    let text = text::Text::decode(dialect.encoding, bytes)?;
    let mut records = records::Records::new(dialect, &text)?;
    let fields = header::fields_of_columns(dialect, columns, &text, &mut records)?;
    while let Some(record) = records.next(fields.len() == 1)? {
        reading.records += 1;
        rows::read(reading, dialect, columns, &fields, &text, &record);
    }
    text.check_end()
}
