//! Rows that are deleted: read from position delete files, and filtered out of a scan.
//!
//! ```text
//! delete files ─▶ Deletions: data file ─▶ bitmap of positions ─▶ FileGroup ─▶ a filter on the scan's row number
//! ```
//!
//! Format: Iceberg's table specification, version 2, "Position Delete Files": Parquet with the columns `file_path` (text)
//! and `pos` (bigint, from 0). Polars' own support for them panics where one delete file names several data files, and
//! keeps conditions from passing over row groups. A filter on the row number does neither: the row number counts rows as
//! they stand in the files, so that slices by row offset stay right, too.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;
use std::fs::File;
use std::sync::Arc;

use naru_core::location::normal;
use polars::prelude::{
    BooleanChunked, ChunkAgg, ChunkFull, DataType, Expr, Field, IdxCa, IdxSize, IntoColumn, NewChunkedArray,
    ParquetReader, PlSmallStr, SerReader, col,
};
use roaring::RoaringBitmap;

use crate::{QueryColumn, QueryError, QueryTable};

/// Rows of a delete file that are read at a time.
const CHUNK_ROWS: usize = 1 << 20;

/// The deleted rows of a query's data files: a few bytes a row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Deletions {
    of_file: HashMap<String, Deleted>,
}

#[derive(Debug, Clone)]
struct Deleted {
    /// Rows of the data file, deleted ones included.
    rows: IdxSize,
    positions: Arc<RoaringBitmap>,
}

/// Data files that one scan reads.
pub(crate) struct FileGroup<'a> {
    pub(crate) files: Vec<&'a str>,
    /// Their deleted rows, if they have any.
    pub(crate) deleted: Option<DeletedRows>,
}

/// The deleted rows of a scan over several files.
#[derive(Debug, Clone, Default)]
pub(crate) struct DeletedRows {
    /// Of each file, in order: the number of its first row in the scan, and the positions in it.
    files: Vec<(IdxSize, Arc<RoaringBitmap>)>,
}

impl Deletions {
    /// Reads the delete files of some tables.
    pub(crate) fn read(tables: &[&QueryTable]) -> Result<Self, QueryError> {
        let mut data_files: BTreeMap<&str, HashMap<String, &str>> = BTreeMap::new();
        for file in tables.iter().flat_map(|table| &table.files) {
            for deletes in &file.deletes {
                data_files.entry(deletes).or_default().insert(normal(&file.path), &file.path);
            }
        }
        let mut positions: HashMap<&str, RoaringBitmap> = HashMap::new();
        for (path, data_files) in &data_files {
            read_delete_file(path, data_files, &mut positions)?;
        }
        let of_file = positions.into_iter().map(|(path, positions)| {
            let rows = row_count(path)?;
            Ok((path.to_owned(), Deleted { rows, positions: Arc::new(positions) }))
        });
        Ok(Self { of_file: of_file.collect::<Result<_, QueryError>>()? })
    }

    /// Files as groups that one scan can read: those without deleted rows, and those with, as many as row numbers reach.
    pub(crate) fn split<'a>(&self, files: &[&'a str]) -> Vec<FileGroup<'a>> {
        let (with, without): (Vec<&str>, Vec<&str>) = files.iter().partition(|file| self.of_file.contains_key(**file));
        let mut groups = Vec::new();
        if !without.is_empty() {
            groups.push(FileGroup { files: without, deleted: None });
        }
        let mut group = FileGroup { files: Vec::new(), deleted: None };
        let mut first_row: IdxSize = 0;
        for (file, deleted) in with.into_iter().filter_map(|file| Some((file, self.of_file.get(file)?))) {
            let next = first_row.checked_add(deleted.rows);
            if next.is_none() {
                groups.push(std::mem::replace(&mut group, FileGroup { files: Vec::new(), deleted: None }));
                first_row = 0;
            }
            group.files.push(file);
            let rows = group.deleted.get_or_insert_default();
            rows.files.push((first_row, deleted.positions.clone()));
            first_row += deleted.rows;
        }
        if !group.files.is_empty() {
            groups.push(group);
        }
        groups
    }
}

impl DeletedRows {
    /// Whether a row stays, by the column of its number in the scan.
    pub(crate) fn keeps(self, row_number: PlSmallStr) -> Expr {
        col(row_number).map(
            move |numbers| Ok(self.kept(numbers.as_materialized_series().idx()?).into_column()),
            |_, field| Ok(Field::new(field.name().clone(), DataType::Boolean)),
        )
    }

    fn kept(&self, numbers: &IdxCa) -> BooleanChunked {
        let name = numbers.name().clone();
        if let (Some(first), Some(last)) = (numbers.min(), numbers.max())
            && self.has_none_in(first, last)
        {
            return BooleanChunked::full(name, true, numbers.len());
        }
        let mut file = 0;
        let kept = numbers.iter().map(|number| {
            number.map(|number| {
                // Rows come in order, mostly of one file.
                if !self.is_of_file(file, number) {
                    file = self.file_of(number);
                }
                self.files.get(file).is_none_or(|(first, positions)| !positions.contains(number - first))
            })
        });
        BooleanChunked::from_iter_options(name, kept)
    }

    /// Whether both rows are of one file and no row from the one to the other is deleted.
    fn has_none_in(&self, first: IdxSize, last: IdxSize) -> bool {
        let file = self.file_of(first);
        let Some((start, positions)) = self.files.get(file) else { return true };
        self.is_of_file(file, last) && positions.range_cardinality(first - start..=last - start) == 0
    }

    fn is_of_file(&self, file: usize, number: IdxSize) -> bool {
        self.files.get(file).is_some_and(|(first, _)| *first <= number)
            && self.files.get(file + 1).is_none_or(|(first, _)| number < *first)
    }

    /// The last file that starts at or before a row. An empty file starts where the next one does.
    fn file_of(&self, number: IdxSize) -> usize {
        self.files.partition_point(|(first, _)| *first <= number).saturating_sub(1)
    }
}

/// A name for the column of row numbers that none of the table's columns has.
pub(crate) fn row_number(columns: &[QueryColumn]) -> PlSmallStr {
    let mut name = String::from("row number");
    while columns.iter().any(|column| column.name == name) {
        name.push('_');
    }
    PlSmallStr::from_string(name)
}

/// Adds the positions that a delete file names of some data files, which are given by their normal paths.
fn read_delete_file<'a>(
    path: &str,
    data_files: &HashMap<String, &'a str>,
    positions: &mut HashMap<&'a str, RoaringBitmap>,
) -> Result<(), QueryError> {
    const COLUMNS: [&str; 2] = ["file_path", "pos"];
    let mut reader = open(path)?;
    let schema = reader.schema().map_err(|error| unreadable(path, &error))?;
    if let Some(missing) = COLUMNS.iter().find(|name| !schema.contains(name)) {
        return Err(unreadable(path, &format!("a position delete file has a column \"{missing}\"")));
    }
    let rows = reader.num_rows().map_err(|error| unreadable(path, &error))?;
    for start in (0..rows).step_by(CHUNK_ROWS) {
        let columns = COLUMNS.map(str::to_owned).to_vec();
        let chunk = open(path)?.with_columns(Some(columns)).with_slice(Some((start, CHUNK_ROWS))).finish();
        let chunk = chunk.map_err(|error| unreadable(path, &error))?;
        let column = |name: &str| chunk.column(name).map(|column| column.as_materialized_series().clone());
        let (names, numbers) = (column("file_path"), column("pos"));
        let (names, numbers) =
            (names.map_err(|error| unreadable(path, &error))?, numbers.map_err(|error| unreadable(path, &error))?);
        let names = names.str().map_err(|error| unreadable(path, &error))?;
        let numbers = numbers.i64().map_err(|error| unreadable(path, &error))?;
        let mut last: Option<(&str, Option<&'a str>)> = None;
        for (name, number) in names.iter().zip(numbers.iter()) {
            let number = number.and_then(|number| IdxSize::try_from(number).ok());
            let (Some(name), Some(number)) = (name, number) else {
                return Err(unreadable(path, &"a deleted row has no file, or a position that no file can have"));
            };
            // Sorted by file, so that a name is looked up once.
            let file = match last {
                Some((same, file)) if same == name => file,
                _ => data_files.get(&normal(name)).copied(),
            };
            last = Some((name, file));
            if let Some(file) = file {
                positions.entry(file).or_default().insert(number);
            }
        }
    }
    Ok(())
}

fn row_count(path: &str) -> Result<IdxSize, QueryError> {
    let rows = open(path)?.num_rows().map_err(|error| unreadable(path, &error))?;
    IdxSize::try_from(rows).map_err(|_| unreadable(path, &"it holds more rows than can be numbered"))
}

fn open(path: &str) -> Result<ParquetReader<File>, QueryError> {
    Ok(ParquetReader::new(File::open(path).map_err(|error| unreadable(path, &error))?))
}

fn unreadable(path: &str, error: &dyn Display) -> QueryError {
    QueryError::Other(format!("{path}: {error}"))
}
