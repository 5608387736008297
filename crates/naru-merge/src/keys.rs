//! The keys of a run, each with a number.

use ahash::RandomState;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_row::{RowConverter, Rows, SortField};
use arrow_schema::{ArrowError, DataType, SchemaRef};
use hashbrown::HashTable;

/// The keys of a run, numbered from 0 in the order in which they came.
pub struct KeyIndex {
    converter: RowConverter,
    keys: Rows,
    numbers: HashTable<u32>,
    hasher: RandomState,
}

impl KeyIndex {
    /// An empty index of keys of columns of these types.
    ///
    /// # Errors
    /// A type that has no order.
    pub fn new(types: impl Iterator<Item = DataType>) -> Result<Self, ArrowError> {
        let converter = RowConverter::new(types.map(SortField::new).collect())?;
        let keys = converter.empty_rows(0, 0);
        Ok(Self { converter, keys, numbers: HashTable::new(), hasher: RandomState::new() })
    }

    /// Number of keys.
    pub fn len(&self) -> usize {
        self.keys.num_rows()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of each row's key; new ones are added.
    ///
    /// # Errors
    /// Columns of other types.
    pub fn insert(&mut self, columns: &[ArrayRef]) -> Result<Vec<u32>, ArrowError> {
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
    ///
    /// # Errors
    /// Columns of other types.
    pub fn find(&self, columns: &[ArrayRef], mut found: impl FnMut(usize, u32)) -> Result<(), ArrowError> {
        if self.is_empty() {
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

/// Divides keys into buckets; the same key is always in the same one.
pub struct KeyBuckets {
    converter: RowConverter,
    hasher: RandomState,
    /// Indices of the key's columns.
    columns: Vec<usize>,
    count: usize,
}

impl KeyBuckets {
    /// So many buckets, at least 1, for keys in `columns` of batches with `schema`.
    ///
    /// # Errors
    /// A type that has no order.
    pub fn new(schema: &SchemaRef, columns: Vec<usize>, count: usize) -> Result<Self, ArrowError> {
        let fields = columns.iter().map(|at| SortField::new(schema.field(*at).data_type().clone()));
        Ok(Self { converter: RowConverter::new(fields.collect())?, hasher: RandomState::new(), columns, count })
    }

    /// Number of buckets.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The key's columns of rows.
    pub fn pick(&self, rows: &RecordBatch) -> Vec<ArrayRef> {
        self.columns.iter().map(|at| rows.column(*at).clone()).collect()
    }

    /// The bucket of each key.
    ///
    /// # Errors
    /// Columns of other types.
    pub fn of(&self, keys: &[ArrayRef]) -> Result<Vec<usize>, ArrowError> {
        let rows = self.converter.convert_columns(keys)?;
        let bucket = |hash: u64| usize::try_from(hash % self.count as u64).unwrap_or_default();
        Ok(rows.iter().map(|row| bucket(self.hasher.hash_one(row.data()))).collect())
    }
}
