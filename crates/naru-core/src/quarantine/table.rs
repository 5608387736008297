//! The quarantine table's columns. They are the same for every target and do not follow its definition.

use crate::ColumnType;
use crate::table_spec::{ColumnSpec, FileSettings, LOAD_INTERVAL, TableSpec};

/// Names of the columns.
pub mod column {
    /// URI of the file that the record stands in.
    pub const SOURCE_FILE: &str = "source_file";
    /// The record's number in its file, from 1, without the header.
    pub const ROW_NUMBER: &str = "row_number";
    /// Physical line of the first bad value, from 1.
    pub const LINE: &str = "line";
    /// Offset of the first bad value in the file's bytes after decompression.
    pub const BYTE_OFFSET: &str = "byte_offset";
    /// Target column of the first bad value; null when the record as a whole is at fault.
    pub const COLUMN_NAME: &str = "column_name";
    /// Stable reason code of the first bad value.
    pub const REASON: &str = "reason";
    /// All bad values, as JSON.
    pub const FAULTS: &str = "faults";
    /// The record's fields, as a JSON array of texts.
    pub const FIELDS: &str = "fields";
    /// The source's names of the fields, as a JSON array.
    pub const HEADER: &str = "header";
    /// The record as it stands in the file, decoded, its line end included.
    pub const RECORD: &str = "record";
    /// Text of the interval.
    pub const INTERVAL: &str = "interval";
    /// The job's name.
    pub const JOB: &str = "job";
    /// [`super::super::decode_digest`] of the run.
    pub const DECODE_DIGEST: &str = "decode_digest";
    /// Digest of the run's load plan.
    pub const PLAN_DIGEST: &str = "plan_digest";
    /// When it was refused.
    pub const QUARANTINED_AT: &str = "quarantined_at";
    /// Ids of the replays that the row fits, as a JSON array.
    pub const REPLAYS: &str = "replays";
}

/// What every quarantine table is. Unpartitioned, so that no value can stand in an object's key.
pub fn quarantine_spec() -> TableSpec {
    let text = ColumnType::String;
    let columns = [
        (column::SOURCE_FILE, text, true, "URI of the source file"),
        (column::ROW_NUMBER, ColumnType::Bigint, true, "Record in the file, from 1, without the header"),
        (column::LINE, ColumnType::Bigint, true, "Line of the first bad value, from 1"),
        (column::BYTE_OFFSET, ColumnType::Bigint, true, "Offset of the first bad value in the decompressed file"),
        (column::COLUMN_NAME, text, false, "Column of the first bad value; null: the record as a whole"),
        (column::REASON, text, true, "Reason code of the first bad value"),
        (column::FAULTS, text, true, "All bad values, JSON: column, reason, line, byte_offset"),
        (column::FIELDS, text, false, "The fields as texts, JSON array; null beyond 256 MiB"),
        (column::HEADER, text, true, "The source's names of the fields, JSON array"),
        (column::RECORD, text, true, "The record as it stands in the file, decoded, with its line end"),
        (column::INTERVAL, text, true, "Interval of the run"),
        (column::JOB, text, true, "Job of the run"),
        (column::DECODE_DIGEST, text, true, "Digest of what was decoded and how"),
        (column::PLAN_DIGEST, text, true, "Digest of the load plan"),
        (column::QUARANTINED_AT, ColumnType::Timestamptz, true, "When the row was refused"),
        (column::REPLAYS, text, true, "Replays that the row fits, JSON array"),
        (LOAD_INTERVAL, ColumnType::Timestamp, true, "Start of the interval, UTC"),
    ];
    let column = |(name, column_type, required, description): (&str, ColumnType, bool, &str)| ColumnSpec {
        name: name.into(),
        column_type,
        required,
        description: description.into(),
    };
    TableSpec {
        columns: columns.into_iter().map(column).collect(),
        partition: Vec::new(),
        sort: Vec::new(),
        key: Vec::new(),
        file: FileSettings::default(),
    }
}
