//! What the kernel reads, in the reference's words.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType,
};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use naru_core::Dialect;
use naru_core::plan::{PlanColumn, SourceCompression};
use naru_decode::{BlockReader, Kernel, Scratch, SourceError};

use crate::reference::{Reading, Rejected, RejectedRecord, Value};

pub(crate) fn read(dialect: &Dialect, columns: &[PlanColumn], bytes: &[u8], block_bytes: usize) -> Reading {
    let kernel = Kernel::new(dialect, columns).expect("a dialect that the kernel takes");
    let mut reading = Reading::default();
    reading.error = read_into(&mut reading, &kernel, bytes, block_bytes).err();
    reading
}

fn read_into(reading: &mut Reading, kernel: &Kernel, bytes: &[u8], block_bytes: usize) -> Result<(), SourceError> {
    let mut reader = BlockReader::new(kernel, bytes, SourceCompression::None, block_bytes)?;
    let mut scratch = Scratch::default();
    let mut recycled = None;
    while let Some(block) = reader.next_block(recycled)? {
        assert_eq!(block.first_row(), reading.records + 1, "rows are numbered without a gap");
        let decoded = kernel.decode(&block, &mut scratch).expect("arrow takes what was decoded");
        assert_eq!(decoded.records, block.records(), "reader and tokenizer agree on records");
        reading.records += decoded.records;
        reading.rows.extend((0..decoded.batch.num_rows()).map(|row| values(&decoded.batch, row)));
        reading.rejects.extend(decoded.rejects.iter().map(|reject| Rejected {
            row: reject.row,
            column: reject.column,
            line: reject.line,
            byte_offset: reject.byte_offset,
            reason: reject.reason,
        }));
        let records = kernel.rejected_records(&block, &decoded.rejects);
        reading.rejected_records.extend(records.map(|(record, _)| RejectedRecord {
            row: record.row,
            text: record.text,
            fields: record.fields,
        }));
        recycled = Some(block.into_buffer());
    }
    Ok(())
}

fn values(batch: &RecordBatch, row: usize) -> Vec<Value> {
    batch.columns().iter().map(|array| value(array, row)).collect()
}

fn value(array: &dyn Array, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    match array.data_type() {
        DataType::Boolean => Value::Boolean(array.as_boolean().value(row)),
        DataType::Int32 => Value::Int(array.as_primitive::<Int32Type>().value(row)),
        DataType::Int64 => Value::Bigint(array.as_primitive::<Int64Type>().value(row)),
        DataType::Float32 => Value::Float(array.as_primitive::<Float32Type>().value(row).to_bits()),
        DataType::Float64 => Value::Double(array.as_primitive::<Float64Type>().value(row).to_bits()),
        DataType::Decimal128(..) => Value::Decimal(array.as_primitive::<Decimal128Type>().value(row)),
        DataType::Date32 => Value::Date(array.as_primitive::<Date32Type>().value(row)),
        DataType::Timestamp(..) => Value::Timestamp(array.as_primitive::<TimestampMicrosecondType>().value(row)),
        DataType::Utf8 => {
            let value = array.as_string::<i32>().value(row);
            Value::String(std::str::from_utf8(value.as_bytes()).expect("strings are UTF-8").into())
        }
        DataType::Binary => Value::Binary(array.as_binary::<i32>().value(row).into()),
        other => panic!("no column has the type {other}"),
    }
}

/// The first difference between the reference's reading and the kernel's.
pub(crate) fn difference(reference: &Reading, kernel: &Reading) -> Option<String> {
    fn first<T: PartialEq + std::fmt::Debug>(what: &str, reference: &[T], kernel: &[T]) -> Option<String> {
        let differs = |n: &usize| reference.get(*n) != kernel.get(*n);
        let at = (0..reference.len().max(kernel.len())).find(differs)?;
        let (reference, kernel) = (reference.get(at), kernel.get(at));
        Some(format!("{what} {at}:\n reference {reference:?}\n kernel    {kernel:?}"))
    }
    first("reject", &reference.rejects, &kernel.rejects)
        .or_else(|| first("row", &reference.rows, &kernel.rows))
        .or_else(|| first("rejected record", &reference.rejected_records, &kernel.rejected_records))
        .or_else(|| first("records of source", &[reference.records], &[kernel.records]))
        .or_else(|| first("error of source", &[told(reference)], &[told(kernel)]))
}

/// The error without what is a guess for its reader: which surplus fields may be shown, and hints.
fn told(reading: &Reading) -> Option<String> {
    Some(match reading.error.as_ref()? {
        SourceError::Header(mismatch) => {
            let mut duplicate = mismatch.duplicate.clone();
            duplicate.sort();
            let (line, fields, missing) = (mismatch.line, mismatch.fields, &mismatch.missing);
            format!("header of {fields} fields in line {line}: missing {missing:?}, duplicate {duplicate:?}")
        }
        other => other.to_string(),
    })
}
