//! Evolving a table: its schema, partitioning, sort order, key and settings become what a specification says.
//!
//! ```text
//!                          ┌─ evolve_table ── metadata alone ─────────────┐
//! LakeTable + TableSpec ─▶ │                                              ├─▶ one compare-and-swap
//!                          └─ Evolution ──── in the commit of a run's rows ┘
//! ```
//!
//! No data file is touched: readers find columns by their field ids, which are never given twice. Schemas and partition
//! specs that files were written with stay in the metadata.
//!
//! Whether a change is allowed is not decided here, but by `naru-core`'s `evolution`.

mod partition_fields;
pub(crate) mod partition_values;
mod repartitioned;
mod run_names;
#[cfg(test)]
mod tests;
mod to_spec;
pub(crate) mod touched;

use iceberg::spec::{PartitionSpecRef, SchemaRef, SortOrderRef, TableMetadata};
use naru_core::TableSpec;
use naru_core::diff::TableDiff;
use uuid::Uuid;

use crate::error::{LakeError, LakeErrorKind};
use crate::lake::Lake;
use crate::table::LakeTable;

pub(crate) use to_spec::to_spec;

/// What a commit changes of the table beside its rows, and what the table must be for that. The data files of the commit
/// carry the field ids and partition spec of the table as it then is.
#[derive(Debug, Clone)]
pub struct Evolution {
    planned: Shape,
    evolved: Shape,
    spec: Option<TableSpec>,
}

impl Evolution {
    /// Files are written for the table as it is.
    pub fn none(table: &LakeTable) -> Self {
        let shape = Shape::of(table.metadata());
        Self { planned: shape.clone(), evolved: shape, spec: None }
    }

    /// The table becomes as `spec` says. Gives also what it is then, in memory: files are written for that.
    ///
    /// # Errors
    /// `InvalidInput` for a specification that contradicts itself or the table's history.
    pub fn to(table: &LakeTable, spec: &TableSpec) -> Result<(LakeTable, Self), LakeError> {
        let evolved = table.evolved(spec)?;
        let shapes = (Shape::of(table.metadata()), Shape::of(evolved.metadata()));
        Ok((evolved, Self { planned: shapes.0, evolved: shapes.1, spec: Some(spec.clone()) }))
    }

    /// Whether files that were written for this evolution may be committed to a newer state of the table: it is shaped as
    /// planned, or somebody else has brought about the same shape.
    pub fn fits(&self, now: &LakeTable) -> bool {
        let now = Shape::of(now.metadata());
        now == self.planned || now == self.evolved
    }

    /// What the table becomes; none: it stays as it is.
    pub(crate) fn spec(&self) -> Option<&TableSpec> {
        self.spec.as_ref()
    }
}

impl LakeTable {
    /// The table as it would be if it became as `spec` says, in memory only.
    ///
    /// # Errors
    /// As [`Evolution::to`].
    pub(crate) fn evolved(&self, spec: &TableSpec) -> Result<LakeTable, LakeError> {
        let builder = to_spec(self.metadata().as_ref().clone().into_builder(None), self.metadata(), spec);
        let built = builder.and_then(|builder| builder.build().map_err(to_spec::invalid));
        let metadata = built.map_err(|error| error.with("table", self.full_name()))?.metadata;
        let location = self.metadata_location().to_string();
        Ok(Self::new(self.database(), self.name(), location, metadata, self.file_io().clone()))
    }

    /// A text that is equal for two states of one table exactly if their structures are: columns with their field ids,
    /// partitioning, order, key and settings.
    ///
    /// # Errors
    /// As [`LakeTable::spec`].
    pub fn structure(&self) -> Result<String, LakeError> {
        let metadata = self.metadata();
        let fields = metadata.current_schema().as_struct().fields();
        let structure = serde_json::json!({
            "table": metadata.uuid().to_string(),
            "field-ids": fields.iter().map(|field| field.id).collect::<Vec<_>>(),
            "last-column-id": metadata.last_column_id(),
            "partition-spec": metadata.default_partition_spec_id(),
            "sort-order": metadata.default_sort_order_id(),
            "spec": self.spec()?,
        });
        Ok(structure.to_string())
    }

    /// Whether the table has held a snapshot. One that has not can become anything: no file was written for it.
    pub fn was_loaded(&self) -> bool {
        self.metadata().snapshots().len() > 0
    }
}

impl Lake {
    /// Changes a table's metadata so that it is as `spec` says, and none of its rows. `planned` is the state that the change
    /// was decided on; other commits may come between, as long as they change rows only.
    ///
    /// # Errors
    /// `Conflict` if the table's structure was changed since, or others commit all the time; otherwise as [`Evolution::to`],
    /// the catalog's and storage's.
    pub async fn evolve_table(&self, planned: &LakeTable, spec: &TableSpec) -> Result<LakeTable, LakeError> {
        let shape = Shape::of(planned.metadata());
        let planned_spec = planned.spec()?;
        self.commit_metadata(planned.database(), planned.name(), |now| {
            let now_spec = now.spec()?;
            if TableDiff::between(&now_spec, spec).is_empty() {
                return Ok(None);
            }
            let was_filled = now.was_loaded() && !planned.was_loaded();
            if was_filled || now_spec != planned_spec || Shape::of(now.metadata()) != shape {
                let message =
                    "another process changed the table since the change was decided on; run the command again";
                return Err(LakeError::new(LakeErrorKind::Conflict, message).with("table", now.full_name()));
            }
            let location = now.metadata_location().to_string();
            let builder = to_spec(now.metadata().as_ref().clone().into_builder(Some(location)), now.metadata(), spec);
            builder.map(Some).map_err(|error| error.with("table", now.full_name()))
        })
        .await
    }
}

/// What data files are written by, and what ids come next. Two states of one table with equal shapes take the same files.
#[derive(Debug, Clone, PartialEq)]
struct Shape {
    table: Uuid,
    schema: SchemaRef,
    partition: PartitionSpecRef,
    sort: SortOrderRef,
    last_column_id: i32,
    last_partition_id: i32,
}

impl Shape {
    fn of(metadata: &TableMetadata) -> Self {
        Self {
            table: metadata.uuid(),
            schema: metadata.current_schema().clone(),
            partition: metadata.default_partition_spec().clone(),
            sort: metadata.default_sort_order().clone(),
            last_column_id: metadata.last_column_id(),
            last_partition_id: metadata.last_partition_id(),
        }
    }
}
