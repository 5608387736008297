//! The rows that a run refuses, on their way into data files of the quarantine table.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use naru_core::LoadPlan;
use naru_decode::{QuarantinedRun, each_quarantined};
use naru_lake::DataFile;

use super::row_groups::RowGroups;
use crate::LoadError;
use crate::reject_sink::{RejectSink, RejectedBlock};
use crate::write_target::WriteTarget;

/// Bytes that a row group of rejected rows may hold in memory.
const MEMORY_BYTES: usize = 16 << 20;

/// Takes the rejected rows of a run. What was taken is in files, however many rows there are.
pub(crate) struct RefusedRows<'a> {
    run: QuarantinedRun,
    groups: RowGroups<'a>,
    rows: AtomicU64,
}

/// Data files with all that a run refused; in no table yet.
pub(crate) struct Refused {
    pub(crate) files: Vec<DataFile>,
    pub(crate) rows: u64,
}

impl<'a> RefusedRows<'a> {
    /// `target` is the quarantine table.
    pub(crate) fn new(target: &'a WriteTarget<'a>, plan: &LoadPlan) -> Self {
        Self {
            run: QuarantinedRun::new(plan, now_micros()),
            groups: RowGroups::new(target, MEMORY_BYTES),
            rows: AtomicU64::new(0),
        }
    }

    /// Whether there are any.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.load(Ordering::Relaxed) == 0
    }

    pub(crate) fn finish(self) -> Result<Refused, LoadError> {
        let rows = self.rows.into_inner();
        Ok(Refused { files: self.groups.finish()?, rows })
    }

    /// Deletes what was written.
    pub(crate) fn abandon(self) {
        self.groups.abandon();
    }
}

impl RejectSink for RefusedRows<'_> {
    fn add(&self, rejected: RejectedBlock<'_>) -> Result<(), LoadError> {
        let RejectedBlock { kernel, block, location, rejects } = rejected;
        let from = (kernel, block, location);
        let rows = each_quarantined(&self.run, from, rejects, |batch| self.groups.write(&batch))?;
        self.rows.fetch_add(rows, Ordering::Relaxed);
        Ok(())
    }
}

fn now_micros() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX)
}
