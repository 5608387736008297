//! What a quarantine table holds: reasons and counts, never a value.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use naru_core::plan::RunIdentity;
use naru_core::quarantine::{RecordedRejects, RowState, column};
use naru_core::table_spec::LOAD_INTERVAL;
use naru_decode::StoredFault;
use naru_lake::{AsOf, Lake, LakeTable};

use super::reader::{RowReader, text, texts};
use super::recorded::recorded_run;
use super::row_text::from_json;
use crate::LoadError;

/// The columns that a summary reads.
const COLUMNS: [&str; 5] = [column::INTERVAL, column::FAULTS, column::DECODE_DIGEST, column::REPLAYS, LOAD_INTERVAL];

/// What a quarantine table holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QuarantineSummary {
    /// URI of the table's directory; none: there is no such table.
    pub location: Option<String>,
    /// Intervals with quarantined rows, from the oldest.
    pub intervals: Vec<IntervalRejects>,
}

/// The quarantined rows of one interval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntervalRejects {
    /// The interval's text.
    pub interval: String,
    /// Its start, microseconds since 1970-01-01 UTC.
    pub start_micros: i64,
    /// How many rows are in which state.
    pub rows: BTreeMap<RowState, u64>,
    /// What is wrong with them. A row with several bad values is counted for each.
    pub faults: Vec<FaultCount>,
}

/// How many rows in one state do not fit one column for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultCount {
    /// What became of them.
    pub state: RowState,
    /// Target column; none when the record as a whole is at fault.
    pub column: Option<String>,
    /// Stable reason code.
    pub reason: String,
    /// How many rows.
    pub rows: u64,
}

/// Sums up a quarantine table. `quarantine` and `target` are physical databases and tables; `run` is the identity of the
/// target's runs, whatever its interval; `wanted` says which intervals, by their texts.
///
/// # Errors
/// The lake's; a table that is not naru's.
pub async fn summarize(
    lake: &Lake,
    quarantine: (&str, &str),
    target: (&str, &str),
    run: &RunIdentity,
    wanted: impl Fn(&str) -> bool,
) -> Result<QuarantineSummary, LoadError> {
    let Some(table) = lake.table(quarantine.0, quarantine.1).await? else { return Ok(QuarantineSummary::default()) };
    let target = lake.table(target.0, target.1).await?;
    let mut reader = RowReader::of_files(&table, table.scan(AsOf::Current).await?.files, &COLUMNS);
    let mut counted: BTreeMap<(i64, String), Counts> = BTreeMap::new();
    while let Some(batch) = reader.next().await? {
        let column = |name| texts(&batch, name);
        let (intervals, digests) = (column(column::INTERVAL)?, column(column::DECODE_DIGEST)?);
        let (faults, replays) = (column(column::FAULTS)?, column(column::REPLAYS)?);
        let starts = batch.column_by_name(LOAD_INTERVAL);
        let starts = starts.and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>());
        for row in 0..batch.num_rows() {
            let interval = text(intervals, row);
            if !wanted(interval) {
                continue;
            }
            let key = (starts.map_or(0, |starts| starts.value(row)), interval.to_owned());
            let counts = counted.entry(key).or_insert_with(|| Counts::new(target.as_ref(), run, interval));
            let fits: Vec<String> = from_json(column::REPLAYS, text(replays, row))?;
            let state = RowState::of(counts.recorded.as_ref(), text(digests, row), &fits);
            counts.add(state, from_json(column::FAULTS, text(faults, row))?);
        }
    }
    let intervals = counted.into_iter().map(|((start, interval), counts)| counts.finish(interval, start)).collect();
    Ok(QuarantineSummary { location: Some(table.location().into()), intervals })
}

/// Counts of one interval.
struct Counts {
    recorded: Option<RecordedRejects>,
    rows: BTreeMap<RowState, u64>,
    faults: BTreeMap<(RowState, Option<String>, String), u64>,
}

impl Counts {
    fn new(target: Option<&LakeTable>, run: &RunIdentity, interval: &str) -> Self {
        let identity = RunIdentity { interval: interval.into(), ..run.clone() };
        let recorded = target.and_then(|table| recorded_run(table, &identity)).map(|(_, recorded)| recorded);
        Self { recorded, rows: BTreeMap::new(), faults: BTreeMap::new() }
    }

    fn add(&mut self, state: RowState, faults: Vec<StoredFault>) {
        *self.rows.entry(state).or_default() += 1;
        let mut seen: Vec<_> = faults.into_iter().map(|fault| (state, fault.column, fault.reason)).collect();
        seen.sort_unstable();
        seen.dedup();
        for fault in seen {
            *self.faults.entry(fault).or_default() += 1;
        }
    }

    fn finish(self, interval: String, start_micros: i64) -> IntervalRejects {
        let count = |((state, column, reason), rows)| FaultCount { state, column, reason, rows };
        IntervalRejects {
            interval,
            start_micros,
            rows: self.rows,
            faults: self.faults.into_iter().map(count).collect(),
        }
    }
}
