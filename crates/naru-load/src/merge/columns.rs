//! What the columns of a merge's table are for.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{Schema, SchemaRef};
use naru_core::table_spec::{IS_CURRENT, LOAD_INTERVAL, VALID_FROM, VALID_TO};
use naru_core::{LoadPlan, Mode};
use naru_lake::LakeTable;

use crate::LoadError;
use crate::merge::keys::KeyIndex;
use crate::merge::staging::StagedBatch;

/// The keys of staged rows.
pub(crate) struct StagedKeys {
    pub(crate) index: KeyIndex,
    /// The key's columns of each batch.
    pub(crate) columns: Vec<Vec<ArrayRef>>,
    /// The number of each row's key, by batch.
    pub(crate) numbers: Vec<Vec<u32>>,
}

/// The table's columns by what they are for.
pub(crate) struct Columns {
    pub(crate) key: Vec<usize>,
    pub(crate) key_ids: Vec<i32>,
    pub(crate) key_schema: SchemaRef,
    pub(crate) interval_schema: SchemaRef,
    pub(crate) load_interval_id: i32,
    pub(crate) order_by: Option<usize>,
    pub(crate) valid_from: Option<usize>,
    pub(crate) content: Vec<usize>,
}

impl Columns {
    pub(crate) fn of(plan: &LoadPlan, table: &LakeTable, schema: &SchemaRef) -> Result<Self, LoadError> {
        let index = |name: &str| Ok::<_, LoadError>(schema.index_of(name)?);
        let key = plan.key().iter().map(|name| index(name)).collect::<Result<Vec<_>, _>>()?;
        let iceberg = table.metadata().current_schema();
        let id = |name: &str| {
            iceberg.field_id_by_name(name).ok_or_else(|| LoadError::internal(format!("no field id of {name}")))
        };
        let key_ids = plan.key().iter().map(|name| id(name)).collect::<Result<Vec<_>, _>>()?;
        let is_history = |name: &str| plan.mode == Mode::Scd2 && [VALID_FROM, VALID_TO, IS_CURRENT].contains(&name);
        let names = schema.fields().iter().map(|field| field.name().as_str()).enumerate();
        let content = names.filter(|(_, name)| *name != LOAD_INTERVAL && !is_history(name)).map(|(at, _)| at);
        let interval_at = index(LOAD_INTERVAL)?;
        Ok(Self {
            key_schema: Arc::new(Schema::new(key.iter().map(|at| schema.field(*at).clone()).collect::<Vec<_>>())),
            interval_schema: Arc::new(Schema::new(vec![schema.field(interval_at).clone()])),
            load_interval_id: id(LOAD_INTERVAL)?,
            order_by: plan.merge.order_by.as_deref().map(index).transpose()?,
            valid_from: if plan.mode == Mode::Scd2 { Some(index(VALID_FROM)?) } else { None },
            content: content.collect(),
            key,
            key_ids,
        })
    }

    /// The staged rows' keys, numbered.
    pub(crate) fn index(&self, staged: &[StagedBatch]) -> Result<StagedKeys, LoadError> {
        let types = self.key_schema.fields().iter().map(|field| field.data_type().clone());
        let mut index = KeyIndex::new(types)?;
        let keys: Vec<Vec<ArrayRef>> = staged.iter().map(|batch| pick(&batch.rows, &self.key)).collect();
        let numbers = keys.iter().map(|columns| index.insert(columns)).collect::<Result<Vec<_>, _>>()?;
        Ok(StagedKeys { index, columns: keys, numbers })
    }
}

pub(crate) fn pick(rows: &RecordBatch, columns: &[usize]) -> Vec<ArrayRef> {
    columns.iter().map(|at| Arc::clone(rows.column(*at))).collect()
}
