//! Looks for the rows of some keys in the table's files: only key columns are read, of files and row groups that may hold
//! one of the keys.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{Schema, SchemaRef};
use futures::executor::block_on;
use iceberg::spec::Datum;
use naru_lake::{DataReader, DeletedRows, LakeTable, LiveFile, TableState};
use naru_merge::{KeyIndex, Place};

use crate::LoadError;
use crate::merge::ranges::KeyRanges;
use crate::side_by_side::side_by_side;

/// A row of the table that has one of the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Match {
    /// Index among [`Searched::files`].
    pub(crate) file: usize,
    /// Position in the file, from 0.
    pub(crate) position: u64,
    /// Number of the key.
    pub(crate) key: u32,
}

/// Files of one state of the table that may hold the keys.
pub(crate) struct Searched {
    pub(crate) files: Vec<LiveFile>,
    /// Rows of them that are no longer part of the table.
    pub(crate) deleted: DeletedRows,
}

impl Searched {
    /// The files of a state that `is_candidate`.
    pub(crate) fn of(
        table: &LakeTable,
        state: &TableState,
        is_candidate: impl Fn(&LiveFile) -> bool,
    ) -> Result<Self, LoadError> {
        let files: Vec<LiveFile> = state.data_files().into_iter().filter(is_candidate).collect();
        let deleted = block_on(state.deleted_rows(table, files.iter()))?;
        Ok(Self { files, deleted })
    }

    /// Opens the files.
    pub(crate) fn open<'a>(&self, table: &'a LakeTable, threads: usize) -> Result<Vec<DataReader<'a>>, LoadError> {
        side_by_side(threads, &self.files, |file| Ok(block_on(table.open_data(file))?))
    }
}

/// All live rows with a key of the index, in the order of files and positions.
pub(crate) fn find(
    searched: &Searched,
    readers: &[DataReader<'_>],
    index: &KeyIndex,
    ranges: &KeyRanges,
    key_schema: &SchemaRef,
    threads: usize,
) -> Result<Vec<Match>, LoadError> {
    let mut tasks = Vec::new();
    for (file, reader) in readers.iter().enumerate() {
        let groups = (0..reader.row_groups()).filter(|group| ranges.may_meet(|id| reader.bounds(*group, id)));
        tasks.extend(groups.map(|group| (file, group)));
    }
    let found = side_by_side(threads, &tasks, |(file, group)| {
        let (reader, mut matches) = (&readers[*file], Vec::new());
        let deleted = searched.deleted.of(reader.location());
        block_on(async {
            let mut batches = reader.read(*group, key_schema).await?;
            while let Some(batch) = batches.next().await? {
                index.find(batch.rows.columns(), |row, key| {
                    let position = batch.first + row as u64;
                    if deleted.binary_search(&position).is_err() {
                        matches.push(Match { file: *file, position, key });
                    }
                })?;
            }
            Ok::<_, LoadError>(())
        })?;
        Ok(matches)
    })?;
    Ok(found.into_iter().flatten().collect())
}

/// The keys of live rows of one interval, in files and row groups that may hold any: those that `are_wanted` join the
/// index.
pub(crate) fn add_keys_of_interval(
    searched: &Searched,
    readers: &[DataReader<'_>],
    index: &mut KeyIndex,
    (key_schema, interval_schema): (&SchemaRef, &SchemaRef),
    (load_interval_id, interval): (i32, i64),
    are_wanted: impl Fn(&[ArrayRef]) -> Result<Vec<bool>, LoadError>,
) -> Result<Vec<Vec<ArrayRef>>, LoadError> {
    let fields = key_schema.fields().iter().chain(interval_schema.fields()).cloned().collect::<Vec<_>>();
    let schema: SchemaRef = Arc::new(Schema::new(fields));
    let wanted = Datum::timestamp_micros(interval);
    let mut added = Vec::new();
    for (file, reader) in searched.files.iter().zip(readers) {
        if !file.may_hold_interval(load_interval_id, interval) {
            continue;
        }
        let deleted = searched.deleted.of(reader.location());
        for group in 0..reader.row_groups() {
            if let (Some(lower), Some(upper)) = reader.bounds(group, load_interval_id)
                && (wanted < lower || wanted > upper)
            {
                continue;
            }
            let mut batches = block_on(reader.read(group, &schema))?;
            while let Some(batch) = block_on(batches.next())? {
                let Some((intervals, keys)) = batch.rows.columns().split_last() else { continue };
                let mut of_interval: Vec<bool> = intervals
                    .as_primitive::<TimestampMicrosecondType>()
                    .iter()
                    .enumerate()
                    .map(|(row, micros)| {
                        micros == Some(interval) && deleted.binary_search(&(batch.first + row as u64)).is_err()
                    })
                    .collect();
                if of_interval.contains(&true) {
                    for (kept, is_wanted) in of_interval.iter_mut().zip(are_wanted(keys)?) {
                        *kept &= is_wanted;
                    }
                }
                if of_interval.contains(&true) {
                    let kept = of_interval.into();
                    let filter = |column: &ArrayRef| arrow_select::filter::filter(column, &kept);
                    let keys = keys.iter().map(filter).collect::<Result<Vec<_>, _>>()?;
                    index.insert(&keys)?;
                    added.push(keys);
                }
            }
        }
    }
    Ok(added)
}

/// Whole rows of the table.
pub(crate) struct Fetched {
    pub(crate) batches: Vec<RecordBatch>,
    /// Batch and row of each match.
    pub(crate) places: Vec<Place>,
}

/// Reads the rows of matches, which are in the order of files and positions.
pub(crate) fn fetch(
    readers: &[DataReader<'_>],
    matches: &[Match],
    schema: &SchemaRef,
    threads: usize,
) -> Result<Fetched, LoadError> {
    let mut tasks: Vec<(usize, usize, Vec<u64>)> = Vec::new();
    for found in matches {
        let group = readers[found.file].row_group_of(found.position);
        match tasks.last_mut() {
            Some((file, last, positions)) if (*file, *last) == (found.file, group) => positions.push(found.position),
            _ => tasks.push((found.file, group, vec![found.position])),
        }
    }
    let read = side_by_side(threads, &tasks, |(file, group, positions)| {
        Ok(block_on(readers[*file].read_rows(*group, schema, positions))?)
    })?;
    let batches: Vec<RecordBatch> = read.into_iter().flatten().collect();
    let rows = |(index, batch): (usize, &RecordBatch)| (0..batch.num_rows()).map(move |row| (index, row));
    let places: Vec<Place> = batches.iter().enumerate().flat_map(rows).collect();
    if places.len() != matches.len() {
        return Err(LoadError::internal("a data file gave other rows than were asked for"));
    }
    Ok(Fetched { batches, places })
}
