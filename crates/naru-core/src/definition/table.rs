//! What a definition's table should be.

use crate::table_spec::{ColumnSpec, IS_CURRENT, LOAD_INTERVAL, VALID_FROM, VALID_TO};
use crate::{ColumnType, Mode, TableSpec};

use super::TableDefinition;
use super::column::DefinedColumn;

/// Comment of the column that naru adds to every table.
pub const LOAD_INTERVAL_DESCRIPTION: &str = "start of the interval whose run loaded this row, UTC";

/// Comment of `valid_from` in an scd2 table.
pub const VALID_FROM_DESCRIPTION: &str = "start of the time that this row holds for, inclusive";

/// Comment of `valid_to` in an scd2 table.
pub const VALID_TO_DESCRIPTION: &str = "end of the time that this row holds for, exclusive; null: it has not ended";

/// Comment of `is_current` in an scd2 table.
pub const IS_CURRENT_DESCRIPTION: &str = "whether this row has not ended";

impl TableDefinition {
    /// What the table should be for a job of this mode, with `load_interval` last. An scd2 table has `valid_from`,
    /// `valid_to` and `is_current` before it, and `valid_from` last in its key.
    pub fn table_spec_for(&self, mode: Mode) -> TableSpec {
        let mut spec = self.table_spec();
        if mode == Mode::Scd2 {
            let at = spec.columns.len().saturating_sub(1);
            spec.columns.splice(at..at, self.validity());
            spec.key.push(VALID_FROM.into());
        }
        spec
    }

    /// What the table should be as far as the definition alone says it, with `load_interval` last.
    pub fn table_spec(&self) -> TableSpec {
        let mut columns: Vec<ColumnSpec> = self.columns.iter().filter_map(column_spec).collect();
        columns.push(added(LOAD_INTERVAL, ColumnType::Timestamp, true, LOAD_INTERVAL_DESCRIPTION));
        let mut key: Vec<(u32, &String)> =
            self.columns.iter().filter_map(|column| column.key.zip(column.target.as_ref())).collect();
        key.sort_unstable();
        TableSpec {
            columns,
            partition: self.partition.iter().map(|(field, _)| field.clone()).collect(),
            sort: self.sort.iter().map(|(field, _)| field.clone()).collect(),
            key: key.into_iter().map(|(_, target)| target.clone()).collect(),
            file: self.file_settings,
        }
    }

    /// The columns that say when a row holds. Times are of the change column's type, so that they compare with it.
    fn validity(&self) -> [ColumnSpec; 3] {
        let change = self.merge.valid_from.as_deref();
        let mut stored = self.columns.iter().filter_map(DefinedColumn::stored);
        let time = stored.find(|(name, _)| Some(*name) == change).map_or(ColumnType::Timestamp, |(_, time)| time);
        [
            added(VALID_FROM, time, true, VALID_FROM_DESCRIPTION),
            added(VALID_TO, time, false, VALID_TO_DESCRIPTION),
            added(IS_CURRENT, ColumnType::Boolean, true, IS_CURRENT_DESCRIPTION),
        ]
    }
}

fn added(name: &str, column_type: ColumnType, required: bool, description: &str) -> ColumnSpec {
    ColumnSpec { name: name.into(), column_type, required, description: description.into() }
}

fn column_spec(column: &DefinedColumn) -> Option<ColumnSpec> {
    column.stored().map(|(target, column_type)| ColumnSpec {
        name: target.into(),
        column_type,
        required: column.required,
        description: column.description.clone(),
    })
}
