//! A load plan and what follows from it, as Python asks for it.

use std::collections::HashMap;
use std::sync::Arc;

use naru_core::diff::{TableDiff, renames};
use naru_core::evolution::{self, Evolution};
use naru_core::merge::base::Over;
use naru_core::merge::deletions::{DeletingInterval, settle};
use naru_core::plan::PLAN_VERSION;
use naru_core::quarantine::{RejectsRecord, decode_digest, quarantine_spec};
use naru_core::run::{Again, Decision, decide};
use naru_core::run_history::{PastSnapshot, RunHistory, Verdict};
use naru_core::run_record::{Change, RunRecord};
use naru_core::treatment::AppliedTreatments;
use naru_core::{LoadPlan, Mode, TableSpec};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use serde_json::{Value, json};

use crate::control;
use crate::merger::MergeError;

/// A load plan. A history is JSON, the table's snapshots from the newest: `[{"id": n, "summary": {…}, "columns": […]}, …]`.
#[pyclass(frozen, module = "naru_decode")]
pub(crate) struct Plan {
    plan: Arc<LoadPlan>,
}

impl Plan {
    pub(crate) fn plan(&self) -> &Arc<LoadPlan> {
        &self.plan
    }

    fn record(&self, key_id: Option<&str>, rows: u64, rejected: u64) -> RunRecord {
        RunRecord::of(&self.plan, AppliedTreatments::of(&self.plan, key_id), rows, rejected)
    }

    fn may_be_deleted(&self, unseen: u64, later: &str) -> PyErr {
        let interval = &self.plan.interval.text;
        MergeError::new_err(format!(
            "{unseen} key(s) of interval {interval} are not in the table, and interval {later}, which is loaded, deletes \
             keys: they may be among them\nhint: nothing was committed; load every interval from this one to {later} with \
             `naru run`, which deletes again what was deleted, or load this one by itself with `--force`"
        ))
    }

    fn quarantine_record(&self, rows: u64) -> RunRecord {
        let digest = decode_digest(&self.plan);
        let rejects = RejectsRecord { decode_digest: (rows > 0).then(|| digest.clone()), replays: Vec::new() };
        RunRecord::of_quarantine(&self.plan, rejects, digest, rows)
    }
}

#[pymethods]
impl Plan {
    /// Raises `ValueError` for what is no load plan of this version.
    #[new]
    fn new(json: &str) -> PyResult<Self> {
        let plan: LoadPlan = serde_json::from_str(json).map_err(|error| invalid("the load plan", error))?;
        if plan.version != PLAN_VERSION {
            let message = format!("the load plan has version {}, this kernel reads {PLAN_VERSION}", plan.version);
            return Err(PyValueError::new_err(message));
        }
        Ok(Self { plan: Arc::new(plan) })
    }

    /// Microseconds since 1970-01-01 UTC: the `load_interval` of all rows.
    #[getter]
    fn interval_start_micros(&self) -> i64 {
        self.plan.interval.start.timestamp_micros()
    }

    /// Digest of what is decoded and how.
    #[getter]
    fn decode_digest(&self) -> String {
        decode_digest(&self.plan)
    }

    /// Whether the newest interval of the table is needed to decide.
    #[getter]
    fn goes_forward_only(&self) -> bool {
        naru_core::run::goes_forward_only(&self.plan)
    }

    /// JSON of what the quarantine table is.
    #[getter]
    fn quarantine_spec(&self) -> String {
        json!(quarantine_spec()).to_string()
    }

    /// What the run has to do: JSON with `do`, one of `load`, `unchanged`, `later` and `refuse`, and `why`. `again`: `replay` or
    /// `reload`, where a replay asks.
    #[pyo3(signature = (history, newest_micros, key_id, force, again=None))]
    fn decide(
        &self,
        history: &str,
        newest_micros: Option<i64>,
        key_id: Option<String>,
        force: bool,
        again: Option<&str>,
    ) -> PyResult<String> {
        let again = Again::of_word(again).ok_or_else(|| PyValueError::new_err("unknown word for a run again"))?;
        let (plan, history) = (&self.plan, history_of(history)?);
        let treatments = AppliedTreatments::of(plan, key_id.as_deref());
        if let Some((interval, _)) = history.treatment_conflict(plan, &treatments).filter(|_| !force) {
            let why = format!("the rows of interval {interval} are treated otherwise, or under another key");
            return Ok(json!({ "do": "refuse", "why": why }).to_string());
        }
        let recorded = history.earlier_run(plan).map(|(snapshot, run)| history.recorded(snapshot, &run));
        let (what, why) = match decide(plan, &treatments, recorded.as_ref(), newest_micros, force, again) {
            Decision::Load { reload } => ("load", if reload { "again" } else { "" }.to_owned()),
            Decision::Unchanged => ("unchanged", "the same sources are loaded already".into()),
            Decision::NothingLanded { .. } => ("later", format!("nothing has landed in {}", plan.landing)),
            Decision::FewerSources { recorded } => {
                ("later", format!("{} files have landed; {recorded} were loaded before", plan.sources.len()))
            }
            Decision::ControlMissing { locations } => {
                ("later", format!("control files have not landed: {}", locations.join(", ")))
            }
            Decision::OlderThanLoaded { .. } => ("refuse", "a newer interval is loaded".into()),
        };
        Ok(json!({ "do": what, "why": why }).to_string())
    }

    /// What the table's newest state means for a commit planned on snapshot `base`: JSON with `do`, one of `proceed`,
    /// `unchanged`, `conflict` and `refuse`, and `why` or `snapshot_id`. `properties` are those of the commit.
    fn verdict(&self, history: &str, base: Option<i64>, properties: HashMap<String, String>) -> PyResult<String> {
        let history = history_of(history)?;
        let change = properties.get("naru.change").and_then(|word| change_of(word));
        let (Some(ours), Some(change)) = (RunRecord::from_properties(&properties), change) else {
            return Err(PyValueError::new_err("the properties hold no run record"));
        };
        Ok(match history.verdict(base, change, &ours) {
            Verdict::Proceed => json!({ "do": "proceed" }),
            Verdict::AlreadyLoaded { snapshot_id } => json!({ "do": "unchanged", "snapshot_id": snapshot_id }),
            Verdict::Conflict(why) => json!({ "do": "conflict", "why": why }),
            Verdict::Refused(why) => json!({ "do": "refuse", "why": why }),
        }
        .to_string())
    }

    /// The newest interval that the history's runs in force record, in microseconds; None for no runs.
    fn newest_recorded(&self, history: &str) -> PyResult<Option<i64>> {
        Ok(history_of(history)?.runs_in_force().map(|(_, run)| run.interval_start_micros).max())
    }

    /// The snapshot properties of the run's commit. `change`: `append`, `replace-table`, `replace-partitions` or `merge`.
    /// `control`: what [`Self::verify_control`] verified.
    #[pyo3(signature = (change, key_id, rows, rejected, control=None))]
    fn run_properties(
        &self,
        change: &str,
        key_id: Option<String>,
        rows: u64,
        rejected: u64,
        control: Option<&str>,
    ) -> PyResult<HashMap<String, String>> {
        let change = change_of(change).ok_or_else(|| PyValueError::new_err("unknown change"))?;
        let control = control.map(serde_json::from_str).transpose();
        let control = control.map_err(|error| invalid("the control totals", error))?;
        let record = RunRecord { control, ..self.record(key_id.as_deref(), rows, rejected) };
        Ok(record.to_properties(change))
    }

    /// The columns that control totals sum: JSON with `sums`, or with `faults` of the control files. `files`: the content of
    /// each source's control file, in the order of the sources; none where the plan has no such files.
    fn control_sums(&self, files: Vec<Vec<u8>>) -> String {
        control::sums(&self.plan, &files).to_string()
    }

    /// Holds what the sources declare against what was found: JSON with `verified`, or with `faults` of trailer records, or
    /// with `mismatches` and `unread`, whether one of them comes of values that cannot be read.
    ///
    /// `found`, for each source: records; for each of `control_sums` the parts of its sum and the records whose value cannot
    /// be read; and the trailer's fields and line.
    fn verify_control(&self, files: Vec<Vec<u8>>, found: Vec<control::FoundInSource>) -> PyResult<String> {
        let verdict = control::verify(&self.plan, &files, found);
        Ok(verdict.map_err(PyValueError::new_err)?.to_string())
    }

    /// Whether a column is treated with a key.
    #[getter]
    fn needs_key(&self) -> bool {
        !self.plan.keyed_columns().is_empty()
    }

    /// The columns that make a row's key.
    #[getter]
    fn key(&self) -> Vec<String> {
        self.plan.key()
    }

    /// What a merge is made over: JSON with `over`, `current` or `earlier`, `snapshot_id` of the earlier one (null: the empty
    /// table), and `before_first`, null or `{"snapshot_id": …}`: the state from before the run's first execution.
    /// `snapshots` are all that the table has.
    fn merge_base(&self, history: &str, snapshots: Vec<i64>) -> PyResult<String> {
        let base = history_of(history)?.merge_base(&self.plan, |id| snapshots.contains(&id));
        let (over, snapshot_id) = match base.over {
            Over::Current => ("current", None),
            Over::Earlier(id) => ("earlier", id),
        };
        let before_first = base.before_first.map(|id| json!({ "snapshot_id": id }));
        Ok(json!({ "over": over, "snapshot_id": snapshot_id, "before_first": before_first }).to_string())
    }

    /// The snapshot properties of a merge that was made over the snapshot `before` (None: the empty table), and of which
    /// `counts` are how many keys that the table lacks it inserts, and how many of its rows delete. Beside them the last of
    /// the intervals that are to be run again, or None. Raises `MergeError` where a later interval may have deleted the unseen keys.
    fn merge_properties(
        &self,
        history: &str,
        properties: HashMap<String, String>,
        before: Option<i64>,
        counts: (u64, u64),
        force: bool,
    ) -> PyResult<(HashMap<String, String>, Option<String>)> {
        let (unseen, deleting) = counts;
        let change = properties.get("naru.change").and_then(|word| change_of(word));
        let (Some(run), Some(change)) = (RunRecord::from_properties(&properties), change) else {
            return Err(PyValueError::new_err("the properties hold no run record"));
        };
        let (mut deletions, mut told) = (None, None);
        if self.plan.mode == Mode::Merge {
            let history = history_of(history)?;
            let past: Vec<RunRecord> = history.recorded_runs().map(|(_, run)| run).collect();
            let (past, has_marker) = (past.iter().map(RunRecord::past), self.plan.merge.deleted.is_some());
            let start_micros = self.plan.interval.start.timestamp_micros();
            let this = DeletingInterval { interval: self.plan.interval.text.clone(), start_micros };
            let settled = settle(past, has_marker, this, (unseen, deleting > 0), (None, force));
            let (record, up_to) = settled.map_err(|later| self.may_be_deleted(unseen, &later.interval))?;
            (deletions, told) = (Some(record), up_to.map(|up_to| up_to.interval));
        }
        let record = RunRecord { before: Some(before), deletions, ..run };
        Ok((record.to_properties(change), told))
    }

    /// The snapshot properties of the commit of the run's quarantined rows.
    fn quarantine_properties(&self, rows: u64) -> HashMap<String, String> {
        self.quarantine_record(rows).to_properties(Change::Append)
    }

    /// What differs between a table and the plan's, and what a run may do: JSON with `do`, one of `leave`, `apply` and
    /// `refuse`; `differences`; `renames`, pairs of a column's name in the table and in the plan; `refused`, pairs of a
    /// difference and its remedy; and `policy`, what runs may change. `spec` is JSON as the plan's `target.spec`.
    fn evolution(&self, spec: &str, has_rows: bool) -> PyResult<String> {
        let table: TableSpec =
            serde_json::from_str(spec).map_err(|error| invalid("the table's specification", error))?;
        let differences = TableDiff::between(&table, &self.plan.target.spec);
        let texts: Vec<Value> = differences.iter().map(|difference| json!(difference.to_string())).collect();
        let (what, refused) = match evolution::by_run(self.plan.evolution, &differences, has_rows) {
            Evolution::Leave => ("leave", Vec::new()),
            Evolution::Apply => ("apply", Vec::new()),
            Evolution::Refuse(refused) => ("refuse", refused),
        };
        let refused = refused.iter().map(|refused| json!([refused.difference.to_string(), refused.remedy]));
        Ok(json!({
            "do": what,
            "differences": texts,
            "renames": renames(&table, &self.plan.target.spec),
            "refused": refused.collect::<Vec<_>>(),
            "policy": self.plan.evolution.title(),
        })
        .to_string())
    }
}

fn history_of(json: &str) -> PyResult<RunHistory> {
    let snapshots: Vec<PastSnapshot> = serde_json::from_str(json).map_err(|error| invalid("the history", error))?;
    Ok(RunHistory::new(snapshots))
}

fn change_of(word: &str) -> Option<Change> {
    let all = [Change::Append, Change::Extend, Change::ReplaceTable, Change::ReplacePartitions, Change::Merge];
    all.into_iter().find(|change| change.as_str() == word)
}

fn invalid(what: &str, error: serde_json::Error) -> PyErr {
    PyValueError::new_err(format!("{what} cannot be read: {error}"))
}
