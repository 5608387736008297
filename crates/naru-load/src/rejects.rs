//! What did not fit, collected from all workers and bounded.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use naru_core::plan::RejectLimit;
use naru_decode::{Reason, Reject};

/// Bad values that are kept with their places; all are counted.
const KEPT: usize = 1000;

/// One value, or one row, that did not fit. Never holds the value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RejectedValue {
    /// URI of the source.
    pub location: String,
    /// Record in the file, from 1; a header is not counted.
    pub row: u64,
    /// Line in the file where the record starts, from 1.
    pub line: u64,
    /// Offset of the value in the file's bytes after decompression.
    pub byte_offset: u64,
    /// Target column; none when the row as a whole is bad.
    pub column: Option<String>,
    /// Why.
    pub reason: Reason,
}

/// All that did not fit.
#[derive(Debug, Clone, Default)]
pub struct RejectReport {
    /// Rows with at least one bad value.
    pub rows: u64,
    /// Rows in all, good and bad.
    pub total_rows: u64,
    /// The first bad values, by file and row.
    pub values: Vec<RejectedValue>,
}

/// Collects bad values from all workers.
pub(crate) struct Rejects {
    limit: RejectLimit,
    rows: AtomicU64,
    total_rows: AtomicU64,
    exceeded: AtomicBool,
    kept: Mutex<Vec<RejectedValue>>,
}

impl Rejects {
    pub(crate) fn new(limit: RejectLimit) -> Self {
        Self {
            limit,
            rows: AtomicU64::new(0),
            total_rows: AtomicU64::new(0),
            exceeded: AtomicBool::new(false),
            kept: Mutex::new(Vec::new()),
        }
    }

    /// Counts a block's rows and keeps the places of its bad values.
    pub(crate) fn add(&self, location: &str, records: u64, rejects: &[Reject], column_names: &[String]) {
        self.total_rows.fetch_add(records, Ordering::Relaxed);
        if rejects.is_empty() {
            return;
        }
        let mut rows: Vec<u64> = rejects.iter().map(|r| r.row).collect();
        rows.dedup();
        let rejected = self.rows.fetch_add(rows.len() as u64, Ordering::Relaxed) + rows.len() as u64;
        if let RejectLimit::Rows(limit) = self.limit
            && rejected > limit
        {
            self.exceeded.store(true, Ordering::Relaxed);
        }
        let mut kept = self.kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        // A block's rejects are in order: those after the first so many would not be kept in the end.
        kept.extend(rejects.iter().take(KEPT).map(|reject| RejectedValue {
            location: location.into(),
            row: reject.row,
            line: reject.line,
            byte_offset: reject.byte_offset,
            column: reject.column.and_then(|index| column_names.get(index as usize).cloned()),
            reason: reject.reason,
        }));
        if kept.len() > 2 * KEPT {
            kept.sort();
            kept.truncate(KEPT);
        }
    }

    /// Whether the run has failed for sure, so that writing more is in vain. A share is only known at the end.
    pub(crate) fn exceeded(&self) -> bool {
        self.exceeded.load(Ordering::Relaxed)
    }

    /// The report, and whether it is within the limit.
    pub(crate) fn finish(self) -> (RejectReport, bool) {
        let rows = self.rows.into_inner();
        let total_rows = self.total_rows.into_inner();
        let mut values = self.kept.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
        values.sort();
        values.truncate(KEPT);
        let within = match self.limit {
            RejectLimit::Rows(limit) => rows <= limit,
            RejectLimit::Share(share) => rows as f64 <= share * total_rows as f64,
        };
        (RejectReport { rows, total_rows, values }, within)
    }
}
