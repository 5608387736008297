//! What the columns of a merge's table are for.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{Schema, SchemaRef};
use naru_core::table_spec::{IS_CURRENT, LOAD_INTERVAL, VALID_FROM, VALID_TO};
use naru_core::{LoadPlan, Mode};

use crate::MergeError;
use crate::keys::KeyIndex;
use crate::staged::StagedBatch;

/// The keys of staged rows.
pub struct StagedKeys {
    /// Each key once.
    pub index: KeyIndex,
    /// The key's columns of each batch.
    pub columns: Vec<Vec<ArrayRef>>,
    /// The number of each row's key, by batch.
    pub numbers: Vec<Vec<u32>>,
}

/// The table's columns by what they are for.
pub struct Columns {
    pub(crate) key: Vec<usize>,
    key_schema: SchemaRef,
    pub(crate) order_by: Option<usize>,
    pub(crate) valid_from: Option<usize>,
    pub(crate) content: Vec<usize>,
}

impl Columns {
    /// Of a table with this schema.
    ///
    /// # Errors
    /// `Arrow` for a column that the table lacks.
    pub fn of(plan: &LoadPlan, schema: &SchemaRef) -> Result<Self, MergeError> {
        let index = |name: &str| Ok::<_, MergeError>(schema.index_of(name)?);
        let key = plan.key().iter().map(|name| index(name)).collect::<Result<Vec<_>, _>>()?;
        let is_history = |name: &str| plan.mode == Mode::Scd2 && [VALID_FROM, VALID_TO, IS_CURRENT].contains(&name);
        let names = schema.fields().iter().map(|field| field.name().as_str()).enumerate();
        let content = names.filter(|(_, name)| *name != LOAD_INTERVAL && !is_history(name)).map(|(at, _)| at);
        Ok(Self {
            key_schema: Arc::new(Schema::new(key.iter().map(|at| schema.field(*at).clone()).collect::<Vec<_>>())),
            order_by: plan.merge.order_by.as_deref().map(index).transpose()?,
            valid_from: if plan.mode == Mode::Scd2 { Some(index(VALID_FROM)?) } else { None },
            content: content.collect(),
            key,
        })
    }

    /// The key's columns.
    pub fn key_schema(&self) -> &SchemaRef {
        &self.key_schema
    }

    /// The key's columns of rows.
    pub fn pick_key(&self, rows: &RecordBatch) -> Vec<ArrayRef> {
        pick(rows, &self.key)
    }

    /// The staged rows' keys, numbered.
    ///
    /// # Errors
    /// `Arrow`.
    pub fn index(&self, staged: &[StagedBatch]) -> Result<StagedKeys, MergeError> {
        let types = self.key_schema.fields().iter().map(|field| field.data_type().clone());
        let mut index = KeyIndex::new(types)?;
        let keys: Vec<Vec<ArrayRef>> = staged.iter().map(|batch| self.pick_key(&batch.rows)).collect();
        let numbers = keys.iter().map(|columns| index.insert(columns)).collect::<Result<Vec<_>, _>>()?;
        Ok(StagedKeys { index, columns: keys, numbers })
    }
}

pub(crate) fn pick(rows: &RecordBatch, columns: &[usize]) -> Vec<ArrayRef> {
    columns.iter().map(|at| Arc::clone(rows.column(*at))).collect()
}
