//! Columns of a data file as the table's present columns: types that were widened since, columns that were added.
//!
//! Iceberg's table specification, "Schema Evolution": int to long, float to double, decimal(P, S) to decimal(P', S).

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Float32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, BinaryArray, LargeBinaryArray, StringArray};
use arrow_schema::DataType;

/// The array in the wanted type; none where Iceberg knows no such promotion.
pub(crate) fn promote(array: &ArrayRef, wanted: &DataType) -> Option<ArrayRef> {
    Some(match (array.data_type(), wanted) {
        (found, wanted) if found == wanted => Arc::clone(array),
        (DataType::Int32, DataType::Int64) => {
            Arc::new(array.as_primitive::<Int32Type>().unary::<_, Int64Type>(i64::from))
        }
        (DataType::Float32, DataType::Float64) => {
            Arc::new(array.as_primitive::<Float32Type>().unary::<_, Float64Type>(f64::from))
        }
        (DataType::Decimal128(_, found), DataType::Decimal128(precision, scale)) if found == scale => {
            let values = array.as_primitive::<Decimal128Type>().clone();
            Arc::new(values.with_precision_and_scale(*precision, *scale).ok()?)
        }
        (DataType::Timestamp(found, from), DataType::Timestamp(unit, zone)) if found == unit => {
            let values = array.as_primitive_opt::<TimestampMicrosecondType>()?.clone();
            match (from, zone) {
                (Some(_), Some(zone)) => Arc::new(values.with_timezone(Arc::clone(zone))),
                _ => return None,
            }
        }
        (DataType::Binary, DataType::LargeBinary) => {
            Arc::new(array.as_binary::<i32>().iter().collect::<LargeBinaryArray>())
        }
        (DataType::LargeBinary, DataType::Binary) => Arc::new(array.as_binary::<i64>().iter().collect::<BinaryArray>()),
        (DataType::LargeUtf8, DataType::Utf8) => Arc::new(array.as_string::<i64>().iter().collect::<StringArray>()),
        (DataType::Utf8View, DataType::Utf8) => Arc::new(array.as_string_view().iter().collect::<StringArray>()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use arrow_array::{Decimal128Array, Float32Array, Int32Array, Int64Array};

    use super::*;

    #[test]
    fn what_iceberg_widens_is_widened() {
        let ints: ArrayRef = Arc::new(Int32Array::from(vec![Some(-7), None]));
        let wide = promote(&ints, &DataType::Int64).unwrap();
        assert_eq!(wide.as_primitive::<Int64Type>(), &Int64Array::from(vec![Some(-7), None]));
        let floats: ArrayRef = Arc::new(Float32Array::from(vec![0.5]));
        assert_eq!(promote(&floats, &DataType::Float64).unwrap().as_primitive::<Float64Type>().value(0), 0.5);
        let decimals = Decimal128Array::from(vec![1234]).with_precision_and_scale(5, 2).unwrap();
        let decimals: ArrayRef = Arc::new(decimals);
        let wide = promote(&decimals, &DataType::Decimal128(9, 2)).unwrap();
        assert_eq!(wide.as_primitive::<Decimal128Type>().value(0), 1234);
    }

    #[test]
    fn nothing_else_is() {
        let ints: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        assert!(promote(&ints, &DataType::Int32).is_none());
        assert!(promote(&ints, &DataType::Utf8).is_none());
    }
}
