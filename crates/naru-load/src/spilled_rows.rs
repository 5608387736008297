//! Rows on disk: gathered from memory column by column, and read back without another copy.
//!
//! A column is its validity, if some of its values are null, then its values as Arrow lays them out: bits, numbers, or the
//! places of byte strings and their bytes. Each of these starts at a multiple of [`ALIGNMENT`] bytes. Arrow's IPC format, of which
//! a partition with few rows at a time would be mostly headers, copies twice more on its way.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, BinaryType, ByteArrayType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int32Type,
    Int64Type, LargeBinaryType, LargeUtf8Type, TimestampMicrosecondType, Utf8Type,
};
use arrow_array::{Array, ArrayRef, BooleanArray, GenericByteArray, PrimitiveArray, RecordBatch, RecordBatchOptions};
use arrow_buffer::{
    ArrowNativeType, BooleanBuffer, Buffer, MutableBuffer, NullBuffer, OffsetBuffer, ScalarBuffer, ToByteSlice,
    bit_util,
};
use arrow_schema::{ArrowError, DataType, SchemaRef};

use crate::LoadError;

/// That of the widest value.
const ALIGNMENT: usize = align_of::<i128>();

/// A row in memory: which batch, which row of it.
pub(crate) type Place = (usize, usize);

/// Batches of one schema that rows are gathered from.
pub(crate) struct RowSource<'b>(Vec<Box<dyn ColumnSource + 'b>>);

impl<'b> RowSource<'b> {
    pub(crate) fn new(batches: &'b [RecordBatch]) -> Result<Self, LoadError> {
        let Some(first) = batches.first() else { return Ok(Self(Vec::new())) };
        let column = |index: usize| {
            let arrays: Vec<&'b ArrayRef> = batches.iter().map(|batch| batch.column(index)).collect();
            column_source(first.column(index).data_type(), &arrays)
        };
        (0..first.num_columns()).map(column).collect::<Result<_, _>>().map(Self)
    }

    /// Appends rows.
    pub(crate) fn put(&self, rows: &[Place], out: &mut Vec<u8>) {
        for column in &self.0 {
            column.put(rows, out);
        }
    }
}

/// One column of all batches.
trait ColumnSource {
    fn put(&self, rows: &[Place], out: &mut Vec<u8>);
}

fn column_source<'b>(data_type: &DataType, arrays: &[&'b ArrayRef]) -> Result<Box<dyn ColumnSource + 'b>, LoadError> {
    Ok(match data_type {
        DataType::Boolean => Box::new(Booleans(arrays.iter().map(|array| array.as_boolean()).collect())),
        DataType::Int32 => fixed::<Int32Type>(arrays),
        DataType::Int64 => fixed::<Int64Type>(arrays),
        DataType::Float32 => fixed::<Float32Type>(arrays),
        DataType::Float64 => fixed::<Float64Type>(arrays),
        DataType::Date32 => fixed::<Date32Type>(arrays),
        DataType::Timestamp(..) => fixed::<TimestampMicrosecondType>(arrays),
        DataType::Decimal128(..) => fixed::<Decimal128Type>(arrays),
        DataType::Utf8 => bytes::<Utf8Type>(arrays),
        DataType::LargeUtf8 => bytes::<LargeUtf8Type>(arrays),
        DataType::Binary => bytes::<BinaryType>(arrays),
        DataType::LargeBinary => bytes::<LargeBinaryType>(arrays),
        other => return Err(unknown(other)),
    })
}

fn unknown(data_type: &DataType) -> LoadError {
    LoadError::internal(format!("rows with a column of {data_type} cannot be kept on disk"))
}

struct Fixed<'b, T: ArrowPrimitiveType>(Vec<&'b PrimitiveArray<T>>);

fn fixed<'b, T: ArrowPrimitiveType>(arrays: &[&'b ArrayRef]) -> Box<dyn ColumnSource + 'b> {
    Box::new(Fixed::<T>(arrays.iter().map(|array| array.as_primitive()).collect()))
}

impl<T: ArrowPrimitiveType> ColumnSource for Fixed<'_, T> {
    fn put(&self, rows: &[Place], out: &mut Vec<u8>) {
        put_validity(&self.0, rows, out);
        put_numbers(rows.iter().map(|(batch, row)| self.0[*batch].values()[*row]), out);
    }
}

struct Bytes<'b, T: ByteArrayType>(Vec<&'b GenericByteArray<T>>);

fn bytes<'b, T: ByteArrayType>(arrays: &[&'b ArrayRef]) -> Box<dyn ColumnSource + 'b> {
    Box::new(Bytes::<T>(arrays.iter().map(|array| array.as_bytes()).collect()))
}

impl<T: ByteArrayType> Bytes<'_, T> {
    #[inline]
    fn value(&self, (batch, row): Place) -> &[u8] {
        let array = self.0[batch];
        let ends = array.value_offsets();
        &array.value_data()[ends[row].as_usize()..ends[row + 1].as_usize()]
    }
}

impl<T: ByteArrayType> ColumnSource for Bytes<'_, T> {
    fn put(&self, rows: &[Place], out: &mut Vec<u8>) {
        put_validity(&self.0, rows, out);
        let mut end = 0;
        let ends = rows.iter().map(|place| {
            end += self.value(*place).len();
            T::Offset::usize_as(end)
        });
        put_numbers(std::iter::once(T::Offset::usize_as(0)).chain(ends), out);
        align(out);
        out.reserve(end);
        for place in rows {
            out.extend_from_slice(self.value(*place));
        }
    }
}

struct Booleans<'b>(Vec<&'b BooleanArray>);

impl ColumnSource for Booleans<'_> {
    fn put(&self, rows: &[Place], out: &mut Vec<u8>) {
        put_validity(&self.0, rows, out);
        put_bits(rows, |(batch, row)| self.0[batch].value(row), out);
    }
}

/// Appends a column's validity, which comes before its values.
pub(crate) fn put_nulls(validity: Option<&NullBuffer>, out: &mut Vec<u8>) {
    out.push(u8::from(validity.is_some()));
    if let Some(validity) = validity {
        put_packed(validity.inner(), out);
    }
}

/// Appends bits.
pub(crate) fn put_packed(bits: &BooleanBuffer, out: &mut Vec<u8>) {
    align(out);
    out.extend_from_slice(bits.sliced().as_slice());
}

/// Appends numbers that are together, or bytes.
pub(crate) fn put_slice<N: ArrowNativeType>(numbers: &[N], out: &mut Vec<u8>) {
    align(out);
    out.extend_from_slice(numbers.to_byte_slice());
}

/// Begins a column: whether it has nulls, and which.
fn put_validity<A: Array>(arrays: &[&A], rows: &[Place], out: &mut Vec<u8>) {
    let has_nulls = arrays.iter().any(|array| array.null_count() > 0);
    out.push(u8::from(has_nulls));
    if has_nulls {
        put_bits(rows, |(batch, row)| arrays[batch].is_valid(row), out);
    }
}

fn put_bits(rows: &[Place], bit: impl Fn(Place) -> bool, out: &mut Vec<u8>) {
    align(out);
    let eight =
        |rows: &[Place]| rows.iter().enumerate().fold(0, |bits, (n, place)| bits | (u8::from(bit(*place)) << n));
    out.extend(rows.chunks(8).map(eight));
}

fn put_numbers<N: ArrowNativeType>(numbers: impl Iterator<Item = N>, out: &mut Vec<u8>) {
    align(out);
    let start = out.len();
    let (least, most) = numbers.size_hint();
    out.resize(start + most.unwrap_or(least) * size_of::<N>(), 0);
    for (slot, number) in out[start..].chunks_exact_mut(size_of::<N>()).zip(numbers) {
        slot.copy_from_slice(std::slice::from_ref(&number).to_byte_slice());
    }
}

/// Fills up to the next multiple of the alignment.
pub(crate) fn align(out: &mut Vec<u8>) {
    out.resize(out.len().next_multiple_of(ALIGNMENT), 0);
}

/// The rows that [`RowSource::put`] wrote.
pub(crate) fn read(schema: &SchemaRef, rows: usize, bytes: MutableBuffer) -> Result<RecordBatch, LoadError> {
    let mut reader = Reader { bytes: bytes.into(), at: 0, rows };
    let columns = schema.fields().iter().map(|field| reader.column(field.data_type()));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    Ok(RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)?)
}

struct Reader {
    bytes: Buffer,
    at: usize,
    rows: usize,
}

impl Reader {
    fn column(&mut self, data_type: &DataType) -> Result<ArrayRef, LoadError> {
        let validity = self.validity()?;
        Ok(match data_type {
            DataType::Boolean => Arc::new(BooleanArray::new(self.bits()?, validity)),
            DataType::Int32 => self.fixed::<Int32Type>(data_type, validity)?,
            DataType::Int64 => self.fixed::<Int64Type>(data_type, validity)?,
            DataType::Float32 => self.fixed::<Float32Type>(data_type, validity)?,
            DataType::Float64 => self.fixed::<Float64Type>(data_type, validity)?,
            DataType::Date32 => self.fixed::<Date32Type>(data_type, validity)?,
            DataType::Timestamp(..) => self.fixed::<TimestampMicrosecondType>(data_type, validity)?,
            DataType::Decimal128(..) => self.fixed::<Decimal128Type>(data_type, validity)?,
            DataType::Utf8 => self.bytes::<Utf8Type>(validity)?,
            DataType::LargeUtf8 => self.bytes::<LargeUtf8Type>(validity)?,
            DataType::Binary => self.bytes::<BinaryType>(validity)?,
            DataType::LargeBinary => self.bytes::<LargeBinaryType>(validity)?,
            other => return Err(unknown(other)),
        })
    }

    fn fixed<T: ArrowPrimitiveType>(
        &mut self,
        data_type: &DataType,
        validity: Option<NullBuffer>,
    ) -> Result<ArrayRef, LoadError> {
        let values = self.numbers::<T::Native>(self.rows)?;
        Ok(Arc::new(PrimitiveArray::<T>::try_new(values, validity)?.with_data_type(data_type.clone())))
    }

    fn bytes<T: ByteArrayType>(&mut self, validity: Option<NullBuffer>) -> Result<ArrayRef, LoadError> {
        let ends = OffsetBuffer::new(self.numbers::<T::Offset>(self.rows + 1)?);
        let length = ends.last().map_or(0, |end| end.as_usize());
        let values = self.take(length)?;
        // SAFETY: the places ascend, the last of them is the length, and the values are whole ones of arrays of this type,
        // which hold none but valid text: this process wrote them into a directory that is its user's alone.
        #[allow(unsafe_code, reason = "checking the text again would take a twentieth of a load")]
        let array = unsafe { GenericByteArray::<T>::new_unchecked(ends, values, validity) };
        Ok(Arc::new(array))
    }

    fn validity(&mut self) -> Result<Option<NullBuffer>, LoadError> {
        let has_nulls = self.bytes.get(self.at).copied();
        self.at += 1;
        match has_nulls {
            Some(0) => Ok(None),
            Some(_) => Ok(Some(NullBuffer::new(self.bits()?))),
            None => Err(cut_off()),
        }
    }

    fn bits(&mut self) -> Result<BooleanBuffer, LoadError> {
        let bits = self.take(bit_util::ceil(self.rows, 8))?;
        Ok(BooleanBuffer::new(bits, 0, self.rows))
    }

    fn numbers<N: ArrowNativeType>(&mut self, count: usize) -> Result<ScalarBuffer<N>, LoadError> {
        Ok(ScalarBuffer::new(self.take(count * size_of::<N>())?, 0, count))
    }

    /// The next bytes, from the next multiple of the alignment on.
    fn take(&mut self, length: usize) -> Result<Buffer, LoadError> {
        let start = self.at.next_multiple_of(ALIGNMENT);
        self.at = start + length;
        if self.at > self.bytes.len() {
            return Err(cut_off());
        }
        Ok(self.bytes.slice_with_length(start, length))
    }
}

fn cut_off() -> LoadError {
    LoadError::from(ArrowError::IpcError("rows that were kept on disk are cut off".into()))
}

#[cfg(test)]
pub(crate) mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use arrow_array::builder::{Decimal128Builder, TimestampMicrosecondBuilder};
    use arrow_array::{Date32Array, Float32Array, Float64Array, Int32Array, Int64Array, LargeBinaryArray, StringArray};
    use arrow_select::interleave::interleave_record_batch;
    use proptest::prelude::*;

    use super::*;

    pub(crate) type Row =
        (Option<bool>, Option<i32>, Option<i64>, Option<f64>, Option<i64>, Option<String>, Option<Vec<u8>>);

    /// A column of each type.
    pub(crate) fn batch(rows: &[Row]) -> RecordBatch {
        let mut decimals = Decimal128Builder::new().with_precision_and_scale(38, 2).unwrap();
        let mut times = TimestampMicrosecondBuilder::new().with_timezone("UTC");
        for row in rows {
            decimals.append_option(row.2.map(|value| i128::from(value) << 40));
            times.append_option(row.4);
        }
        RecordBatch::try_from_iter_with_nullable([
            ("b", Arc::new(rows.iter().map(|row| row.0).collect::<BooleanArray>()) as ArrayRef, true),
            ("i", Arc::new(rows.iter().map(|row| row.1).collect::<Int32Array>()), true),
            ("d", Arc::new(rows.iter().map(|row| row.1).collect::<Date32Array>()), true),
            ("l", Arc::new(rows.iter().map(|row| row.2).collect::<Int64Array>()), true),
            ("m", Arc::new(decimals.finish()), true),
            ("f", Arc::new(rows.iter().map(|row| row.3.map(|value| value as f32)).collect::<Float32Array>()), true),
            ("g", Arc::new(rows.iter().map(|row| row.3).collect::<Float64Array>()), true),
            ("t", Arc::new(times.finish()), true),
            ("s", Arc::new(rows.iter().map(|row| row.5.clone()).collect::<StringArray>()), true),
            ("x", Arc::new(rows.iter().map(|row| row.6.clone()).collect::<LargeBinaryArray>()), true),
            ("k", Arc::new((0..rows.len() as i64).collect::<Int64Array>()), false),
        ])
        .unwrap()
    }

    proptest! {
        #[test]
        fn rows_come_back_as_they_were(
            first in proptest::collection::vec(any::<Row>(), 1..40),
            second in proptest::collection::vec(any::<Row>(), 1..40),
            picked in proptest::collection::vec(any::<(bool, proptest::sample::Index)>(), 0..60),
        ) {
            let batches = [batch(&first), batch(&second)];
            let length = [first.len(), second.len()];
            let rows: Vec<Place> = picked.iter().map(|(b, row)| (usize::from(*b), row.index(length[usize::from(*b)]))).collect();
            let mut out = Vec::new();
            RowSource::new(&batches).unwrap().put(&rows, &mut out);
            let mut bytes = MutableBuffer::new(out.len());
            bytes.extend_from_slice(&out);
            let found = read(&batches[0].schema(), rows.len(), bytes).unwrap();
            let expected = interleave_record_batch(&batches.iter().collect::<Vec<_>>(), &rows).unwrap();
            prop_assert_eq!(format!("{found:?}"), format!("{expected:?}"));
        }

        #[test]
        fn what_is_cut_off_is_an_error(rows in proptest::collection::vec(any::<Row>(), 1..9), cut in any::<proptest::sample::Index>()) {
            let batches = [batch(&rows)];
            let mut out = Vec::new();
            RowSource::new(&batches).unwrap().put(&(0..rows.len()).map(|row| (0, row)).collect::<Vec<_>>(), &mut out);
            let mut bytes = MutableBuffer::new(out.len());
            bytes.extend_from_slice(&out[..cut.index(out.len())]);
            prop_assert!(read(&batches[0].schema(), rows.len(), bytes).is_err());
        }
    }
}
