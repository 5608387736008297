//! Which delete files may name rows of which data file, as far as manifests tell.
//!
//! Source: Iceberg's table specification, version 2, "Scan Planning": a position delete file applies to data files of its
//! own partition spec and partition values, if their data sequence number is not greater than its own; one that names
//! its data file applies to that alone.

use std::collections::HashMap;

use iceberg::metadata_columns::RESERVED_FIELD_ID_DELETE_FILE_PATH;
use iceberg::spec::{DataContentType, DataFile, DataFileFormat, Datum, ManifestEntry, PrimitiveLiteral, Struct};
use naru_core::location::{normal, normal_bounds};

use crate::error::{LakeError, LakeErrorKind};
use crate::manifests::LoadedManifest;
use crate::table::LakeTable;

/// The position delete files of a snapshot.
#[derive(Debug, Default)]
pub(crate) struct DeleteFiles {
    /// Those that name rows of one data file only, by its normal location.
    of_file: HashMap<String, Vec<DeleteFile>>,
    of_partition: HashMap<(i32, Struct), Vec<DeleteFile>>,
}

#[derive(Debug)]
struct DeleteFile {
    location: String,
    sequence_number: i64,
    /// The least and the greatest normal location of the data files that it names, if its bounds tell.
    bounds: Option<(String, String)>,
}

impl DeleteFiles {
    /// The delete files among a snapshot's files.
    ///
    /// # Errors
    /// `Unsupported` for equality deletes, deletion vectors and delete files that are not Parquet.
    pub(crate) fn of(table: &LakeTable, manifests: &[LoadedManifest]) -> Result<Self, LakeError> {
        let mut all = Self::default();
        for loaded in manifests.iter().filter(|loaded| loaded.holds_deletes()) {
            for entry in loaded.live_entries() {
                refuse_others(table, entry.data_file())?;
                all.add(loaded.spec_id(), entry);
            }
        }
        Ok(all)
    }

    /// URIs of those that may name rows of a data file.
    pub(crate) fn of_data_file(&self, spec_id: i32, entry: &ManifestEntry) -> Vec<String> {
        let file = entry.data_file();
        let location = normal(file.file_path());
        // Tables of version 1 had no sequence numbers: they count as 0.
        let sequence_number = entry.sequence_number().unwrap_or(0);
        let of_file = self.of_file.get(&location);
        let of_partition = self.of_partition.get(&(spec_id, file.partition().clone()));
        let candidates = of_file.into_iter().chain(of_partition).flatten();
        let applying = candidates.filter(|deletes| {
            deletes.sequence_number >= sequence_number
                && deletes.bounds.as_ref().is_none_or(|(least, greatest)| *least <= location && location <= *greatest)
        });
        applying.map(|deletes| deletes.location.clone()).collect()
    }

    fn add(&mut self, spec_id: i32, entry: &ManifestEntry) {
        let file = entry.data_file();
        let bounds = match (bound(file.lower_bounds()), bound(file.upper_bounds())) {
            (Some(lower), Some(upper)) => normal_bounds(lower, upper),
            _ => None,
        };
        let only = file.referenced_data_file().map(|location| normal(&location));
        let only = only.or_else(|| Some(bounds.clone().filter(|(least, greatest)| least == greatest)?.0));
        let deletes = DeleteFile {
            location: file.file_path().to_owned(),
            // What it names is a file by its path: without a number it may apply to any.
            sequence_number: entry.sequence_number().unwrap_or(i64::MAX),
            bounds,
        };
        match only {
            Some(data_file) => self.of_file.entry(data_file).or_default().push(deletes),
            None => self.of_partition.entry((spec_id, file.partition().clone())).or_default().push(deletes),
        }
    }
}

fn bound(bounds: &HashMap<i32, Datum>) -> Option<&str> {
    match bounds.get(&RESERVED_FIELD_ID_DELETE_FILE_PATH)?.literal() {
        PrimitiveLiteral::String(location) => Some(location),
        _ => None,
    }
}

fn refuse_others(table: &LakeTable, file: &DataFile) -> Result<(), LakeError> {
    let what = match (file.content_type(), file.file_format()) {
        (DataContentType::PositionDeletes, DataFileFormat::Parquet) => return Ok(()),
        (DataContentType::PositionDeletes, DataFileFormat::Puffin) => "deletion vectors",
        (DataContentType::PositionDeletes, _) => "delete files that are not Parquet",
        _ => "equality delete files",
    };
    let message = format!(
        "the table has {what}, which this version cannot apply; rewrite its data files with the engine that deleted rows"
    );
    Err(LakeError::new(LakeErrorKind::Unsupported, message)
        .with("table", table.full_name())
        .with("delete file", file.file_path()))
}
