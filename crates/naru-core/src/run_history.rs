//! What a table's snapshots tell of its runs, for those who have the table's metadata and not `naru-lake`: the Spark
//! track, by way of the kernel's wheel. The rules are those of `naru-lake`'s history and validation.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::Deserialize;

use crate::LoadPlan;
use crate::Mode;
use crate::merge::base::{MergeBase, base_of};
use crate::merge::deletions::is_undone;
use crate::plan::{ReplaceScope, RunIdentity};
use crate::run::Recorded;
use crate::run_record::{Change, RunRecord};
use crate::treatment::{AppliedTreatments, TreatmentConflict};

/// A snapshot of a table's current history.
#[derive(Debug, Clone, Deserialize)]
pub struct PastSnapshot {
    /// Its id.
    pub id: i64,
    /// Its summary without `operation`.
    pub summary: HashMap<String, String>,
    /// Names of the table's columns when it was made.
    pub columns: BTreeSet<String>,
}

/// A table's current snapshot, its parent, and so on as far as they have not expired.
#[derive(Debug, Clone, Default)]
pub struct RunHistory {
    runs: Vec<PastSnapshot>,
}

/// What the table's newest state means for a commit that was planned on an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It may go on.
    Proceed,
    /// Another process loaded the same run from the same sources.
    AlreadyLoaded {
        /// The snapshot that did.
        snapshot_id: i64,
    },
    /// Others changed what the run was planned for: planning again is the remedy.
    Conflict(String),
    /// Rows of the run cannot be told from those of another.
    Refused(String),
}

impl RunHistory {
    /// `snapshots`: newest first.
    pub fn new(snapshots: Vec<PastSnapshot>) -> Self {
        Self { runs: snapshots }
    }

    /// The recorded runs, newest first.
    pub fn recorded_runs(&self) -> impl Iterator<Item = (&PastSnapshot, RunRecord)> {
        self.runs.iter().filter_map(|snapshot| Some((snapshot, RunRecord::from_properties(&snapshot.summary)?)))
    }

    /// The recorded runs, newest first, up to and with the newest replacement of the whole table.
    pub fn runs_in_force(&self) -> impl Iterator<Item = (&PastSnapshot, RunRecord)> {
        let end =
            self.runs.iter().position(|snapshot| replaces_all(&snapshot.summary)).map_or(self.runs.len(), |n| n + 1);
        self.recorded_runs()
            .take_while(move |(snapshot, _)| self.runs.iter().take(end).any(|in_force| in_force.id == snapshot.id))
    }

    /// The earlier execution of the plan's run that counts: for a replacement also one that a later one has replaced
    /// since; for other modes one whose rows are still there.
    pub fn earlier_run(&self, plan: &LoadPlan) -> Option<(&PastSnapshot, RunRecord)> {
        match plan.mode {
            Mode::Replace => self.find_recorded_run(&plan.run),
            _ => self.runs_in_force().find(|(_, run)| run.identity == plan.run),
        }
    }

    /// What the table records of an earlier run that [`Self::earlier_run`] found.
    pub fn recorded(&self, snapshot: &PastSnapshot, run: &RunRecord) -> Recorded {
        let later: Vec<RunRecord> =
            self.recorded_runs().take_while(|(other, _)| other.id != snapshot.id).map(|(_, run)| run).collect();
        Recorded {
            sources_digest: run.sources_digest.clone(),
            source_count: run.sources.len(),
            treatments: run.treatments.clone(),
            is_undone: is_undone(run.interval_start_micros, later.iter().map(RunRecord::past)),
        }
    }

    /// What keeps the plan's rows from standing beside those of the runs in force: the newest one that treated the table's
    /// columns in another way, by its interval's text. Nothing where all rows are replaced.
    pub fn treatment_conflict(
        &self,
        plan: &LoadPlan,
        treatments: &AppliedTreatments,
    ) -> Option<(String, TreatmentConflict)> {
        if plan.mode == Mode::Replace && plan.replace == ReplaceScope::Table {
            return None;
        }
        let mut seen = HashSet::from([plan.run.interval.clone()]);
        self.runs_in_force().filter(|(_, run)| seen.insert(run.identity.interval.clone())).find_map(
            |(snapshot, run)| {
                let conflict = treatments.conflict_with(&run.treatments, |name| snapshot.columns.contains(name))?;
                Some((run.identity.interval, conflict))
            },
        )
    }

    /// What a merge of the plan's run is made over; `has_snapshot` says whether the table still has one.
    pub fn merge_base(&self, plan: &LoadPlan, has_snapshot: impl Fn(i64) -> bool) -> MergeBase {
        let executions = self.runs_in_force().filter(|(_, run)| run.identity == plan.run);
        let executions: Vec<_> = executions.map(|(snapshot, run)| (snapshot.id, run.before)).collect();
        base_of(&executions, self.runs.first().map(|current| current.id), has_snapshot)
    }

    /// Holds a commit against the table's newest state. `base`: the snapshot that the run was planned on, none for an
    /// empty table.
    pub fn verdict(&self, base: Option<i64>, change: Change, ours: &RunRecord) -> Verdict {
        let since = self.runs.iter().position(|snapshot| Some(snapshot.id) == base);
        let since_base = since.unwrap_or(self.runs.len());
        let treated_otherwise = |run: &RunRecord| ours.treatments.conflict_with(&run.treatments, |_| true).is_some();
        let mut same = None;
        for snapshot in self.runs.iter().take(since_base) {
            let Some(run) = RunRecord::from_properties(&snapshot.summary) else { continue };
            if run.identity == ours.identity {
                same.get_or_insert((snapshot, run));
            } else if change != Change::ReplaceTable && treated_otherwise(&run) {
                return Verdict::Conflict("another process loaded rows that are treated otherwise".into());
            } else if change == Change::Merge && newest_deleting(&run) > newest_deleting(ours) {
                // Where the table lacks their keys, no file tells of them.
                return Verdict::Conflict("another process deleted keys of a newer interval".into());
            }
        }
        if let Some((snapshot, run)) = same {
            let is_in_force = self.runs_in_force().any(|(in_force, _)| in_force.id == snapshot.id);
            let is_same =
                run.sources_digest == ours.sources_digest && run.rejects == ours.rejects && !treated_otherwise(&run);
            if is_in_force && is_same {
                return Verdict::AlreadyLoaded { snapshot_id: snapshot.id };
            }
            return Verdict::Conflict(
                "another process loaded the same interval from other sources, or treated otherwise".into(),
            );
        }
        if base.is_some() && since.is_none() {
            return Verdict::Conflict("the table's history lost the snapshot that the run was planned for".into());
        }
        match self.overlap(ours).filter(|_| change != Change::ReplaceTable) {
            Some(message) => Verdict::Refused(message),
            None => Verdict::Proceed,
        }
    }

    /// Why the run's rows could not be told from another's: rows know their interval by its start only.
    fn overlap(&self, ours: &RunRecord) -> Option<String> {
        let span = |run: &RunRecord| (run.interval_start_micros, run.interval_end_micros);
        self.runs_in_force().find_map(|(_, run)| {
            let what = if run.identity == ours.identity {
                if span(&run) == span(ours) {
                    return None;
                }
                "was loaded before with another start or end; was the project's time zone changed?"
            } else if run.overlaps(ours) {
                "overlaps one that another run loaded; was the job's cadence or source changed?"
            } else {
                return None;
            };
            let (interval, loaded) = (&ours.identity.interval, &run.identity.interval);
            Some(format!("the run's interval {interval} {what} (loaded interval: {loaded})"))
        })
    }

    /// None if the table went back since: an earlier interval was loaded over it, and no later one over that.
    fn find_recorded_run(&self, identity: &RunIdentity) -> Option<(&PastSnapshot, RunRecord)> {
        let (snapshot, run) = self.recorded_runs().find(|(_, run)| run.identity == *identity)?;
        let start = run.interval_start_micros;
        let since: Vec<(i64, bool)> = self
            .recorded_runs()
            .take_while(|(other, _)| other.id != snapshot.id)
            .map(|(other, run)| (run.interval_start_micros, replaces_all(&other.summary)))
            .collect();
        // Newest first: a later interval that replaced the whole table makes what came before it of no account.
        let later = since.iter().position(|(other, replaced_all)| *replaced_all && *other > start);
        let went_back = since.iter().take(later.unwrap_or(since.len())).any(|(other, _)| *other < start);
        (!went_back).then_some((snapshot, run))
    }
}

/// The newest interval with rows that delete that a run's record knows of.
fn newest_deleting(run: &RunRecord) -> Option<i64> {
    Some(run.deletions.as_ref()?.newest.as_ref()?.start_micros)
}

/// Whether nothing of what came before a snapshot is left after it, by its summary.
pub fn replaces_all(summary: &HashMap<String, String>) -> bool {
    if let Some(change) = summary.get("naru.change") {
        return change == Change::ReplaceTable.as_str();
    }
    // Another writer's: all that the table holds was added by it.
    let number = |key: &str| summary.get(key).map_or(Some(0), |text| text.parse::<u64>().ok());
    let deleted = number("deleted-records").is_some_and(|rows| rows > 0);
    deleted && summary.contains_key("total-records") && number("total-records") == number("added-records")
}
