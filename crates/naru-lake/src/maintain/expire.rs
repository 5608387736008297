//! Which snapshots expire.

use std::collections::HashSet;

use iceberg::spec::TableMetadataBuilder;

use super::Keep;
use crate::error::{LakeError, LakeErrorKind};
use crate::table::LakeTable;

/// Ids of the snapshots that expire, from the oldest on.
pub(super) fn expired(table: &LakeTable, keep: Keep) -> Result<Vec<i64>, LakeError> {
    let mut kept = referred(table)?;
    kept.extend(table.ancestry().take(keep.snapshots.max(1)).map(|snapshot| snapshot.snapshot_id()));
    let snapshots = table.snapshots().into_iter().map(|info| info.snapshot);
    let old = snapshots.filter(|snapshot| snapshot.timestamp_ms() < keep.snapshots_since_ms);
    Ok(old.map(|snapshot| snapshot.snapshot_id()).filter(|id| !kept.contains(id)).collect())
}

/// The table's metadata without the snapshots that expire; none if there are none.
pub(super) fn without(table: &LakeTable, keep: Keep) -> Result<Option<TableMetadataBuilder>, LakeError> {
    let expired = expired(table, keep)?;
    if expired.is_empty() {
        return Ok(None);
    }
    let metadata = table.metadata().as_ref().clone();
    let mut builder = metadata.into_builder(Some(table.metadata_location().to_string())).remove_snapshots(&expired);
    for id in expired {
        builder = builder.remove_statistics(id).remove_partition_statistics(id);
    }
    Ok(Some(builder))
}

/// The snapshots that branches and tags refer to. Iceberg's library shows them in the metadata's JSON only.
fn referred(table: &LakeTable) -> Result<HashSet<i64>, LakeError> {
    let json = serde_json::to_value(table.metadata().as_ref());
    let json = json.map_err(|e| {
        LakeError::new(LakeErrorKind::InvalidMetadata, "cannot read the table's branches and tags").because(e)
    })?;
    let refs = json["refs"].as_object().into_iter().flat_map(|refs| refs.values());
    Ok(refs.filter_map(|reference| reference["snapshot-id"].as_i64()).collect())
}
