//! Partition values of rows, by Iceberg's transforms.

use arrow_array::{Array, ArrayRef, RecordBatch};
use iceberg::arrow::{PartitionValueCalculator, arrow_struct_to_literal};
use iceberg::spec::{Literal, PartitionSpec, Schema, Struct, Type};

use crate::LoadError;

/// Computes partition values for one partition spec.
pub(crate) struct Partitioner {
    calculator: PartitionValueCalculator,
}

impl Partitioner {
    /// A partitioner for a spec with at least one field; none for an unpartitioned table.
    pub(crate) fn new(spec: &PartitionSpec, schema: &Schema) -> Result<Option<Self>, LoadError> {
        if spec.is_unpartitioned() {
            return Ok(None);
        }
        let calculator = PartitionValueCalculator::try_new(spec, schema).map_err(LoadError::write)?;
        Ok(Some(Self { calculator }))
    }

    /// The partition values of a batch's rows: a struct array with a field for each field of the spec.
    pub(crate) fn values(&self, batch: &RecordBatch) -> Result<ArrayRef, LoadError> {
        self.calculator.calculate(batch).map_err(LoadError::write)
    }

    /// The partition of the first row of `values`.
    pub(crate) fn key(&self, values: &ArrayRef) -> Result<Struct, LoadError> {
        let first = values.slice(0, 1);
        let literals = arrow_struct_to_literal(&first, self.calculator.partition_type()).map_err(LoadError::write)?;
        match literals.into_iter().next().flatten() {
            Some(Literal::Struct(key)) => Ok(key),
            _ => Err(LoadError::internal(format!(
                "partition values are not of type {}",
                Type::Struct(self.calculator.partition_type().clone())
            ))),
        }
    }
}
