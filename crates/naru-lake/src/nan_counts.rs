//! Counts of NaNs: the one statistic of a data file that Parquet's footer does not hold.

use std::collections::HashMap;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type};
use arrow_schema::DataType;
use parquet::arrow::PARQUET_FIELD_ID_META_KEY;

/// Counts the NaNs of a file's float and double columns while its batches are written.
#[derive(Debug, Clone, Default)]
pub struct NanCounts {
    counts: HashMap<i32, u64>,
}

impl NanCounts {
    /// Takes in a batch whose fields carry Iceberg's field ids (`PARQUET:field_id`); others are passed over.
    pub fn add(&mut self, batch: &RecordBatch) {
        for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
            let id = field.metadata().get(PARQUET_FIELD_ID_META_KEY).and_then(|id| id.parse::<i32>().ok());
            let count = match field.data_type() {
                DataType::Float32 => {
                    column.as_primitive::<Float32Type>().iter().flatten().filter(|v| v.is_nan()).count()
                }
                DataType::Float64 => {
                    column.as_primitive::<Float64Type>().iter().flatten().filter(|v| v.is_nan()).count()
                }
                _ => continue,
            };
            if let Some(id) = id {
                *self.counts.entry(id).or_default() += count as u64;
            }
        }
    }

    /// The number of NaNs by field id; every float and double column that was seen is there.
    pub fn counts(&self) -> &HashMap<i32, u64> {
        &self.counts
    }
}
