//! How and where a table's data files are written.

use iceberg::spec::{Literal, PrimitiveLiteral, PrimitiveType, Struct, Transform, Type};
use naru_core::table_spec::{Compression, FileSettings};
use parquet::basic::{Compression as Codec, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use crate::error::{LakeError, LakeErrorKind};
use crate::evolve::partition_values::schema_for;
use crate::table::LakeTable;

/// Rows in a row group, at most.
pub const ROW_GROUP_ROWS: usize = 1024 * 1024;
/// Size of a row group as encoded, in bytes, about.
pub const ROW_GROUP_BYTES: usize = 128 * 1024 * 1024;

/// Rows that a column's encoder takes at a time: what it does once for them is spread over more than its own 1,024.
const WRITE_BATCH_ROWS: usize = 8192;

/// The longest partition directory's name, in bytes; file systems end at 255.
const MAX_DIRECTORY_NAME_BYTES: usize = 200;

const MICROS_PER_DAY: u64 = 86_400_000_000;
/// Times further from 1970 than this, some 250,000 years, have no text.
const MAX_TEXT_MICROS: u64 = 250_000 * 365 * MICROS_PER_DAY;

/// Parquet's writer properties for data files with these settings: dictionaries, statistics of chunks and pages.
///
/// # Errors
/// `InvalidInput` for a compression level that zstd does not have.
pub fn writer_properties(settings: &FileSettings) -> Result<WriterProperties, LakeError> {
    let codec = match settings.compression {
        Compression::None => Codec::UNCOMPRESSED,
        Compression::Zstd(level) => Codec::ZSTD(ZstdLevel::try_new(level.into()).map_err(|error| {
            LakeError::new(LakeErrorKind::InvalidInput, "zstd has no such level").with("level", level).because(error)
        })?),
    };
    Ok(WriterProperties::builder()
        .set_compression(codec)
        .set_dictionary_enabled(true)
        .set_dictionary_page_size_limit(1024 * 1024)
        .set_data_page_size_limit(1024 * 1024)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_write_batch_size(WRITE_BATCH_ROWS)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_max_row_group_bytes(Some(ROW_GROUP_BYTES))
        .set_created_by(concat!("naru ", env!("CARGO_PKG_VERSION")).to_string())
        .build())
}

impl LakeTable {
    /// Parquet's writer properties for this table's data files.
    ///
    /// # Errors
    /// As [`writer_properties`]; `Unsupported` if the table's properties name another codec than zstd.
    pub fn writer_properties(&self) -> Result<WriterProperties, LakeError> {
        writer_properties(&crate::spec::file_settings(self.metadata().properties())?)
    }

    /// The URI for a new data file: `<table>/data/[<field>=<value>/…]<file name>`. The values are encoded as in an HTML
    /// form, so that none can leave its directory.
    ///
    /// # Errors
    /// `InvalidInput` if the partition has not one value for each field of the table's partition spec.
    pub fn data_location(&self, partition: Option<&Struct>, file_name: &str) -> Result<String, LakeError> {
        let spec_id = self.metadata().default_partition_spec_id();
        data_location(self, spec_id, partition.unwrap_or(&Struct::empty()), file_name)
    }
}

/// As [`LakeTable::data_location`], for any of the table's partition specs.
pub(crate) fn data_location(
    table: &LakeTable,
    spec_id: i32,
    partition: &Struct,
    name: &str,
) -> Result<String, LakeError> {
    let metadata = table.metadata();
    let invalid = |error| LakeError::invalid("name a partition's directory", error);
    let missing =
        || LakeError::new(LakeErrorKind::InvalidInput, "a partition has not one value for each field of its spec");
    let spec = metadata.partition_spec_by_id(spec_id).ok_or_else(missing)?;
    let partition_type = spec.partition_type(&schema_for(metadata, spec)).map_err(invalid)?;
    if partition.fields().len() != spec.fields().len() {
        return Err(missing());
    }
    let mut location = format!("{}/data/", metadata.location());
    for ((field, value), result) in spec.fields().iter().zip(partition.iter()).zip(partition_type.fields()) {
        let value = value_text(field.transform, &result.field_type, value);
        location.push_str(&directory_name(&field.name, &value));
        location.push('/');
    }
    Ok(location + name)
}

/// A partition value as text. iceberg's own panics at timestamptz before 1970 and at times beyond chrono's years.
fn value_text(transform: Transform, result: &Type, value: Option<&Literal>) -> String {
    if let Some(Literal::Primitive(PrimitiveLiteral::Long(micros))) = value {
        let is_sayable = micros.unsigned_abs() < MAX_TEXT_MICROS;
        match result {
            Type::Primitive(PrimitiveType::Timestamp | PrimitiveType::Timestamptz) if !is_sayable => {
                return micros.to_string();
            }
            Type::Primitive(PrimitiveType::Timestamptz) => {
                return transform.to_human_string(&Type::Primitive(PrimitiveType::Timestamp), value) + "+00:00";
            }
            _ => {}
        }
    }
    if let (Some(Literal::Primitive(PrimitiveLiteral::Int(days))), Type::Primitive(PrimitiveType::Date)) =
        (value, result)
        && u64::from(days.unsigned_abs()) >= MAX_TEXT_MICROS / MICROS_PER_DAY
    {
        return days.to_string();
    }
    transform.to_human_string(result, value)
}

fn directory_name(field: &str, value: &str) -> String {
    let name = format!("{}={}", form_encode(field), form_encode(value));
    if name.len() <= MAX_DIRECTORY_NAME_BYTES {
        return name;
    }
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    format!("{}=~{:016x}", form_encode(field), hasher.finish())
}

/// As Java's `URLEncoder`, which Iceberg's own writers use.
fn form_encode(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'*' | b'_' => result.push(char::from(byte)),
            b' ' => result.push('+'),
            _ => result.push_str(&format!("%{byte:02X}")),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partition_values_cannot_leave_their_directory() {
        assert_eq!(directory_name("region", "../a b"), "region=..%2Fa+b");
        assert_eq!(directory_name("r", "서울"), "r=%EC%84%9C%EC%9A%B8");
        assert!(directory_name("r", &"가".repeat(100)).len() < 40);
    }

    #[test]
    fn times_of_every_size_have_a_text() {
        let text = |primitive, literal| value_text(Transform::Identity, &Type::Primitive(primitive), Some(&literal));
        assert_eq!(text(PrimitiveType::Timestamptz, Literal::long(-1)), "1969-12-31 23:59:59.999999+00:00");
        assert_eq!(text(PrimitiveType::Timestamp, Literal::long(0)), "1970-01-01 00:00:00");
        for extreme in [i64::MIN, i64::MAX] {
            assert_eq!(text(PrimitiveType::Timestamp, Literal::long(extreme)), extreme.to_string());
            assert_eq!(text(PrimitiveType::Timestamptz, Literal::long(extreme)), extreme.to_string());
        }
        assert_eq!(text(PrimitiveType::Date, Literal::date(-1)), "1969-12-31");
        assert_eq!(text(PrimitiveType::Date, Literal::date(i32::MIN)), i32::MIN.to_string());
    }
}
