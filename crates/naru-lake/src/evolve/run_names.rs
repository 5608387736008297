//! Records of runs that were made when columns had other names.

use std::collections::BTreeMap;

use iceberg::spec::Snapshot;

use crate::run_record::RunRecord;
use crate::table::LakeTable;

impl LakeTable {
    /// The run that made a snapshot, with its columns in the names that they have now. Columns that were dropped since hold
    /// no values any more, and are left out.
    pub(crate) fn run_of(&self, snapshot: &Snapshot) -> Option<RunRecord> {
        let mut run = RunRecord::from_properties(&snapshot.summary().additional_properties)?;
        if let Ok(then) = snapshot.schema(self.metadata())
            && then.schema_id() != self.metadata().current_schema_id()
        {
            let now = self.metadata().current_schema();
            let columns = run.treatments.columns.into_iter().filter_map(|(name, treatment)| {
                let name = match then.field_id_by_name(&name) {
                    Some(id) => now.name_by_field_id(id)?.to_owned(),
                    None => name,
                };
                Some((name, treatment))
            });
            run.treatments.columns = columns.collect::<BTreeMap<_, _>>();
        }
        Some(run)
    }

    /// Whether the table had the column of this present name when a snapshot was made.
    pub(crate) fn had_column(&self, snapshot: &Snapshot, name: &str) -> bool {
        let Ok(then) = snapshot.schema(self.metadata()) else { return true };
        let id = self.metadata().current_schema().field_id_by_name(name);
        id.is_some_and(|id| then.field_by_id(id).is_some())
    }
}
