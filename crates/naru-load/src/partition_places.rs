//! Looks up the partitions of rows, by their values.

use std::collections::HashMap;

use ahash::RandomState;
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int32Type};
use arrow_array::{Array, ArrayRef};
use arrow_row::{RowConverter, SortField};
use arrow_schema::{ArrowError, DataType};

/// The partition values of a batch's rows, of partitions that are one number.
pub(crate) fn numbers(values: &ArrayRef) -> Option<impl Iterator<Item = Option<i32>>> {
    let [column] = values.as_struct_opt()?.columns() else { return None };
    let numbers = match column.data_type() {
        DataType::Int32 => column.as_primitive::<Int32Type>().clone(),
        DataType::Date32 => column.as_primitive::<Date32Type>().reinterpret_cast(),
        _ => return None,
    };
    Some((0..numbers.len()).map(move |row| numbers.is_valid(row).then(|| numbers.value(row))))
}

/// Finds the place of each row's partition.
#[derive(Default)]
pub(crate) struct PartitionPlaces {
    numbers: HashMap<Option<i32>, u32, RandomState>,
    rows: HashMap<Box<[u8]>, u32, RandomState>,
    converter: Option<RowConverter>,
}

impl PartitionPlaces {
    /// The place of each row, by its partition values. `find` is asked for that of values which are not known, with the number
    /// of the first row that has them; where it knows none, it is asked again.
    pub(crate) fn of<E: From<ArrowError>>(
        &mut self,
        values: &ArrayRef,
        mut find: impl FnMut(usize) -> Result<Option<u32>, E>,
    ) -> Result<Vec<Option<u32>>, E> {
        let mut places = Vec::with_capacity(values.len());
        if let Some(numbers) = numbers(values) {
            for (row, number) in numbers.enumerate() {
                places.push(match self.numbers.get(&number) {
                    Some(place) => Some(*place),
                    None => {
                        let place = find(row)?;
                        self.numbers.extend(place.map(|place| (number, place)));
                        place
                    }
                });
            }
            return Ok(places);
        }
        let converter = match &mut self.converter {
            Some(converter) => converter,
            none => none.insert(RowConverter::new(vec![SortField::new(values.data_type().clone())])?),
        };
        for (row, key) in converter.convert_columns(std::slice::from_ref(values))?.iter().enumerate() {
            places.push(match self.rows.get(key.as_ref()) {
                Some(place) => Some(*place),
                None => {
                    let place = find(row)?;
                    self.rows.extend(place.map(|place| (Box::from(key.as_ref()), place)));
                    place
                }
            });
        }
        Ok(places)
    }
}
