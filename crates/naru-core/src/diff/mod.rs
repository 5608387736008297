//! What differs between a table as it is and as its definition says.

mod difference;
mod impact;
mod renames;

pub use difference::Difference;
pub use impact::Impact;
pub use renames::renames;

use std::collections::HashMap;

use crate::TableSpec;
use crate::table_spec::ColumnSpec;

/// Compares tables.
#[derive(Debug)]
pub struct TableDiff;

impl TableDiff {
    /// What has to change in `table` so that it is as `definition` says; empty if nothing. Columns are matched by name, and
    /// by the name that the definition says they had; without that, a renamed column is one dropped and one added.
    ///
    /// All but the renames themselves are told in the definition's names.
    pub fn between(table: &TableSpec, definition: &TableSpec) -> Vec<Difference> {
        let renames = renames(table, definition);
        let renamed = |(from, to): &(&str, &str)| Difference::ColumnRenamed { from: (*from).into(), to: (*to).into() };
        let mut differences: Vec<Difference> = renames.iter().map(renamed).collect();
        let table = &renames::renamed(table, &renames);
        compare_columns(table, definition, &mut differences);
        compare_order(table, definition, &mut differences);
        if table.partition != definition.partition {
            differences.push(Difference::PartitionChanged {
                from: table.partition.iter().map(ToString::to_string).collect(),
                to: definition.partition.iter().map(ToString::to_string).collect(),
            });
        }
        if table.sort != definition.sort {
            differences.push(Difference::SortChanged {
                from: table.sort.iter().map(ToString::to_string).collect(),
                to: definition.sort.iter().map(ToString::to_string).collect(),
            });
        }
        if table.key != definition.key {
            differences.push(Difference::KeyChanged { from: table.key.clone(), to: definition.key.clone() });
        }
        if table.file.compression != definition.file.compression {
            let (from, to) = (table.file.compression, definition.file.compression);
            differences.push(Difference::CompressionChanged { from, to });
        }
        if table.file.target_file_size_bytes != definition.file.target_file_size_bytes {
            differences.push(Difference::TargetFileSizeChanged {
                from_bytes: table.file.target_file_size_bytes,
                to_bytes: definition.file.target_file_size_bytes,
            });
        }
        differences
    }
}

fn by_name(spec: &TableSpec) -> HashMap<&str, &ColumnSpec> {
    spec.columns.iter().map(|column| (column.name.as_str(), column)).collect()
}

fn compare_columns(table: &TableSpec, definition: &TableSpec, differences: &mut Vec<Difference>) {
    let (in_table, in_definition) = (by_name(table), by_name(definition));
    for to in &definition.columns {
        let column = to.name.clone();
        let Some(from) = in_table.get(to.name.as_str()) else {
            let (column_type, required) = (to.column_type, to.required);
            differences.push(Difference::ColumnAdded { column, column_type, required });
            continue;
        };
        if from.column_type != to.column_type {
            let (from, to) = (from.column_type, to.column_type);
            differences.push(Difference::TypeChanged { column: column.clone(), from, to });
        }
        if from.required != to.required {
            differences.push(Difference::RequiredChanged { column: column.clone(), required: to.required });
        }
        if from.description != to.description {
            let (from, to) = (from.description.clone(), to.description.clone());
            differences.push(Difference::DescriptionChanged { column, from, to });
        }
    }
    for from in table.columns.iter().filter(|column| !in_definition.contains_key(column.name.as_str())) {
        differences.push(Difference::ColumnDropped { column: from.name.clone(), column_type: from.column_type });
    }
}

/// Order among the columns that both have: what is added or dropped moves nothing.
fn compare_order(table: &TableSpec, definition: &TableSpec, differences: &mut Vec<Difference>) {
    let common = |spec: &TableSpec, other: &TableSpec| -> Vec<String> {
        let other = by_name(other);
        let names = spec.columns.iter().map(|column| &column.name);
        names.filter(|name| other.contains_key(name.as_str())).cloned().collect()
    };
    let (from, to) = (common(table, definition), common(definition, table));
    if from != to {
        differences.push(Difference::ColumnsReordered { from, to });
    }
}
