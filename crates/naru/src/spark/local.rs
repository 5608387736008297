//! A load of an embedded lake by PySpark on this machine.

use naru_core::LoadPlan;
use naru_decode::Reason;
use naru_load::{
    Ahead, LoadError, MergeCounts, Outcome, OutcomeKind, Quarantined, RejectReport, RejectedValue, RevivedKeys,
    recorded_outcome,
};
use naru_local::EmbeddedLake;
use naru_local::spark::{SparkEnded, SparkMerge, SparkOutcome, SparkReject, SparkTask};

use super::SparkRun;
use crate::error::{CommandError, Exit};
use crate::run_error::RunFailure;
use crate::runtime;

/// Exit code of the program as of naru: the same again later may succeed.
const TRY_AGAIN_LATER: i32 = 75;

impl SparkRun<'_> {
    pub(super) fn run_here(&self, lake: &EmbeddedLake, kind: OutcomeKind) -> Result<Outcome, RunFailure> {
        let missing = super::missing(self.workspace, self.lake, self.args, self.plan.engine);
        if !missing.is_empty() {
            return Err(not_installed(&self.plan.reason, missing).into());
        }
        let plan = serde_json::to_string(self.plan)
            .map_err(|error| CommandError::failed(format!("cannot write the load plan as JSON: {error}")))?;
        let key = self.workspace.treatment_key();
        let task = SparkTask {
            plan: &plan,
            lake: lake.directory(),
            threads: self.threads,
            force: self.force,
            again: self.again,
            treatment_key_file: key.file_to_pass_on(),
        };
        let waiting = self.board.waiting(&self.name());
        waiting.tell("on Spark, on this machine", serde_json::json!({ "threads": self.threads }));
        let stop = self.board.stop();
        let ended = self.args.spark.local(self.workspace).run(&task, &|| stop.is_requested());
        drop(waiting);
        let ended = ended.map_err(|error| CommandError::failed(format!("cannot run the Spark program: {error}")))?;
        match &ended.outcome {
            Some(outcome) if ended.status.success() => self.succeeded(outcome, kind),
            _ => Err(self.failed(ended)),
        }
    }

    fn succeeded(&self, outcome: &SparkOutcome, kind: OutcomeKind) -> Result<Outcome, RunFailure> {
        let kind = match outcome.status.as_str() {
            "unchanged" => OutcomeKind::Unchanged,
            "loaded" => OutcomeKind::Loaded,
            "reloaded" => OutcomeKind::Reloaded,
            _ => kind,
        };
        // Another process has loaded the same meanwhile: what the table records of that is what there is to tell.
        if kind == OutcomeKind::Unchanged
            && let Ahead::Unchanged(recorded) = self.ahead()?
        {
            return Ok(*recorded);
        }
        // What the program does not tell of itself stands in the run's record.
        let recorded = runtime::block_on(recorded_outcome(self.plan, self.lake.lake(), kind))?;
        Ok(Outcome {
            kind,
            snapshot_id: outcome.snapshot_id.unwrap_or_default(),
            rows: outcome.rows,
            rejected: outcome.rejected,
            rejects: outcome.rejects.iter().filter_map(rejected).collect(),
            files: outcome.files,
            size_bytes: outcome.file_bytes,
            control_verified: recorded.is_some_and(|recorded| recorded.control_verified),
            merge: outcome.merge.map(merge),
            // How many keys there are, nobody asks.
            revived: outcome.run_again_up_to.clone().map(|up_to| RevivedKeys { keys: 0, up_to }),
            evolved: Vec::new(),
            quarantined: quarantined(self.plan, outcome),
        })
    }

    /// Rows that do not fit are told as the in-process track tells of them, all else in the program's words.
    fn failed(&self, ended: SparkEnded) -> RunFailure {
        if let Some(outcome) = &ended.outcome
            && let Some(error) = refused(self.plan, outcome)
        {
            return match quarantined(self.plan, outcome) {
                Some(quarantined) => LoadError::Quarantined { error: Box::new(error), quarantined }.into(),
                None => error.into(),
            };
        }
        if ended.was_stopped && (ended.status.code() == Some(TRY_AGAIN_LATER) || ended.status.code().is_none()) {
            return LoadError::Stopped.into();
        }
        let mut words = ended.error.into_iter();
        let error = match words.next() {
            Some(heading) => {
                words.fold(CommandError::failed(heading), |error, line| match line.strip_prefix("hint: ") {
                    Some(hint) => error.hint(hint),
                    None => error.detail(line),
                })
            }
            None => CommandError::failed(format!("the Spark program ended ({}) and did not say why", ended.status))
                .hint("run it by itself to see its log: docs/spark.md says how"),
        };
        match ended.status.code() {
            Some(TRY_AGAIN_LATER) => error.with_exit(Exit::TryAgainLater).into(),
            _ => error.into(),
        }
    }
}

/// The run is refused, since Spark is not there.
fn not_installed(reason: &str, missing: Vec<String>) -> CommandError {
    let error = CommandError::failed("the route is Spark, which is not installed here").detail(reason);
    let error = missing.into_iter().fold(error, |error, missing| error.detail(format!("missing: {missing}")));
    error.hint(
        "install what is missing (docs/spark.md), or run it in this process all the same with `--engine pl`, or write `pl` as \
         the name's engine",
    )
}

/// Why a run failed that the program has read to the end.
fn refused(plan: &LoadPlan, outcome: &SparkOutcome) -> Option<LoadError> {
    match outcome.status.as_str() {
        "rejected" => Some(LoadError::Rejected(Box::new(RejectReport {
            rows: outcome.rejected,
            total_rows: outcome.records,
            values: outcome.rejects.iter().filter_map(rejected).collect(),
        }))),
        "empty" => Some(LoadError::NoRows {
            interval: plan.interval.text.clone(),
            files: plan.sources.len(),
            rejected: outcome.rejected,
        }),
        _ => None,
    }
}

fn quarantined(plan: &LoadPlan, outcome: &SparkOutcome) -> Option<Quarantined> {
    outcome.quarantine.map(|held| Quarantined {
        database: plan.quarantine.database.clone(),
        table: plan.quarantine.table.clone(),
        snapshot_id: held.snapshot_id,
        rows: held.rows,
    })
}

fn merge(counts: SparkMerge) -> MergeCounts {
    let SparkMerge { inserted, updated, deleted, unchanged, older, rewritten_files, position_deletes } = counts;
    MergeCounts { inserted, updated, deleted, unchanged, older, rewritten_files, position_deletes }
}

/// None for a reason that this version does not know: the program's kernel is another one's.
fn rejected(reject: &SparkReject) -> Option<RejectedValue> {
    let reason = Reason::ALL.iter().copied().find(|reason| reason.code() == reject.reason)?;
    let SparkReject { location, row, line, byte_offset, column, .. } = reject.clone();
    Some(RejectedValue { location, row, line, byte_offset, column, reason })
}
