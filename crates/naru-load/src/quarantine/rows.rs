//! Rejected records as rows of the quarantine table.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use naru_core::LoadPlan;
use naru_core::quarantine::{column, decode_digest};
use naru_core::run::plan_digest;
use naru_decode::{Reject, RejectedRecord};

use super::row_text::{faults, fields, to_json};
use crate::LoadError;
use crate::reject_sink::RejectedBlock;

/// Bytes of text that a batch of rows gathers.
const BATCH_BYTES: usize = 8 << 20;

/// What all rows of a run have in common.
pub(crate) struct RunColumns {
    interval: String,
    job: String,
    pub(crate) decode_digest: String,
    plan_digest: String,
    /// Microseconds since 1970-01-01 UTC.
    quarantined_at: i64,
    /// Of all the plan's columns, those passed over included.
    column_names: Vec<String>,
}

impl RunColumns {
    pub(crate) fn new(plan: &LoadPlan, quarantined_at: i64) -> Self {
        let name = |column: &naru_core::plan::PlanColumn| column.target.as_ref().unwrap_or(&column.source).clone();
        Self {
            interval: plan.interval.text.clone(),
            job: plan.job.clone(),
            decode_digest: decode_digest(plan),
            plan_digest: plan_digest(plan),
            quarantined_at,
            column_names: plan.columns.iter().map(name).collect(),
        }
    }
}

/// Makes rows of a block's rejected records, some at a time, and hands them on: all columns but `load_interval`. Gives
/// their number.
pub(crate) fn each_batch(
    run: &RunColumns,
    rejected: RejectedBlock<'_>,
    mut take: impl FnMut(RecordBatch) -> Result<(), LoadError>,
) -> Result<u64, LoadError> {
    let header = to_json(&rejected.kernel.field_names(rejected.block))?;
    let mut rows = Rows::default();
    let mut count = 0;
    for (record, rejects) in rejected.kernel.rejected_records(rejected.block, rejected.rejects) {
        rows.push(run, record, rejects)?;
        count += 1;
        if rows.bytes + rows.numbers.len() * (header.len() + rejected.location.len()) >= BATCH_BYTES {
            take(std::mem::take(&mut rows).into_batch(run, rejected.location, &header)?)?;
        }
    }
    if !rows.numbers.is_empty() {
        take(rows.into_batch(run, rejected.location, &header)?)?;
    }
    Ok(count)
}

/// Rows being gathered.
#[derive(Default)]
struct Rows {
    numbers: Vec<i64>,
    lines: Vec<i64>,
    offsets: Vec<i64>,
    columns: Vec<Option<String>>,
    reasons: Vec<&'static str>,
    faults: Vec<String>,
    fields: Vec<Option<String>>,
    records: Vec<String>,
    bytes: usize,
}

impl Rows {
    fn push(&mut self, run: &RunColumns, record: RejectedRecord, rejects: &[Reject]) -> Result<(), LoadError> {
        let Some(first) = rejects.first() else { return Ok(()) };
        let stored = faults(rejects, &run.column_names);
        self.numbers.push(whole(record.row)?);
        self.lines.push(whole(first.line)?);
        self.offsets.push(whole(first.byte_offset)?);
        self.columns.push(stored.first().and_then(|fault| fault.column.clone()));
        self.reasons.push(first.reason.code());
        self.faults.push(to_json(&stored)?);
        self.fields.push(fields(&record.fields)?);
        self.records.push(record.text);
        let length = |texts: &[String]| texts.last().map_or(0, String::len);
        // The rest of a row is of about this size.
        self.bytes += 512 + 2 * length(&self.records) + length(&self.faults);
        Ok(())
    }

    fn into_batch(self, run: &RunColumns, location: &str, header: &str) -> Result<RecordBatch, LoadError> {
        let count = self.numbers.len();
        let same =
            |text: &str| -> ArrayRef { Arc::new(StringArray::from_iter_values(std::iter::repeat_n(text, count))) };
        let at = TimestampMicrosecondArray::from_value(run.quarantined_at, count).with_timezone("UTC");
        let columns: Vec<(&str, ArrayRef, bool)> = vec![
            (column::SOURCE_FILE, same(location), false),
            (column::ROW_NUMBER, Arc::new(Int64Array::from(self.numbers)), false),
            (column::LINE, Arc::new(Int64Array::from(self.lines)), false),
            (column::BYTE_OFFSET, Arc::new(Int64Array::from(self.offsets)), false),
            (column::COLUMN_NAME, Arc::new(StringArray::from(self.columns)), true),
            (column::REASON, Arc::new(StringArray::from(self.reasons)), false),
            (column::FAULTS, Arc::new(StringArray::from(self.faults)), false),
            (column::FIELDS, Arc::new(StringArray::from(self.fields)), true),
            (column::HEADER, same(header), false),
            (column::RECORD, Arc::new(StringArray::from(self.records)), false),
            (column::INTERVAL, same(&run.interval), false),
            (column::JOB, same(&run.job), false),
            (column::DECODE_DIGEST, same(&run.decode_digest), false),
            (column::PLAN_DIGEST, same(&run.plan_digest), false),
            (column::QUARANTINED_AT, Arc::new(at), false),
            (column::REPLAYS, same("[]"), false),
        ];
        Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
    }
}

fn whole(number: u64) -> Result<i64, LoadError> {
    i64::try_from(number).map_err(|_| LoadError::internal("a place in a file is beyond 63 bits"))
}
