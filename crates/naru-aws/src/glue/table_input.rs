//! What `CreateTable` and `UpdateTable` are given.

use aws_sdk_glue::error::BuildError;
use aws_sdk_glue::types::{StorageDescriptor, Table, TableInput};
use iceberg::spec::TableMetadata;

use super::columns::columns;

/// The type by which Glue and Athena know an Iceberg table, in its parameters.
const TABLE_TYPE: &str = "table_type";
const ICEBERG: &str = "ICEBERG";
const METADATA_LOCATION: &str = "metadata_location";
const PREVIOUS_METADATA_LOCATION: &str = "previous_metadata_location";

/// The metadata location of an Iceberg table; none for another kind of table.
pub(crate) fn metadata_location(table: &Table) -> Option<&str> {
    let parameters = table.parameters()?;
    let is_iceberg = parameters.get(TABLE_TYPE).is_some_and(|kind| kind.eq_ignore_ascii_case(ICEBERG));
    parameters.get(METADATA_LOCATION).filter(|_| is_iceberg).map(String::as_str)
}

/// A new table.
pub(crate) fn created(name: &str, location: &str, metadata: &TableMetadata) -> Result<TableInput, BuildError> {
    let storage = StorageDescriptor::builder().location(metadata.location()).set_columns(Some(columns(metadata)?));
    TableInput::builder()
        .name(name)
        .table_type("EXTERNAL_TABLE")
        .parameters(TABLE_TYPE, ICEBERG)
        .parameters(METADATA_LOCATION, location)
        .storage_descriptor(storage.build())
        .build()
}

/// A table as `GetTable` gave it, with what is ours changed and everything else as it was: other tools keep their own
/// parameters, descriptions and owners there.
///
/// `previous` is the metadata location that the new one takes the place of.
pub(crate) fn changed(
    table: Table,
    previous: &str,
    location: &str,
    metadata: &TableMetadata,
) -> Result<TableInput, BuildError> {
    let mut parameters = table.parameters.unwrap_or_default();
    parameters.insert(TABLE_TYPE.into(), ICEBERG.into());
    parameters.insert(METADATA_LOCATION.into(), location.into());
    parameters.insert(PREVIOUS_METADATA_LOCATION.into(), previous.into());
    let mut storage = table.storage_descriptor.unwrap_or_else(|| StorageDescriptor::builder().build());
    storage.location = Some(metadata.location().into());
    storage.columns = Some(columns(metadata)?);
    TableInput::builder()
        .name(table.name)
        .set_description(table.description)
        .set_owner(table.owner)
        .set_last_access_time(table.last_access_time)
        .set_last_analyzed_time(table.last_analyzed_time)
        .retention(table.retention)
        .storage_descriptor(storage)
        .set_partition_keys(table.partition_keys)
        .set_view_original_text(table.view_original_text)
        .set_view_expanded_text(table.view_expanded_text)
        .set_table_type(table.table_type)
        .set_parameters(Some(parameters))
        .set_target_table(table.target_table)
        .build()
}
