//! Distributes rows over partitions, a column at a time: values are read in order, and written to the ends of some columns
//! that stay in the processor's cache. Gathering each partition's rows out of all that is decoded takes three times as long, since
//! hardly any of them is in the cache; out of one batch it is no faster.

use std::sync::Arc;

use arrow_array::builder::BooleanBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, BinaryType, ByteArrayType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int32Type,
    Int64Type, LargeBinaryType, LargeUtf8Type, TimestampMicrosecondType, Utf8Type,
};
use arrow_array::{Array, ArrayRef, GenericByteArray, PrimitiveArray, RecordBatch};
use arrow_buffer::{ArrowNativeType, NullBuffer, NullBufferBuilder, OffsetBuffer};
use arrow_schema::{DataType, SchemaRef};

use crate::LoadError;
use crate::short_copy::append_part;
use crate::spilled_rows;

/// Rows of some partitions, which have numbers from 0 on.
pub(crate) struct Scatter {
    schema: SchemaRef,
    columns: Vec<Box<dyn ScatteredColumn>>,
    /// Of each column, all that ever came.
    column_bytes: Vec<u64>,
    /// Of each partition.
    rows: Vec<usize>,
    bytes: usize,
    /// Bytes that all partitions may keep while they have no rows.
    kept_bytes: usize,
}

impl Scatter {
    /// For rows of a schema. `kept_bytes`: what may be kept of memory in which no rows are.
    pub(crate) fn new(schema: SchemaRef, kept_bytes: usize) -> Result<Self, LoadError> {
        let columns = schema.fields().iter().map(|field| column(field.data_type()));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        Ok(Self { column_bytes: vec![0; columns.len()], columns, schema, rows: Vec::new(), bytes: 0, kept_bytes })
    }

    /// Another partition; its number.
    pub(crate) fn add_partition(&mut self) -> usize {
        self.columns.iter_mut().for_each(|column| column.add_partition());
        self.rows.push(0);
        self.rows.len() - 1
    }

    /// Takes rows, each with its partition.
    pub(crate) fn write(&mut self, batch: &RecordBatch, partitions: &[u32]) {
        for ((column, bytes), array) in self.columns.iter_mut().zip(&mut self.column_bytes).zip(batch.columns()) {
            column.write(array, partitions);
            *bytes += array.get_array_memory_size() as u64;
        }
        for partition in partitions {
            self.rows[*partition as usize] += 1;
        }
        self.bytes += batch.get_array_memory_size();
    }

    /// Bytes of memory held, about.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The partitions that have at least so many rows.
    pub(crate) fn with_rows(&self, least: usize) -> Vec<usize> {
        (0..self.rows.len()).filter(|partition| self.rows[*partition] >= least).collect()
    }

    /// Rows of a partition with the most.
    pub(crate) fn most_rows(&self) -> usize {
        self.rows.iter().copied().max().unwrap_or_default()
    }

    /// Gives the memory of rows back that were [taken](Self::take) and are written.
    pub(crate) fn give_back(&mut self, partition: usize, rows: RecordBatch) {
        let (_, columns, _) = rows.into_parts();
        let keep_bytes = self.keep_bytes();
        for ((column, keep_bytes), values) in self.columns.iter_mut().zip(keep_bytes).zip(columns) {
            column.give_back(partition, values, keep_bytes);
        }
    }

    /// Rows of a partition.
    pub(crate) fn rows(&self, partition: usize) -> usize {
        self.rows[partition]
    }

    /// Appends the rows of a partition as [`spilled_rows`] has them; none are left.
    pub(crate) fn spill(&mut self, partition: usize, out: &mut Vec<u8>) {
        self.leave(partition);
        let keep_bytes = self.keep_bytes();
        for (column, keep_bytes) in self.columns.iter_mut().zip(keep_bytes) {
            column.spill(partition, out, keep_bytes);
        }
    }

    /// Bytes that each column of a partition may keep while it has no rows: as large a part as it is of what came. Rows that
    /// come ordered by partition would otherwise leave a large buffer behind in each.
    fn keep_bytes(&self) -> Vec<usize> {
        let (of_partition, all) = (self.kept_bytes / self.rows.len().max(1), self.column_bytes.iter().sum::<u64>());
        let part = |bytes: &u64| (of_partition as u128 * u128::from(*bytes) / u128::from(all.max(1))) as usize;
        self.column_bytes.iter().map(part).collect()
    }

    fn leave(&mut self, partition: usize) {
        let all: usize = self.rows.iter().sum();
        let rows = std::mem::take(&mut self.rows[partition]);
        self.bytes -= (self.bytes as u128 * rows as u128 / all.max(1) as u128) as usize;
    }

    /// Takes the rows of a partition out.
    pub(crate) fn take(&mut self, partition: usize) -> Result<RecordBatch, LoadError> {
        self.leave(partition);
        let columns = self.columns.iter_mut().map(|column| column.take(partition)).collect();
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }
}

/// A column of each partition.
trait ScatteredColumn {
    fn add_partition(&mut self);
    /// Takes values, each with its partition.
    fn write(&mut self, values: &ArrayRef, partitions: &[u32]);
    /// Appends a partition's values as [`spilled_rows`] has them; none are left.
    fn spill(&mut self, partition: usize, out: &mut Vec<u8>, keep_bytes: usize);
    fn take(&mut self, partition: usize) -> ArrayRef;
    /// Gives memory back that [`Self::take`] took out with the values, for the next: allocating it anew takes a tenth of a load.
    fn give_back(&mut self, partition: usize, values: ArrayRef, keep_bytes: usize);
}

fn column(data_type: &DataType) -> Result<Box<dyn ScatteredColumn>, LoadError> {
    Ok(match data_type {
        DataType::Boolean => Box::new(Booleans(Vec::new())),
        DataType::Int32 => Box::new(Fixed::<Int32Type>::new(data_type)),
        DataType::Int64 => Box::new(Fixed::<Int64Type>::new(data_type)),
        DataType::Float32 => Box::new(Fixed::<Float32Type>::new(data_type)),
        DataType::Float64 => Box::new(Fixed::<Float64Type>::new(data_type)),
        DataType::Date32 => Box::new(Fixed::<Date32Type>::new(data_type)),
        DataType::Timestamp(..) => Box::new(Fixed::<TimestampMicrosecondType>::new(data_type)),
        DataType::Decimal128(..) => Box::new(Fixed::<Decimal128Type>::new(data_type)),
        DataType::Utf8 => Box::new(Bytes::<Utf8Type>::new()),
        DataType::LargeUtf8 => Box::new(Bytes::<LargeUtf8Type>::new()),
        DataType::Binary => Box::new(Bytes::<BinaryType>::new()),
        DataType::LargeBinary => Box::new(Bytes::<LargeBinaryType>::new()),
        other => return Err(LoadError::internal(format!("rows with a column of {other} cannot be distributed"))),
    })
}

/// The same memory without values, if it is no more than may be kept.
fn emptied<T>(mut values: Vec<T>, keep_bytes: usize) -> Vec<T> {
    if values.capacity() * size_of::<T>() > keep_bytes {
        return Vec::new();
    }
    values.clear();
    values
}

/// Which values of a partition are there. May be behind them, where none are null.
struct Validity(NullBufferBuilder);

impl Validity {
    fn new() -> Self {
        Self(NullBufferBuilder::new(0))
    }

    /// The value number `at` is null.
    #[cold]
    fn null(&mut self, at: usize) {
        self.0.append_n_non_nulls(at - self.0.len());
        self.0.append_null();
    }

    fn take(&mut self, values: usize) -> Option<NullBuffer> {
        self.0.append_n_non_nulls(values - self.0.len());
        self.0.finish()
    }
}

/// Which values of a batch are there, if some are not.
fn present(values: &dyn Array) -> Option<&NullBuffer> {
    values.nulls().filter(|nulls| nulls.null_count() > 0)
}

/// Values apart from their validity, which is hardly looked at: so their places stay in the cache.
struct Fixed<T: ArrowPrimitiveType> {
    data_type: DataType,
    values: Vec<Vec<T::Native>>,
    validity: Vec<Validity>,
}

impl<T: ArrowPrimitiveType> Fixed<T> {
    fn new(data_type: &DataType) -> Self {
        Self { data_type: data_type.clone(), values: Vec::new(), validity: Vec::new() }
    }
}

impl<T: ArrowPrimitiveType> ScatteredColumn for Fixed<T> {
    fn add_partition(&mut self) {
        self.values.push(Vec::new());
        self.validity.push(Validity::new());
    }

    fn write(&mut self, values: &ArrayRef, partitions: &[u32]) {
        let values = values.as_primitive::<T>();
        let valid = present(values);
        for (row, (value, partition)) in values.values().iter().zip(partitions).enumerate() {
            let all = &mut self.values[*partition as usize];
            if valid.is_some_and(|valid| valid.is_null(row)) {
                self.validity[*partition as usize].null(all.len());
            }
            all.push(*value);
        }
    }

    fn spill(&mut self, partition: usize, out: &mut Vec<u8>, keep_bytes: usize) {
        let (values, validity) = (&mut self.values[partition], &mut self.validity[partition]);
        spilled_rows::put_nulls(validity.take(values.len()).as_ref(), out);
        spilled_rows::put_slice(values, out);
        *values = emptied(std::mem::take(values), keep_bytes);
    }

    fn take(&mut self, partition: usize) -> ArrayRef {
        let (values, validity) = (&mut self.values[partition], &mut self.validity[partition]);
        let validity = validity.take(values.len());
        let array = PrimitiveArray::<T>::new(std::mem::take(values).into(), validity);
        Arc::new(array.with_data_type(self.data_type.clone()))
    }

    fn give_back(&mut self, partition: usize, values: ArrayRef, keep_bytes: usize) {
        let array = values.as_primitive::<T>().clone();
        drop(values);
        let (_, values, _) = array.into_parts();
        if let Ok(values) = values.into_inner().into_vec() {
            self.values[partition] = emptied(values, keep_bytes);
        }
    }
}

struct Bytes<T: ByteArrayType> {
    /// Where each value ends, after a zero; and all their bytes.
    values: Vec<(Vec<T::Offset>, Vec<u8>)>,
    validity: Vec<Validity>,
}

impl<T: ByteArrayType> Bytes<T> {
    fn new() -> Self {
        Self { values: Vec::new(), validity: Vec::new() }
    }
}

impl<T: ByteArrayType> ScatteredColumn for Bytes<T> {
    fn add_partition(&mut self) {
        self.values.push((vec![T::Offset::usize_as(0)], Vec::new()));
        self.validity.push(Validity::new());
    }

    fn write(&mut self, values: &ArrayRef, partitions: &[u32]) {
        let values = values.as_bytes::<T>();
        let (data, valid) = (values.value_data(), present(values));
        for (row, (places, partition)) in values.value_offsets().windows(2).zip(partitions).enumerate() {
            let (ends, bytes) = &mut self.values[*partition as usize];
            if valid.is_some_and(|valid| valid.is_null(row)) {
                self.validity[*partition as usize].null(ends.len() - 1);
            }
            append_part(data, places[0].as_usize()..places[1].as_usize(), bytes);
            ends.push(T::Offset::usize_as(bytes.len()));
        }
    }

    fn spill(&mut self, partition: usize, out: &mut Vec<u8>, keep_bytes: usize) {
        let ((ends, bytes), validity) = (&mut self.values[partition], &mut self.validity[partition]);
        spilled_rows::put_nulls(validity.take(ends.len() - 1).as_ref(), out);
        spilled_rows::put_slice(ends, out);
        spilled_rows::put_slice(bytes, out);
        *ends = emptied(std::mem::take(ends), keep_bytes);
        ends.push(T::Offset::usize_as(0));
        *bytes = emptied(std::mem::take(bytes), keep_bytes);
    }

    fn take(&mut self, partition: usize) -> ArrayRef {
        let ((ends, bytes), validity) = (&mut self.values[partition], &mut self.validity[partition]);
        let validity = validity.take(ends.len() - 1);
        let start = T::Offset::usize_as(0);
        let ends = OffsetBuffer::new(std::mem::replace(ends, vec![start]).into());
        let bytes = std::mem::take(bytes).into();
        // SAFETY: the values are whole ones of arrays of this type, which hold none but valid text.
        #[allow(unsafe_code, reason = "checking the text again would take a twentieth of a load")]
        let array = unsafe { GenericByteArray::<T>::new_unchecked(ends, bytes, validity) };
        Arc::new(array)
    }

    fn give_back(&mut self, partition: usize, values: ArrayRef, keep_bytes: usize) {
        let array = values.as_bytes::<T>().clone();
        drop(values);
        let (ends, bytes, _) = array.into_parts();
        let (next_ends, next_bytes) = &mut self.values[partition];
        if let Ok(ends) = ends.into_inner().into_inner().into_vec() {
            *next_ends = emptied(ends, keep_bytes);
            next_ends.push(T::Offset::usize_as(0));
        }
        if let Ok(bytes) = bytes.into_vec() {
            *next_bytes = emptied(bytes, keep_bytes);
        }
    }
}

struct Booleans(Vec<BooleanBuilder>);

impl ScatteredColumn for Booleans {
    fn add_partition(&mut self) {
        self.0.push(BooleanBuilder::with_capacity(0));
    }

    fn write(&mut self, values: &ArrayRef, partitions: &[u32]) {
        for (value, partition) in values.as_boolean().iter().zip(partitions) {
            self.0[*partition as usize].append_option(value);
        }
    }

    fn spill(&mut self, partition: usize, out: &mut Vec<u8>, _: usize) {
        let (values, validity) = self.0[partition].finish().into_parts();
        spilled_rows::put_nulls(validity.as_ref(), out);
        spilled_rows::put_packed(&values, out);
    }

    fn take(&mut self, partition: usize) -> ArrayRef {
        Arc::new(self.0[partition].finish())
    }

    /// A bit each: not worth it.
    fn give_back(&mut self, _: usize, _: ArrayRef, _: usize) {}
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use arrow_array::BooleanArray;
    use arrow_buffer::MutableBuffer;
    use arrow_select::filter::filter_record_batch;
    use proptest::prelude::*;

    use super::*;
    use crate::spilled_rows::tests::{Row, batch};

    proptest! {
        #[test]
        fn each_partition_has_its_rows_in_their_order(
            batches in proptest::collection::vec(proptest::collection::vec((any::<Row>(), 0u32..4), 1..30), 1..4),
            on_disk in any::<[bool; 4]>(),
            kept_bytes in 0usize..40_000,
        ) {
            let schema = batch(&[]).schema();
            let mut scatter = Scatter::new(Arc::clone(&schema), kept_bytes).unwrap();
            (0..4).for_each(|partition| assert_eq!(scatter.add_partition(), partition));
            // Twice: the second time into memory that was given back.
            for _ in 0..2 {
                let mut expected = vec![Vec::new(); 4];
                for rows in &batches {
                    let (rows, partitions): (Vec<Row>, Vec<u32>) = rows.iter().cloned().unzip();
                    let rows = batch(&rows);
                    scatter.write(&rows, &partitions);
                    for (partition, expected) in expected.iter_mut().enumerate() {
                        let mask: BooleanArray = partitions.iter().map(|p| Some(*p as usize == partition)).collect();
                        expected.push(filter_record_batch(&rows, &mask).unwrap());
                    }
                }
                for (partition, expected) in expected.iter().enumerate() {
                    let expected = arrow_select::concat::concat_batches(&schema, expected).unwrap();
                    prop_assert_eq!(scatter.rows(partition), expected.num_rows());
                    let found = if on_disk[partition] {
                        let mut out = Vec::new();
                        scatter.spill(partition, &mut out);
                        let mut bytes = MutableBuffer::new(out.len());
                        bytes.extend_from_slice(&out);
                        spilled_rows::read(&schema, expected.num_rows(), bytes).unwrap()
                    } else {
                        scatter.take(partition).unwrap()
                    };
                    prop_assert_eq!(format!("{found:?}"), format!("{expected:?}"));
                    scatter.give_back(partition, found);
                }
                prop_assert_eq!((scatter.bytes(), scatter.with_rows(1).len()), (0, 0));
            }
        }
    }
}
