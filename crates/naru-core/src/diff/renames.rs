//! Columns that a definition calls otherwise than its table does.

use std::collections::{HashMap, HashSet};

use crate::TableSpec;

/// The renames that are still to be done: names in the table and in the definition, in the definition's order.
///
/// A column whose new name the table has already was renamed before, and one whose old name it does not have never was:
/// neither is a rename. A name that the definition itself uses names another column.
pub fn renames<'a>(table: &'a TableSpec, definition: &'a TableSpec) -> Vec<(&'a str, &'a str)> {
    let mut free: HashSet<&str> = names(table).collect();
    let defined: HashSet<&str> = names(definition).collect();
    let mut renames = Vec::new();
    for column in definition.columns.iter().filter(|column| !names(table).any(|name| name == column.name)) {
        let Some(old) = column.renamed_from.as_deref().filter(|old| !defined.contains(old)) else { continue };
        if free.remove(old) {
            renames.push((old, column.name.as_str()));
        }
    }
    renames
}

/// The table as it is once its columns are renamed.
pub(super) fn renamed(table: &TableSpec, renames: &[(&str, &str)]) -> TableSpec {
    let new: HashMap<&str, &str> = renames.iter().copied().collect();
    let rename = |name: &mut String| {
        if let Some(new) = new.get(name.as_str()) {
            *name = (*new).into();
        }
    };
    let mut table = table.clone();
    table.columns.iter_mut().for_each(|column| rename(&mut column.name));
    table.partition.iter_mut().for_each(|field| rename(&mut field.column));
    table.sort.iter_mut().for_each(|field| rename(&mut field.column));
    table.key.iter_mut().for_each(rename);
    table
}

fn names(spec: &TableSpec) -> impl Iterator<Item = &str> {
    spec.columns.iter().map(|column| column.name.as_str())
}
