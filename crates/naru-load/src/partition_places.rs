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

/// Places of partitions that are one number.
#[derive(Default)]
struct NumberPlaces {
    /// Those from a number on, which days, months and buckets are: found without hashing.
    near: Option<(i32, Vec<u32>)>,
    others: HashMap<Option<i32>, u32, RandomState>,
}

/// Numbers that are near.
const NEAR: u32 = 1 << 14;
/// The place of a number that has none.
const NONE: u32 = u32::MAX;

impl NumberPlaces {
    #[inline]
    fn get(&self, number: Option<i32>) -> Option<u32> {
        match (self.index(number), &self.near) {
            (Some(index), Some((_, near))) => Some(near[index]).filter(|place| *place != NONE),
            _ => self.others.get(&number).copied(),
        }
    }

    /// The first number that comes is in the middle of those that are near.
    fn insert(&mut self, number: Option<i32>, place: u32) {
        if let (None, Some(first)) = (&self.near, number) {
            self.near = Some((first.wrapping_sub((NEAR / 2) as i32), vec![NONE; NEAR as usize]));
        }
        match (self.index(number), &mut self.near) {
            (Some(index), Some((_, near))) => near[index] = place,
            _ => drop(self.others.insert(number, place)),
        }
    }

    #[inline]
    fn index(&self, number: Option<i32>) -> Option<usize> {
        let (start, _) = self.near.as_ref()?;
        Some(number?.wrapping_sub(*start) as u32).filter(|index| *index < NEAR).map(|index| index as usize)
    }
}

/// Finds the place of each row's partition.
#[derive(Default)]
pub(crate) struct PartitionPlaces {
    numbers: NumberPlaces,
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
                places.push(match self.numbers.get(number) {
                    Some(place) => Some(place),
                    None => {
                        let place = find(row)?;
                        if let Some(place) = place {
                            self.numbers.insert(number, place);
                        }
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::sync::Arc;

    use arrow_array::{Int32Array, StructArray};
    use arrow_schema::Field;
    use proptest::prelude::*;

    use super::*;

    /// Numbers as partitions have them: some near each other, some anywhere.
    fn number() -> impl Strategy<Value = Option<i32>> {
        let any = prop_oneof![4 => 20_000i32..20_040, 2 => any::<i32>(), 1 => Just(i32::MIN), 1 => Just(i32::MAX)];
        proptest::option::weighted(0.9, any)
    }

    proptest! {
        #[test]
        fn a_number_has_the_place_that_it_was_given_first(
            batches in proptest::collection::vec(proptest::collection::vec(number(), 1..40), 1..5),
            most in 1u32..60,
        ) {
            let (mut places, mut expected, mut given) = (PartitionPlaces::default(), HashMap::new(), 0..most);
            for batch in batches {
                let column: ArrayRef = Arc::new(Int32Array::from(batch.clone()));
                let field = Arc::new(Field::new("day", DataType::Int32, true));
                let values: ArrayRef = Arc::new(StructArray::from(vec![(field, column)]));
                let found = places.of(&values, |_| Ok::<_, ArrowError>(given.next())).unwrap();
                for (number, place) in batch.into_iter().zip(found) {
                    match place {
                        Some(place) => prop_assert_eq!(*expected.entry(number).or_insert(place), place),
                        None => prop_assert_eq!((expected.get(&number), given.len()), (None, 0)),
                    }
                }
            }
        }
    }
}
