//! The columns of a merge's table, as its files know them.

use std::sync::Arc;

use arrow_schema::{Schema, SchemaRef};
use naru_core::LoadPlan;
use naru_core::table_spec::LOAD_INTERVAL;
use naru_lake::LakeTable;
use naru_merge::Columns;

use crate::LoadError;

/// What the columns are for, and their field ids.
pub(crate) struct TableColumns {
    pub(crate) roles: Columns,
    pub(crate) key_ids: Vec<i32>,
    pub(crate) interval_schema: SchemaRef,
    pub(crate) load_interval_id: i32,
}

impl TableColumns {
    pub(crate) fn of(plan: &LoadPlan, table: &LakeTable, schema: &SchemaRef) -> Result<Self, LoadError> {
        let iceberg = table.metadata().current_schema();
        let id = |name: &str| {
            iceberg.field_id_by_name(name).ok_or_else(|| LoadError::internal(format!("no field id of {name}")))
        };
        let interval = schema.field_with_name(LOAD_INTERVAL)?.clone();
        Ok(Self {
            roles: Columns::of(plan, schema)?,
            key_ids: plan.key().iter().map(|name| id(name)).collect::<Result<Vec<_>, _>>()?,
            interval_schema: Arc::new(Schema::new(vec![interval])),
            load_interval_id: id(LOAD_INTERVAL)?,
        })
    }
}
