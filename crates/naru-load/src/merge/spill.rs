//! Rows that do not fit into memory together: on disk, in buckets by their keys, so that all rows of a key are in one.
//!
//! Format: Arrow's IPC stream, a file a bucket, with the table's columns and what is known of each row beside them. The files
//! have no names, so that rows go with the process, however it ends.

use std::fs::File;
use std::io::{BufReader, BufWriter, Seek};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow_array::cast::AsArray;
use arrow_array::types::{UInt32Type, UInt64Type};
use arrow_array::{ArrayRef, BooleanArray, RecordBatch, UInt32Array, UInt64Array};
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use arrow_select::take::take_record_batch;
use naru_merge::{KeyBuckets, StagedBatch};

use crate::LoadError;

const SOURCE: &str = "@source";
const RECORD: &str = "@record";
const DELETES: &str = "@deletes";

type Writer = StreamWriter<BufWriter<File>>;

/// Buckets on disk; they go with this value.
pub(crate) struct Spill {
    /// The table's columns.
    schema: SchemaRef,
    /// Those, and what is known of each row.
    stored: SchemaRef,
    pub(crate) keys: KeyBuckets,
    buckets: Vec<Mutex<Bucket>>,
}

#[derive(Default)]
enum Bucket {
    #[default]
    Empty,
    Written(Box<Writer>),
    Whole(File),
}

impl Spill {
    /// Empty buckets.
    pub(crate) fn new(schema: &SchemaRef, keys: KeyBuckets) -> Self {
        let mut fields: Vec<Field> = schema.fields().iter().map(|field| field.as_ref().clone()).collect();
        fields.push(Field::new(SOURCE, DataType::UInt32, false));
        fields.push(Field::new(RECORD, DataType::UInt64, false));
        fields.push(Field::new(DELETES, DataType::Boolean, false));
        let stored = Arc::new(Schema::new(fields));
        let buckets = (0..keys.count()).map(|_| Mutex::default()).collect();
        Self { schema: Arc::clone(schema), stored, keys, buckets }
    }

    /// Writes each row into the bucket of its key.
    pub(crate) fn add(&self, batch: &StagedBatch) -> Result<(), LoadError> {
        let rows = batch.rows.num_rows();
        let mut columns = batch.rows.columns().to_vec();
        columns.push(Arc::new(UInt32Array::from_value(u32::try_from(batch.source).unwrap_or(u32::MAX), rows)));
        columns.push(Arc::new((0..rows).map(|row| Some(batch.record(row))).collect::<UInt64Array>()));
        columns.push(Arc::new((0..rows).map(|row| Some(batch.deletes(row))).collect::<BooleanArray>()));
        let all = RecordBatch::try_new(Arc::clone(&self.stored), columns)?;
        let mut by_bucket: Vec<Vec<u32>> = vec![Vec::new(); self.buckets.len()];
        for (row, bucket) in self.keys.of(&self.keys.pick(&batch.rows))?.into_iter().enumerate() {
            by_bucket[bucket].push(u32::try_from(row).unwrap_or(u32::MAX));
        }
        for (bucket, rows) in by_bucket.into_iter().enumerate().filter(|(_, rows)| !rows.is_empty()) {
            let part = take_record_batch(&all, &UInt32Array::from(rows))?;
            let mut bucket = lock(&self.buckets[bucket]);
            if matches!(*bucket, Bucket::Empty) {
                let file = BufWriter::new(tempfile::tempfile().map_err(LoadError::spill)?);
                let writer = StreamWriter::try_new(file, &self.stored).map_err(LoadError::spilled)?;
                *bucket = Bucket::Written(Box::new(writer));
            }
            if let Bucket::Written(writer) = &mut *bucket {
                writer.write(&part).map_err(LoadError::spilled)?;
            }
        }
        Ok(())
    }

    /// Ends writing.
    pub(crate) fn finish(&self) -> Result<(), LoadError> {
        for bucket in &self.buckets {
            let mut bucket = lock(bucket);
            if let Bucket::Written(mut writer) = std::mem::take(&mut *bucket) {
                writer.finish().map_err(LoadError::spilled)?;
                let file = writer.into_inner().map_err(LoadError::spilled)?.into_inner();
                *bucket = Bucket::Whole(file.map_err(|e| LoadError::spill(e.into_error()))?);
            }
        }
        Ok(())
    }

    /// The rows of a bucket, in no order.
    pub(crate) fn load(&self, bucket: usize) -> Result<Vec<StagedBatch>, LoadError> {
        let mut bucket = lock(&self.buckets[bucket]);
        let Bucket::Whole(file) = &mut *bucket else { return Ok(Vec::new()) };
        file.rewind().map_err(LoadError::spill)?;
        let mut batches = Vec::new();
        for batch in StreamReader::try_new(BufReader::new(file), None).map_err(LoadError::spilled)? {
            batches.push(self.staged(&batch.map_err(LoadError::spilled)?)?);
        }
        Ok(batches)
    }

    fn staged(&self, stored: &RecordBatch) -> Result<StagedBatch, LoadError> {
        let width = self.schema.fields().len();
        let (columns, known): (&[ArrayRef], &[ArrayRef]) = stored.columns().split_at(width);
        let [sources, records, deletes] = known else { return Err(LoadError::internal("a bucket lacks columns")) };
        let rows = RecordBatch::try_new(Arc::clone(&self.schema), columns.to_vec())?;
        let source = sources.as_primitive::<UInt32Type>().values().first().copied().unwrap_or_default();
        let records = records.as_primitive::<UInt64Type>().clone();
        Ok(StagedBatch::listed(source as usize, records, rows, deletes.as_boolean().clone()))
    }
}

fn lock(bucket: &Mutex<Bucket>) -> MutexGuard<'_, Bucket> {
    bucket.lock().unwrap_or_else(PoisonError::into_inner)
}
