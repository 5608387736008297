//! The JSON in a quarantined row's columns.

use serde::{Deserialize, Serialize};

use crate::LoadError;

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
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn text_that_is_no_json_is_told_by_its_column() {
        assert!(from_json::<Vec<String>>("fields", "[1]").unwrap_err().to_string().contains("column fields"));
    }
}
