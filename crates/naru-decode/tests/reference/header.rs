//! Which field of a record belongs to which column.

use naru_core::Dialect;
use naru_core::dialect::Header;
use naru_core::plan::PlanColumn;
use naru_decode::{HeaderMismatch, SourceError};

use super::record::Field;
use super::records::Records;
use super::text::Text;

/// For each field of a record its column, by what the dialect says of the header, which is read.
pub(crate) fn fields_of_columns(
    dialect: &Dialect,
    columns: &[PlanColumn],
    text: &Text,
    records: &mut Records,
) -> Result<Vec<usize>, SourceError> {
    let in_order = (0..columns.len()).collect();
    if dialect.header == Header::None {
        return Ok(in_order);
    }
    let Some(header) = records.next(false)? else {
        text.check_end()?;
        return Err(SourceError::HeaderMissing { empty: text.byte_offset(0) == 0 && text.bytes.is_empty() });
    };
    if dialect.header == Header::ByPosition {
        return Ok(in_order);
    }
    if let Some(position) = text.first_malformed(header.start, header.end) {
        let byte_offset = text.byte_offset(position);
        return Err(SourceError::HeaderEncoding { encoding: dialect.encoding, byte_offset });
    }
    let name = |field: &Field| String::from_utf8_lossy(&field.plain(text)).into_owned();
    let names: Vec<String> = header.fields.iter().map(name).collect();
    let count = |source: &String| names.iter().filter(|name| *name == source).count();
    let sources: Vec<&String> = columns.iter().map(|column| &column.source).collect();
    let those = |times: fn(usize) -> bool| -> Vec<String> {
        sources.iter().filter(|source| times(count(source))).map(|source| (*source).clone()).collect()
    };
    let (missing, duplicate) = (those(|times| times == 0), those(|times| times > 1));
    let surplus: Vec<String> = names.iter().filter(|name| !sources.contains(name)).cloned().collect();
    if missing.is_empty() && duplicate.is_empty() && surplus.is_empty() {
        let column = |name: &String| sources.iter().position(|source| *source == name);
        return Ok(names.iter().filter_map(column).collect());
    }
    Err(SourceError::Header(HeaderMismatch {
        line: text.line(header.start),
        fields: names.len(),
        unknown: missing.len() == columns.len(),
        missing,
        duplicate,
        surplus,
        other_delimiter: None,
        holds_nul: false,
        ends_with_delimiter: false,
    }))
}
