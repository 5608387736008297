//! The keys of a run, each with a number.

use ahash::RandomState;
use arrow_array::ArrayRef;
use arrow_row::{RowConverter, Rows, SortField};
use arrow_schema::{ArrowError, DataType};
use hashbrown::HashTable;

/// The keys of a run, numbered from 0 in the order in which they came.
pub(crate) struct KeyIndex {
    converter: RowConverter,
    keys: Rows,
    numbers: HashTable<u32>,
    hasher: RandomState,
}

impl KeyIndex {
    /// An empty index of keys of columns of these types.
    pub(crate) fn new(types: impl Iterator<Item = DataType>) -> Result<Self, ArrowError> {
        let converter = RowConverter::new(types.map(SortField::new).collect())?;
        let keys = converter.empty_rows(0, 0);
        Ok(Self { converter, keys, numbers: HashTable::new(), hasher: RandomState::new() })
    }

    /// Number of keys.
    pub(crate) fn len(&self) -> usize {
        self.keys.num_rows()
    }

    /// The number of each row's key; new ones are added.
    pub(crate) fn insert(&mut self, columns: &[ArrayRef]) -> Result<Vec<u32>, ArrowError> {
        let rows = self.converter.convert_columns(columns)?;
        let mut numbers = Vec::with_capacity(rows.num_rows());
        for row in &rows {
            let hash = self.hasher.hash_one(row.data());
            let known = self.numbers.find(hash, |number| self.keys.row(*number as usize).data() == row.data());
            let number = match known {
                Some(number) => *number,
                None => {
                    let number = u32::try_from(self.keys.num_rows())
                        .map_err(|_| ArrowError::ComputeError("more than 4 billion keys".into()))?;
                    self.keys.push(row);
                    let (hasher, keys) = (&self.hasher, &self.keys);
                    self.numbers.insert_unique(hash, number, |n| hasher.hash_one(keys.row(*n as usize).data()));
                    number
                }
            };
            numbers.push(number);
        }
        Ok(numbers)
    }

    /// Calls `found` with the row and the key's number for each row whose key is known.
    pub(crate) fn find(&self, columns: &[ArrayRef], mut found: impl FnMut(usize, u32)) -> Result<(), ArrowError> {
        if self.len() == 0 {
            return Ok(());
        }
        let rows = self.converter.convert_columns(columns)?;
        for (index, row) in rows.iter().enumerate() {
            let hash = self.hasher.hash_one(row.data());
            if let Some(number) = self.numbers.find(hash, |n| self.keys.row(*n as usize).data() == row.data()) {
                found(index, *number);
            }
        }
        Ok(())
    }
}
