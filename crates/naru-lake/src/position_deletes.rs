//! Position delete files: which rows of which data files are no longer part of the table.
//!
//! Format: Iceberg's table specification, version 2, "Position Delete Files": Parquet with the columns `file_path` and
//! `pos` (from 0), sorted by both.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use futures::TryStreamExt;
use iceberg::metadata_columns::{
    RESERVED_COL_NAME_DELETE_FILE_PATH, RESERVED_COL_NAME_DELETE_FILE_POS, RESERVED_FIELD_ID_DELETE_FILE_PATH,
    RESERVED_FIELD_ID_DELETE_FILE_POS,
};
use iceberg::spec::{DataContentType, DataFileBuilder, DataFileFormat, Datum, Struct};
use parquet::arrow::{AsyncArrowWriter, PARQUET_FIELD_ID_META_KEY, ProjectionMask};
use uuid::Uuid;

use crate::data_file::DataFile;
use crate::error::{LakeError, LakeErrorKind};
use crate::parquet_io::{BATCH_ROWS, Output, open, unreadable, unwritable};
use crate::table::LakeTable;
use crate::writer::data_location;
use naru_core::location::normal;

/// Rows of a delete file that are written at a time.
const CHUNK_ROWS: usize = 65_536;

/// Positions of deleted rows by the data file's normal location, each ascending and once.
#[derive(Debug, Clone, Default)]
pub struct DeletedRows(HashMap<String, Vec<u64>>);

impl DeletedRows {
    /// Positions in a data file, ascending.
    pub fn of(&self, location: &str) -> &[u64] {
        self.0.get(&normal(location)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Reads delete files.
    pub(crate) async fn read(
        table: &LakeTable,
        files: impl Iterator<Item = &iceberg::spec::DataFile>,
    ) -> Result<Self, LakeError> {
        let mut rows: HashMap<String, Vec<u64>> = HashMap::new();
        for file in files {
            read_one(table, file, &mut rows).await?;
        }
        for positions in rows.values_mut() {
            positions.sort_unstable();
            positions.dedup();
        }
        Ok(Self(rows))
    }
}

async fn read_one(
    table: &LakeTable,
    file: &iceberg::spec::DataFile,
    rows: &mut HashMap<String, Vec<u64>>,
) -> Result<(), LakeError> {
    let location = file.file_path();
    let unsupported = |what: &str| {
        LakeError::new(LakeErrorKind::Unsupported, format!("{what}, which this version cannot apply; rewrite the table's data files with the engine that deleted rows"))
            .with("table", table.full_name())
            .with("delete file", location)
    };
    if file.content_type() != DataContentType::PositionDeletes {
        return Err(unsupported("the table has equality deletes"));
    }
    if file.file_format() != DataFileFormat::Parquet {
        return Err(unsupported("the table has delete files that are not Parquet"));
    }
    let builder = open(table, location).await?;
    let leaves: Vec<usize> = [RESERVED_FIELD_ID_DELETE_FILE_PATH, RESERVED_FIELD_ID_DELETE_FILE_POS]
        .iter()
        .filter_map(|id| {
            builder.parquet_schema().columns().iter().position(|column| {
                let info = column.self_type().get_basic_info();
                info.has_id() && info.id() == *id
            })
        })
        .collect();
    let [path_leaf, pos_leaf] = leaves[..] else {
        return Err(unsupported("a delete file lacks its columns"));
    };
    let mask = ProjectionMask::leaves(builder.parquet_schema(), [path_leaf, pos_leaf]);
    // Projected columns keep the file's order.
    let (path_at, pos_at) = if path_leaf < pos_leaf { (0, 1) } else { (1, 0) };
    let stream = builder.with_projection(mask).with_batch_size(BATCH_ROWS).build();
    let mut stream = stream.map_err(|e| unreadable(location, e))?;
    let mut last: Option<(String, String)> = None;
    while let Some(batch) = stream.try_next().await.map_err(|e| unreadable(location, e))? {
        let paths = text(batch.column(path_at)).ok_or_else(|| unsupported("a delete file's paths are no text"))?;
        let positions = batch.column(pos_at).as_primitive_opt::<Int64Type>();
        let positions = positions.ok_or_else(|| unsupported("a delete file's positions are no numbers"))?;
        for (path, position) in paths.into_iter().zip(positions.iter()) {
            let (Some(path), Some(position)) = (path, position.and_then(|p| u64::try_from(p).ok())) else {
                return Err(unsupported("a delete file holds a null or a negative position"));
            };
            if last.as_ref().is_none_or(|(written, _)| written != path) {
                last = Some((path.to_owned(), normal(path)));
            }
            if let Some((_, location)) = &last {
                match rows.get_mut(location) {
                    Some(positions) => positions.push(position),
                    None => drop(rows.insert(location.clone(), vec![position])),
                }
            }
        }
    }
    Ok(())
}

/// Text of either width of offset.
fn text(array: &ArrayRef) -> Option<Vec<Option<&str>>> {
    match array.data_type() {
        DataType::Utf8 => Some(array.as_string::<i32>().iter().collect()),
        DataType::LargeUtf8 => Some(array.as_string::<i64>().iter().collect()),
        DataType::Utf8View => Some(array.as_string_view().iter().collect()),
        _ => None,
    }
}

impl LakeTable {
    /// Writes a durable delete file for rows of data files of one partition.
    ///
    /// # Errors
    /// Storage's. What was written is deleted again as well as storage allows.
    pub async fn write_position_deletes(
        &self,
        spec_id: i32,
        partition: &Struct,
        rows: &BTreeMap<String, Vec<u64>>,
    ) -> Result<DataFile, LakeError> {
        let name = format!("{}-deletes.parquet", Uuid::new_v4());
        let location = data_location(self, spec_id, partition, &name)?;
        let written = write(self, &location, spec_id, partition, rows).await;
        if written.is_err() {
            // Nothing names it yet; what cannot be deleted is found by maintenance.
            drop(self.file_io().delete(&location).await);
        }
        written
    }
}

async fn write(
    table: &LakeTable,
    location: &str,
    spec_id: i32,
    partition: &Struct,
    rows: &BTreeMap<String, Vec<u64>>,
) -> Result<DataFile, LakeError> {
    let failed = |e| unwritable(location, e);
    let field = |name: &str, data_type, id: i32| {
        let id = (PARQUET_FIELD_ID_META_KEY.to_owned(), id.to_string());
        Field::new(name, data_type, false).with_metadata(HashMap::from([id]))
    };
    let schema = Arc::new(Schema::new(vec![
        field(RESERVED_COL_NAME_DELETE_FILE_PATH, DataType::Utf8, RESERVED_FIELD_ID_DELETE_FILE_PATH),
        field(RESERVED_COL_NAME_DELETE_FILE_POS, DataType::Int64, RESERVED_FIELD_ID_DELETE_FILE_POS),
    ]));
    let output = Output::create(table, location).await?;
    let properties = table.writer_properties()?;
    let mut writer = AsyncArrowWriter::try_new(output, schema.clone(), Some(properties)).map_err(failed)?;
    let mut count = 0;
    for (path, positions) in rows {
        for chunk in positions.chunks(CHUNK_ROWS) {
            count += chunk.len() as u64;
            let paths: ArrayRef = Arc::new(StringArray::from_iter_values(chunk.iter().map(|_| path)));
            let positions = chunk.iter().map(|position| i64::try_from(*position).unwrap_or(i64::MAX));
            let positions: ArrayRef = Arc::new(Int64Array::from_iter_values(positions));
            let batch = RecordBatch::try_new(schema.clone(), vec![paths, positions]).map_err(|e| failed(e.into()))?;
            writer.write(&batch).await.map_err(failed)?;
        }
    }
    writer.finish().await.map_err(failed)?;
    let mut builder = DataFileBuilder::default();
    builder
        .content(DataContentType::PositionDeletes)
        .file_path(location.to_owned())
        .file_format(DataFileFormat::Parquet)
        .partition(partition.clone())
        .partition_spec_id(spec_id)
        .record_count(count)
        .file_size_in_bytes(writer.bytes_written() as u64);
    // Whole paths: readers take a bound that is cut short for no bound at all.
    let bound = |path: Option<&String>| path.map(|p| (RESERVED_FIELD_ID_DELETE_FILE_PATH, Datum::string(p)));
    builder.lower_bounds(bound(rows.keys().next()).into_iter().collect());
    builder.upper_bounds(bound(rows.keys().next_back()).into_iter().collect());
    let file = builder.build().map_err(|e| {
        LakeError::new(LakeErrorKind::InvalidInput, "cannot describe a delete file").with("file", location).because(e)
    })?;
    Ok(DataFile { file, spec_id })
}
