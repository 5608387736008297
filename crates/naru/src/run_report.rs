//! What a run came to, as a line for people and as JSON.

use naru_core::Interval;
use naru_core::route::{Actual, Bill, Estimated, human_bytes};
use naru_load::{MergeCounts, Outcome, OutcomeKind, Quarantined};
use serde::Serialize;

use crate::cli::Global;
use crate::error::{CommandError, SHOWN_REJECTS, reject_line};
use crate::lake_names::quarantine_name;
use crate::log;
use crate::planning::PlannedJob;

/// What one run came to, as `--json` prints it.
#[derive(Debug, Serialize)]
pub(crate) struct RunReport {
    pub(crate) job: String,
    pub(crate) table: String,
    pub(crate) interval: String,
    /// `loaded`, `reloaded`, `unchanged`, `missing` (with `--skip-missing`) or `failed`.
    pub(crate) status: &'static str,
    /// 0, 1 or 75, as the command would exit for this run alone.
    pub(crate) exit: u8,
    pub(crate) error: Option<String>,
    pub(crate) engine: Option<&'static str>,
    pub(crate) reason: Option<String>,
    /// What the route had estimated, of the engine that ran.
    pub(crate) estimate: Option<Estimated>,
    /// What it took; none: nothing was loaded.
    pub(crate) actual: Option<Actual>,
    /// What tells the money of `actual`. Of a run on Glue it is `Bill::Glue`, with the cost of the job's run as it ended.
    #[serde(skip)]
    pub(crate) bill: Bill,
    /// The Glue run that was left working, which the same command waits for; none: there is none.
    pub(crate) glue_run: Option<String>,
    pub(crate) snapshot_id: Option<i64>,
    pub(crate) rows: u64,
    pub(crate) rejected: u64,
    /// Places and reasons of the first of them.
    pub(crate) rejects: Vec<String>,
    /// Where they are; none: all rows fit, or nothing was read.
    pub(crate) quarantine: Option<QuarantineReport>,
    pub(crate) sources: usize,
    pub(crate) source_bytes: u64,
    pub(crate) files: usize,
    pub(crate) file_bytes: u64,
    /// What was changed of the table's structure, in the same commit.
    pub(crate) evolved: Vec<String>,
    /// `verified`: the rows are those that control totals declare; none: nothing was declared.
    pub(crate) control: Option<&'static str>,
    /// Of a merge: what became of the rows.
    pub(crate) merge: Option<MergeReport>,
    /// Where keys were inserted on command that a later interval may have deleted: the last interval to be run again.
    pub(crate) run_again_up_to: Option<String>,
    pub(crate) seconds: f64,
}

/// What became of a merge's rows, as `--json` prints it.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct MergeReport {
    inserted: u64,
    updated: u64,
    deleted: u64,
    unchanged: u64,
    older: u64,
    rewritten_files: u64,
    position_deletes: u64,
}

impl MergeReport {
    fn of(counts: MergeCounts) -> Self {
        let MergeCounts { inserted, updated, deleted, unchanged, older, rewritten_files, position_deletes } = counts;
        Self { inserted, updated, deleted, unchanged, older, rewritten_files, position_deletes }
    }

    /// The end of a run's line: what is zero is left out.
    fn in_words(&self) -> String {
        let counts = [
            (self.inserted, "new"),
            (self.updated, "changed"),
            (self.deleted, "deleted"),
            (self.unchanged, "unchanged"),
            (self.older, "older than the table's"),
        ];
        let told: Vec<String> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
        if told.is_empty() { String::new() } else { format!(": {}", told.join(", ")) }
    }
}

/// Where a run's rejected rows are.
#[derive(Debug, Serialize)]
pub(crate) struct QuarantineReport {
    /// As SQL says it.
    table: String,
    rows: u64,
    snapshot_id: i64,
}

impl QuarantineReport {
    pub(crate) fn new(job: &PlannedJob, quarantined: &Quarantined) -> Self {
        let Quarantined { rows, snapshot_id, .. } = quarantined;
        Self { table: quarantine_name(&job.job), rows: *rows, snapshot_id: *snapshot_id }
    }
}

impl RunReport {
    pub(crate) fn new(job: &PlannedJob, interval: &Interval) -> Self {
        Self {
            job: job.job.to_string(),
            table: format!("{}.{}", job.job.database, job.job.table),
            interval: interval.text.clone(),
            status: "failed",
            exit: 0,
            error: None,
            engine: None,
            reason: None,
            estimate: None,
            actual: None,
            bill: Bill::default(),
            glue_run: None,
            snapshot_id: None,
            rows: 0,
            rejected: 0,
            rejects: Vec::new(),
            quarantine: None,
            sources: 0,
            source_bytes: 0,
            files: 0,
            file_bytes: 0,
            evolved: Vec::new(),
            control: None,
            merge: None,
            run_again_up_to: None,
            seconds: 0.0,
        }
    }

    /// Takes over what a run that succeeded came to, and how long it took.
    pub(crate) fn succeeded(&mut self, outcome: &Outcome) {
        self.status = match outcome.kind {
            OutcomeKind::Loaded => "loaded",
            OutcomeKind::Reloaded => "reloaded",
            OutcomeKind::Unchanged => "unchanged",
        };
        self.actual = (outcome.kind != OutcomeKind::Unchanged).then(|| self.bill.of_run(self.seconds));
        self.snapshot_id = Some(outcome.snapshot_id);
        self.rows = outcome.rows;
        self.rejected = outcome.rejected;
        self.rejects = outcome.rejects.iter().map(reject_line).collect();
        self.files = outcome.files;
        self.file_bytes = outcome.size_bytes;
        self.merge = outcome.merge.map(MergeReport::of);
        self.run_again_up_to = outcome.revived.as_ref().map(|revived| revived.up_to.clone());
        self.evolved = outcome.evolved.iter().map(ToString::to_string).collect();
        self.control = outcome.control_verified.then_some("verified");
    }

    /// What the route had estimated wrongly, if that matters.
    fn far_from_estimate(&self) -> Option<String> {
        self.actual.as_ref()?.far_from(self.estimate.as_ref()?)
    }
}

/// One line for a run that succeeded; the whole error for one of several that failed.
pub(crate) fn tell(global: &Global, report: &RunReport, error: Option<&CommandError>, runs: usize) {
    let RunReport { table, interval, rows, sources, .. } = report;
    if let Some(error) = error {
        if runs > 1 {
            error.clone().about(&format!("{table} {interval}")).print(global);
        }
        return;
    }
    let message = match report.status {
        "unchanged" => {
            format!("{table} {interval}: unchanged, {rows} rows of the same {sources} file(s) are loaded already")
        }
        "missing" => format!("{table} {interval}: missing, passed over; no file has landed"),
        status => format!(
            "{table} {interval}: {status} {rows} rows from {sources} file(s), {} to {}, in {:.2} s{}{}",
            human_bytes(report.source_bytes),
            human_bytes(report.file_bytes),
            report.seconds,
            report.merge.map(|merge| merge.in_words()).unwrap_or_default(),
            if report.control.is_some() { ", control totals verified" } else { "" }
        ),
    };
    let evolved = report.evolved.iter().map(|change| format!("\n  table evolved: {change}")).collect::<String>();
    log::step(global, &format!("{message}{evolved}"), serde_json::json!(report));
    if let Some(far) = report.far_from_estimate() {
        let fields = serde_json::json!({ "estimate": report.estimate, "actual": report.actual });
        log::step(global, &format!("{table} {interval}: {far}"), fields);
    }
    if let Some(last) = &report.run_again_up_to {
        let message = format!(
            "warning: {table} {interval}: keys that the table did not have were loaded, which later intervals may have \
             deleted; run those up to {last} again, in order, with `--force`"
        );
        log::step(global, &message, serde_json::json!({ "run_again_up_to": last }));
    }
    if report.status != "unchanged" && report.rejected > 0 {
        let places = report.rejects.iter().take(SHOWN_REJECTS).map(|place| format!("\n  {place}")).collect::<String>();
        let place = report.quarantine.as_ref().map(|q| format!(", they are in {}", q.table)).unwrap_or_default();
        let left_out = report.rejected;
        let message =
            format!("warning: {table} {interval}: {left_out} row(s) that do not fit were left out{place}{places}");
        log::step(global, &message, serde_json::json!({ "rejected": report.rejected, "rejects": report.rejects }));
    }
}
