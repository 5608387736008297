//! A digest by which a changed definition is noticed.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::control::Control;
use crate::merge::MergeRules;
use crate::plan::{EmptyPolicy, RejectLimit, ReplaceScope};
use crate::{Dialect, Level, TableSpec, Treatment};

use super::TableDefinition;

/// What is digested, as JSON without blanks. A change of this shape changes every digest.
#[derive(Serialize)]
struct Canonical<'a> {
    dialect: &'a Dialect,
    table: TableSpec,
    columns: Vec<CanonicalColumn<'a>>,
    reject_limit: RejectLimit,
    empty: EmptyPolicy,
    replace: ReplaceScope,
    #[serde(skip_serializing_if = "Option::is_none")]
    control: Option<&'a Control>,
    #[serde(skip_serializing_if = "MergeRules::is_default")]
    merge: &'a MergeRules,
}

/// What the table's own columns do not say.
#[derive(Serialize)]
struct CanonicalColumn<'a> {
    source: &'a str,
    target: Option<&'a str>,
    level: Option<Level>,
    treatment: Option<&'a str>,
    format: Option<&'a str>,
}

pub(super) fn digest(definition: &TableDefinition) -> String {
    let columns = definition.columns().iter().map(|column| CanonicalColumn {
        source: &column.source,
        target: column.target.as_deref(),
        level: column.level,
        treatment: column.treatment.map(Treatment::as_str),
        format: column.format.as_deref(),
    });
    let canonical = Canonical {
        dialect: definition.dialect(),
        table: definition.table_spec(),
        columns: columns.collect(),
        reject_limit: definition.reject_limit(),
        empty: definition.empty(),
        replace: definition.replace(),
        control: definition.control(),
        merge: definition.merge(),
    };
    // Strings, integers and finite shares always have a JSON form; were it to fail, an empty text is still digested.
    let text = serde_json::to_string(&canonical).unwrap_or_default();
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
