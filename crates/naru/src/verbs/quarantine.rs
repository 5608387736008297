use chrono::{DateTime, SecondsFormat};
use clap::Args;
use naru_core::quarantine::RowState;
use naru_load::{IntervalRejects, QuarantineSummary};
use serde::Serialize;

use crate::cli::Global;
use crate::error::CommandError;
use crate::interval_args::IntervalArgs;
use crate::lake_names::quarantine_name;
use crate::workspace::Workspace;
use crate::{jobs, output, quarantined};

/// Sum up the rows of a job that did not fit
///
/// Tells reasons and counts for each interval and column, what became of the rows, and where they are; never a value. Rows
/// are open (their run has not loaded), accepted (left out under `@reject_limit`), replayed, or superseded (a later interval
/// has replaced the table).
#[derive(Debug, Args)]
pub(crate) struct Quarantine {
    /// Job: a name, a DAG file's name, or a path to it.
    job: String,
    #[command(flatten)]
    interval: IntervalArgs,
}

#[derive(Debug, Serialize)]
struct Report {
    job: String,
    /// As SQL says it; none: there is no quarantine table.
    table: Option<String>,
    location: Option<String>,
    intervals: Vec<IntervalReport>,
}

#[derive(Debug, Serialize)]
struct IntervalReport {
    interval: String,
    /// Start of the interval: the rows' `load_interval`.
    start: String,
    open: u64,
    accepted: u64,
    replayed: u64,
    superseded: u64,
    reasons: Vec<ReasonReport>,
}

#[derive(Debug, Serialize)]
struct ReasonReport {
    state: RowState,
    /// None: the record as a whole.
    column: Option<String>,
    reason: String,
    rows: u64,
}

impl Quarantine {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let workspace = Workspace::open(global)?;
        let job = jobs::parse(&self.job)?;
        let summary = quarantined::summary_of(&workspace, &workspace.lake()?, &job, &self.interval)?;
        let table = quarantine_name(&job);
        if global.json {
            return output::json(&Report::new(job.to_string(), table, summary));
        }
        let report = Report::new(job.to_string(), table.clone(), summary);
        if report.intervals.is_empty() {
            output::line(format!("{table} holds no rows"));
            return Ok(());
        }
        print(&report);
        output::line(format!(
            "\nrows: naru query \"select source_file, row_number, reason, fields from {table}\"\nload: naru replay {job}"
        ));
        Ok(())
    }
}

impl Report {
    fn new(job: String, table: String, summary: QuarantineSummary) -> Self {
        let table = summary.location.is_some().then_some(table);
        let intervals = summary.intervals.into_iter().map(IntervalReport::new).collect();
        Self { job, table, location: summary.location, intervals }
    }
}

impl IntervalReport {
    fn new(rejects: IntervalRejects) -> Self {
        let rows = |state| rejects.rows.get(&state).copied().unwrap_or_default();
        let start = DateTime::from_timestamp_micros(rejects.start_micros);
        let reasons = rejects.faults.into_iter().map(|fault| ReasonReport {
            state: fault.state,
            column: fault.column,
            reason: fault.reason,
            rows: fault.rows,
        });
        Self {
            reasons: reasons.collect(),
            interval: rejects.interval,
            start: start.map(|start| start.to_rfc3339_opts(SecondsFormat::AutoSi, true)).unwrap_or_default(),
            open: rows(RowState::Open),
            accepted: rows(RowState::Accepted),
            replayed: rows(RowState::Replayed),
            superseded: rows(RowState::Superseded),
        }
    }
}

fn print(report: &Report) {
    let cells = report.intervals.iter().flat_map(|interval| {
        interval.reasons.iter().map(|reason| {
            vec![
                interval.interval.clone(),
                reason.state.as_str().to_owned(),
                reason.column.clone().unwrap_or_else(|| "(record)".into()),
                reason.reason.clone(),
                reason.rows.to_string(),
            ]
        })
    });
    output::table(&["interval", "state", "column", "reason", "rows"], &[4], cells);
    for interval in &report.intervals {
        let IntervalReport { open, accepted, replayed, superseded, .. } = interval;
        let counts = [(open, "open"), (accepted, "accepted"), (replayed, "replayed"), (superseded, "superseded")];
        let told = counts.iter().filter(|(rows, _)| **rows > 0).map(|(rows, state)| format!("{rows} {state}"));
        output::line(format!("{}: {}", interval.interval, told.collect::<Vec<_>>().join(", ")));
    }
}
