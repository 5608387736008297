//! Rejected records as rows of the quarantine table, whoever writes it.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow_schema::ArrowError;
use naru_core::LoadPlan;
use naru_core::quarantine::{column, decode_digest};
use naru_core::run::plan_digest;
use serde::{Deserialize, Serialize};

use crate::{Block, Kernel, Reject, RejectedRecord};

/// Bytes of text that a batch of rows gathers.
const BATCH_BYTES: usize = 8 << 20;

/// Fields whose JSON is longer are left out; the record itself still has them.
const GREATEST_FIELDS_BYTES: usize = 256 << 20;

/// What all quarantined rows of a run have in common.
#[derive(Debug)]
pub struct QuarantinedRun {
    interval: String,
    job: String,
    decode_digest: String,
    plan_digest: String,
    /// Microseconds since 1970-01-01 UTC.
    quarantined_at: i64,
    /// Of all the plan's columns, those passed over included.
    column_names: Vec<String>,
}

impl QuarantinedRun {
    /// Of a plan's run. `quarantined_at`: microseconds since 1970-01-01 UTC.
    pub fn new(plan: &LoadPlan, quarantined_at: i64) -> Self {
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

/// A bad value, as the column `faults` holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFault {
    /// Target column; none when the record as a whole is at fault.
    pub column: Option<String>,
    /// Stable reason code.
    pub reason: String,
    /// Physical line, from 1.
    pub line: u64,
    /// Offset in the file's bytes after decompression.
    pub byte_offset: u64,
}

/// Makes rows of a block's rejected records, some at a time, and hands them on: all columns but `load_interval`. `location`
/// is the source's URI, `rejects` are those that [`Kernel::decode`] gave of the block. Gives the number of rows.
///
/// # Errors
/// What `take` gives; [`ArrowError`] where a row cannot be made.
pub fn each_quarantined<E: From<ArrowError>>(
    run: &QuarantinedRun,
    (kernel, block, location): (&Kernel, &Block, &str),
    rejects: &[Reject],
    mut take: impl FnMut(RecordBatch) -> Result<(), E>,
) -> Result<u64, E> {
    let header = to_json(&kernel.field_names(block))?;
    let mut rows = Rows::default();
    let mut count = 0;
    for (record, rejects) in kernel.rejected_records(block, rejects) {
        rows.push(run, record, rejects)?;
        count += 1;
        if rows.bytes + rows.numbers.len() * (header.len() + location.len()) >= BATCH_BYTES {
            take(std::mem::take(&mut rows).into_batch(run, location, &header)?)?;
        }
    }
    if !rows.numbers.is_empty() {
        take(rows.into_batch(run, location, &header)?)?;
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
    fn push(&mut self, run: &QuarantinedRun, record: RejectedRecord, rejects: &[Reject]) -> Result<(), ArrowError> {
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

    fn into_batch(self, run: &QuarantinedRun, location: &str, header: &str) -> Result<RecordBatch, ArrowError> {
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
        RecordBatch::try_from_iter_with_nullable(columns)
    }
}

/// A record's rejects as `faults` holds them.
fn faults(rejects: &[Reject], column_names: &[String]) -> Vec<StoredFault> {
    let fault = |reject: &Reject| StoredFault {
        column: reject.column.and_then(|index| column_names.get(index as usize).cloned()),
        reason: reject.reason.code().into(),
        line: reject.line,
        byte_offset: reject.byte_offset,
    };
    rejects.iter().map(fault).collect()
}

/// Fields as `fields` holds them; none if that is too long for a column.
fn fields(fields: &[String]) -> Result<Option<String>, ArrowError> {
    // A control character takes six bytes in JSON.
    let text_bytes: usize = fields.iter().map(String::len).sum();
    if text_bytes > GREATEST_FIELDS_BYTES { Ok(None) } else { Ok(Some(to_json(&fields)?)) }
}

fn to_json(value: &impl Serialize) -> Result<String, ArrowError> {
    serde_json::to_string(value).map_err(|error| ArrowError::JsonError(format!("a row has no JSON: {error}")))
}

fn whole(number: u64) -> Result<i64, ArrowError> {
    i64::try_from(number).map_err(|_| ArrowError::ComputeError("a place in a file is beyond 63 bits".into()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn fields_come_back_as_they_were() {
        let texts = ["", "a\"b\\c", "두\n줄", "\u{0}\u{1f}", "[\"x\"]"].map(String::from);
        let json = fields(&texts).unwrap().unwrap();
        assert_eq!(serde_json::from_str::<Vec<String>>(&json).unwrap(), texts);
    }
}
