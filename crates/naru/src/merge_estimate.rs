//! How a merge would be written, as `naru plan` tells it before a row is read.

use naru_core::merge::cost::{TableSize, estimate};
use naru_core::{LoadPlan, Mode, Route};
use naru_lake::{LakeTable, RowCounts};

/// Bytes that a field of a source file takes with its delimiter, on average.
const FIELD_BYTES: u64 = 9;

/// One sentence; none for modes that look for no keys.
pub(crate) fn of(plan: &LoadPlan, route: &Route, table: Option<&LakeTable>) -> Option<String> {
    if !matches!(plan.mode, Mode::Merge | Mode::Scd2) {
        return None;
    }
    let incoming = route.expanded_bytes.div_ceil(FIELD_BYTES * plan.columns.len().max(1) as u64);
    Some(estimate(plan.merge.write, &table.map(size_of).unwrap_or_default(), incoming))
}

fn size_of(table: &LakeTable) -> TableSize {
    let Some(snapshot) = table.metadata().current_snapshot() else { return TableSize::default() };
    let summary = &snapshot.summary().additional_properties;
    let count = |key: &str| summary.get(key).and_then(|text| text.parse().ok()).unwrap_or(0);
    let rows = RowCounts::of(snapshot).total.unwrap_or(0);
    TableSize { rows, size_bytes: count("total-files-size"), files: count("total-data-files") }
}
