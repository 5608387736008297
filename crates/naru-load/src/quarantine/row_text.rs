//! The JSON in a quarantined row's columns.

use naru_decode::Reject;
use serde::{Deserialize, Serialize};

use crate::LoadError;

/// Fields whose JSON is longer are left out; the record itself still has them.
const GREATEST_FIELDS_BYTES: usize = 256 << 20;

/// A bad value, as `faults` holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredFault {
    /// Target column; none when the record as a whole is at fault.
    pub(crate) column: Option<String>,
    /// Stable reason code.
    pub(crate) reason: String,
    /// Physical line, from 1.
    pub(crate) line: u64,
    /// Offset in the file's bytes after decompression.
    pub(crate) byte_offset: u64,
}

/// A record's rejects as `faults` holds them.
pub(crate) fn faults(rejects: &[Reject], column_names: &[String]) -> Vec<StoredFault> {
    let fault = |reject: &Reject| StoredFault {
        column: reject.column.and_then(|index| column_names.get(index as usize).cloned()),
        reason: reject.reason.code().into(),
        line: reject.line,
        byte_offset: reject.byte_offset,
    };
    rejects.iter().map(fault).collect()
}

/// Fields as `fields` holds them; none if that is too long for a column.
pub(crate) fn fields(fields: &[String]) -> Result<Option<String>, LoadError> {
    // A control character takes six bytes in JSON.
    let text_bytes: usize = fields.iter().map(String::len).sum();
    if text_bytes > GREATEST_FIELDS_BYTES { Ok(None) } else { Ok(Some(to_json(&fields)?)) }
}

pub(crate) fn to_json(value: &impl Serialize) -> Result<String, LoadError> {
    serde_json::to_string(value).map_err(|error| LoadError::internal(format!("a row has no JSON: {error}")))
}

pub(crate) fn from_json<T: for<'de> Deserialize<'de>>(column: &str, json: &str) -> Result<T, LoadError> {
    // What is wrong with the text may quote it; the column's name says enough.
    serde_json::from_str(json)
        .map_err(|_| LoadError::internal(format!("a quarantine table's column {column} is not what naru writes")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_back_as_they_were() {
        let texts = ["", "a\"b\\c", "두\n줄", "\u{0}\u{1f}", "[\"x\"]"].map(String::from);
        let json = fields(&texts).unwrap().unwrap();
        assert_eq!(from_json::<Vec<String>>("fields", &json).unwrap(), texts);
        assert!(from_json::<Vec<String>>("fields", "[1]").unwrap_err().to_string().contains("column fields"));
    }
}
