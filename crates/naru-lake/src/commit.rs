//! The one commit path, for every mode.
//!
//! ```text
//!          ┌──────────────────────────── lost race, busy ───────────────────────────┐
//!          ▼                                                                         │
//! load ─▶ validate against the plan's base ─▶ manifests ─▶ list ─▶ metadata ─▶ swap ─┼─▶ committed
//!          │                                                                         │
//!          └▶ already loaded, refused, conflict                       unknown outcome ┴▶ look, then decide
//! ```
//!
//! Every file is durable before the next step names it; the swap is the one instant at which readers see the change.
//! Files are deleted only when it is certain that nothing names them.

use std::collections::HashMap;

use crate::attempt::Attempt;
use crate::backoff;
use crate::data_file::DataFile;
use crate::error::{LakeError, LakeErrorKind};
use crate::lake::Lake;
use crate::ports::PointerErrorKind;
use crate::rewrite::Rewritten;
use crate::row_delta::RowDelta;
use crate::run_record::{Change, RunRecord};
use crate::table::LakeTable;
use crate::validate::{Verdict, holds_any, validate};

/// How often the state after an unclear swap is asked for.
const SETTLE_ATTEMPTS: u32 = 6;

/// What to commit.
#[derive(Debug, Clone)]
pub struct CommitRequest {
    /// Physical database.
    pub database: String,
    /// Table.
    pub table: String,
    /// The snapshot that the plan was made against ([`LakeTable::snapshot_id`]); none if the table had none.
    pub base: Option<i64>,
    /// How the table changes.
    pub change: Change,
    /// The interval's start, microseconds since 1970-01-01 UTC: the `load_interval` of every added row.
    pub interval_start_micros: i64,
    /// Data files, durable in the table's directory and in no table yet.
    pub added: Vec<DataFile>,
    /// Of [`Change::Merge`], and of nothing else: which rows go.
    pub delta: Option<RowDelta>,
    /// What to record about the run.
    pub run: RunRecord,
    /// How many times to try when others commit at the same time or the catalog is busy; at least 1.
    pub attempts: u32,
    /// Lets a replacement take the place of newer rows.
    pub allow_older: bool,
}

/// What became of a commit.
#[derive(Debug, Clone)]
pub enum CommitOutcome {
    /// A snapshot was made.
    Committed(Committed),
    /// Another process loaded the same run from the same sources since the plan was made. The request's files were
    /// deleted.
    AlreadyLoaded {
        /// The snapshot that did.
        snapshot_id: i64,
    },
}

impl CommitRequest {
    /// All files that were written for it.
    pub(crate) fn written(&self) -> impl Iterator<Item = &DataFile> {
        self.added.iter().chain(self.delta.iter().flat_map(RowDelta::written))
    }
}

/// A snapshot that a commit made.
#[derive(Debug, Clone)]
pub struct Committed {
    /// The snapshot.
    pub snapshot_id: i64,
    /// Metadata file that first held it; the table may have moved on.
    pub metadata_location: String,
    /// Rows that the snapshot added, rewritten ones not counted.
    pub added_rows: u64,
    /// Rows that it removed, rewritten ones not counted.
    pub removed_rows: u64,
    /// Attempts that it took.
    pub attempts: u32,
}

impl Lake {
    /// Commits files and a run's record as one snapshot.
    ///
    /// - [`Change::Append`] adds the files and removes all rows of the run's interval that were there: files that hold
    ///   nothing else are dropped, others are rewritten without them.
    /// - [`Change::Extend`] adds the files to a run that is in force, and removes nothing.
    /// - [`Change::ReplaceTable`] removes all rows; [`Change::ReplacePartitions`] all rows of the partitions that the files
    ///   touch, and of the interval.
    /// - [`Change::Merge`] adds the files and removes what [`CommitRequest::delta`] says.
    ///
    /// With no files and nothing to remove there is still a snapshot, which records the run.
    ///
    /// # Errors
    /// - `Conflict` (retryable): others changed what the plan was made for; plan again.
    /// - `Refused`: an interval that partly overlaps a loaded one; a replacement by an older interval than was loaded.
    /// - `UnknownOutcome`: the catalog did not tell and could not be asked; nothing was deleted, and the same request may be
    ///   committed again.
    /// - `Stopped` (retryable): told to, see [`Lake::stopping_at`].
    /// - `NotFound`, `InvalidInput`, `Unsupported`, the catalog's and storage's.
    ///
    /// After any error but `UnknownOutcome` the request's files have been deleted where it is certain that no snapshot holds
    /// them, as well as storage allowed.
    pub async fn commit(&self, request: CommitRequest) -> Result<CommitOutcome, LakeError> {
        let mut commit = Commit { lake: self, request, attempts: Vec::new(), rewritten: HashMap::new() };
        let result = commit.run().await.map_err(|error| {
            if !commit.attempts.iter().any(|attempt| attempt.is_pending) {
                return error;
            }
            let message = "the catalog did not tell whether a commit succeeded; run the job again to find out";
            LakeError::new(LakeErrorKind::UnknownOutcome, message).with("table", commit.table_name()).because(error)
        });
        commit.clean_up(&result).await;
        result
    }
}

/// A commit under way.
pub(crate) struct Commit<'a> {
    pub(crate) lake: &'a Lake,
    pub(crate) request: CommitRequest,
    attempts: Vec<Attempt>,
    /// What became of files that may hold rows of the interval beside others, by location.
    pub(crate) rewritten: HashMap<String, Rewritten>,
}

impl Commit<'_> {
    async fn run(&mut self) -> Result<CommitOutcome, LakeError> {
        let mut busy = None;
        for round in 0..self.request.attempts.max(1) {
            self.lake.require_not_stopped()?;
            backoff::before_round(round).await;
            let table = match self.load().await {
                Err(error) if error.kind() == LakeErrorKind::Unavailable => {
                    busy = Some(error);
                    continue;
                }
                table => table?,
            };
            if let Some(committed) = self.settle_with(&table).await {
                return Ok(CommitOutcome::Committed(committed));
            }
            match validate(&table, &self.request).await? {
                Verdict::Proceed => {}
                Verdict::AlreadyLoaded { snapshot_id } => return Ok(CommitOutcome::AlreadyLoaded { snapshot_id }),
                Verdict::Ours(committed) => return Ok(CommitOutcome::Committed(committed)),
            }
            match self.attempt(&table, round + 1).await {
                Ok(Some(committed)) => return Ok(CommitOutcome::Committed(committed)),
                Ok(None) => busy = None,
                Err(error) if error.kind() == LakeErrorKind::Unavailable => busy = Some(error),
                Err(error) => return Err(error),
            }
        }
        Err(busy.unwrap_or_else(|| {
            LakeError::new(
                LakeErrorKind::Conflict,
                "other commits to the table came first, every time; run the job again",
            )
            .with("table", self.table_name())
            .with("attempts", self.request.attempts.max(1))
        }))
    }

    /// One try; none if it did not succeed and another may.
    async fn attempt(&mut self, table: &LakeTable, number: u32) -> Result<Option<Committed>, LakeError> {
        let mut attempt = Attempt::new(table, number);
        let prepared = self.prepare(table, &mut attempt).await;
        self.attempts.push(attempt);
        let expired = prepared?;
        let (from, to) = (table.metadata_location(), self.last().metadata_location.clone());
        let error = match self.lake.pointer().swap(table.database(), table.name(), from, &to).await {
            Ok(()) => {
                // An earlier swap that is still unclear expected the same location; it can no longer succeed.
                self.attempts.iter_mut().for_each(|attempt| attempt.is_pending = false);
                self.lake.delete(&expired).await;
                return Ok(Some(self.last().committed()));
            }
            Err(error) => error,
        };
        match error.kind() {
            PointerErrorKind::Unavailable
            | PointerErrorKind::NotFound
            | PointerErrorKind::Denied
            | PointerErrorKind::Full
            | PointerErrorKind::AlreadyExists => Err(error.into()),
            PointerErrorKind::Conflict | PointerErrorKind::UnknownOutcome | PointerErrorKind::Other => {
                if let Some(attempt) = self.attempts.last_mut() {
                    attempt.is_pending = true;
                }
                tracing::debug!(table = %table.full_name(), %error, "looking whether a swap took place");
                let now = self.load_to_settle().await?;
                let committed = self.settle_with(&now).await;
                let may_help = error.kind() != PointerErrorKind::Other;
                if committed.is_some() || may_help { Ok(committed) } else { Err(error.into()) }
            }
        }
    }

    /// Finds out by a table's newer state what became of attempts whose swap was unclear.
    async fn settle_with(&mut self, now: &LakeTable) -> Option<Committed> {
        let mut committed = None;
        for attempt in self.attempts.iter_mut().filter(|attempt| attempt.is_pending) {
            if attempt.has_landed(now) {
                attempt.is_pending = false;
                attempt.has_won = true;
                committed = Some(attempt.committed());
            } else if attempt.expected != now.metadata_location() {
                // What the swap expected is gone for good, so that it can no longer succeed.
                attempt.is_pending = false;
            }
        }
        committed
    }

    async fn load(&self) -> Result<LakeTable, LakeError> {
        self.lake.expect_table(&self.request.database, &self.request.table).await
    }

    async fn load_to_settle(&self) -> Result<LakeTable, LakeError> {
        let mut round = 0;
        loop {
            backoff::before_round(round).await;
            round += 1;
            match self.load().await {
                Err(_) if round < SETTLE_ATTEMPTS => {}
                result => return result,
            }
        }
    }

    /// Deletes what nothing names: files of attempts that failed, and the request's when there is no snapshot of it.
    async fn clean_up(&self, result: &Result<CommitOutcome, LakeError>) {
        if self.attempts.iter().any(|attempt| attempt.is_pending) {
            return;
        }
        let winner = match result {
            Ok(CommitOutcome::Committed(committed)) => Some(committed.snapshot_id),
            _ => None,
        };
        let mut kept: Vec<&str> = Vec::new();
        for attempt in &self.attempts {
            if attempt.has_won || winner == Some(attempt.snapshot_id) {
                kept.extend(attempt.rewritten.iter().map(String::as_str));
            } else {
                self.lake.delete(&attempt.written).await;
            }
        }
        let rewritten = self.rewritten.values().flat_map(Rewritten::locations);
        let mut unused: Vec<String> = rewritten.filter(|location| !kept.contains(location)).map(String::from).collect();
        if winner.is_none() && self.added_are_unused().await {
            unused.extend(self.request.written().map(|file| file.location().to_string()));
        }
        self.lake.delete(&unused).await;
    }

    /// Whether it is certain that no snapshot holds the request's files. An earlier commit of the same request may have
    /// ended with an unknown outcome and succeeded all the same.
    async fn added_are_unused(&self) -> bool {
        match self.load().await {
            Ok(table) => matches!(holds_any(&table, &self.request).await, Ok(false)),
            Err(error) => error.kind() == LakeErrorKind::NotFound,
        }
    }

    fn last(&self) -> &Attempt {
        // An attempt is pushed before it is looked at.
        &self.attempts[self.attempts.len() - 1]
    }

    fn table_name(&self) -> String {
        format!("{}.{}", self.request.database, self.request.table)
    }
}
