//! What a snapshot says about the run that made it: the `naru.*` properties of its summary.
//!
//! | property | value |
//! | --- | --- |
//! | `naru.run.source`, `.database`, `.table`, `.interval` | the run's identity |
//! | `naru.job` | the job's name |
//! | `naru.interval-start-micros`, `naru.interval-end-micros` | the interval, microseconds since 1970-01-01 UTC |
//! | `naru.change` | `append`, `extend`, `replace-table`, `replace-partitions` or `merge` |
//! | `naru.before` | of a merge: the snapshot whose rows it changed, or `none`: an empty table |
//! | `naru.deletions` | of a merge: JSON, the newest interval with rows that delete, and keys that may be deleted again |
//! | `naru.sources` | JSON `{"prefix": p, "files": [[rest of the location, size in bytes, etag], …]}` |
//! | `naru.sources-digest`, `naru.plan-digest` | digests that the planner made |
//! | `naru.rows`, `naru.rejected` | numbers of rows written and refused |
//! | `naru.rejects` | of a run that refused rows: JSON, what was decoded and which replays joined it |
//! | `naru.mode`, `naru.engine` | as in a job's name |
//! | `naru.treatments` | JSON `{column: treatment}` of the treated columns; left out if there are none |
//! | `naru.treatment-key` | id of the treatment key; left out if no column needed one |
//! | `naru.control` | where control totals were verified: JSON `[{"rows": n, "sums": {column: figure}}, …]` as `naru.sources` |
//!
//! Both tracks make them here: the Spark program by way of the kernel's wheel.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::control::VerifiedTotals;
use crate::merge::deletions::{DeletionsRecord, PastRun};
use crate::plan::{LoadPlan, RunIdentity, SourceFile};
use crate::quarantine::{RejectsRecord, decode_digest};
use crate::run::{plan_digest, sources_digest};
use crate::treatment::AppliedTreatments;
use crate::{Engine, Mode};

/// A source file as a run found it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRecord {
    /// URI.
    pub location: String,
    /// Size as landed, in bytes.
    pub size_bytes: u64,
    /// Changes when the content may have changed.
    pub etag: String,
}

impl SourceRecord {
    /// A plan's source.
    pub fn of(file: &SourceFile) -> Self {
        Self { location: file.location.clone(), size_bytes: file.size_bytes, etag: file.etag.clone() }
    }
}

/// How a commit changes the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// The rows of the run's interval become the added ones; others stay.
    Append,
    /// The added rows join those of the run's interval, which the table holds; all others stay.
    Extend,
    /// All rows become the added ones.
    ReplaceTable,
    /// The rows of the partitions that the added files touch, and of the run's interval, become the added ones.
    ReplacePartitions,
    /// Rows take the place of those with the same keys; see `naru-lake`'s `RowDelta`.
    Merge,
}

/// What a snapshot says about the run that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRecord {
    /// What the run is.
    pub identity: RunIdentity,
    /// The job's name.
    pub job: String,
    /// Start of the interval, microseconds since 1970-01-01 UTC; the rows' `load_interval`.
    pub interval_start_micros: i64,
    /// End of the interval, exclusive.
    pub interval_end_micros: i64,
    /// The files that the run read, in the order of their locations.
    pub sources: Vec<SourceRecord>,
    /// Digest of the sources.
    pub sources_digest: String,
    /// Digest of the load plan.
    pub plan_digest: String,
    /// Rows written.
    pub rows: u64,
    /// Rows refused.
    pub rejected: u64,
    /// The job's mode.
    pub mode: Mode,
    /// Who ran it.
    pub engine: Engine,
    /// How it treated the table's columns.
    pub treatments: AppliedTreatments,
    /// Of a merge: the state whose rows it changed, a snapshot's id or none for an empty table.
    pub before: Option<Option<i64>>,
    /// Of a merge: what it says of deletions; none also where the version that made it did not record that.
    pub deletions: Option<DeletionsRecord>,
    /// Control totals that were verified, one for each of `sources`; none: there were none to verify.
    pub control: Option<Vec<VerifiedTotals>>,
    /// What ties the run to the rows that it refused.
    pub rejects: RejectsRecord,
}

const BEFORE: &str = "naru.before";
const NO_SNAPSHOT: &str = "none";
const DELETIONS: &str = "naru.deletions";
const REJECTS: &str = "naru.rejects";
const TREATMENTS: &str = "naru.treatments";
const TREATMENT_KEY: &str = "naru.treatment-key";

#[derive(Serialize, Deserialize)]
struct Sources {
    prefix: String,
    files: Vec<(String, u64, String)>,
}

impl RunRecord {
    /// What a run of a plan records that wrote `rows` and refused `rejected`.
    pub fn of(plan: &LoadPlan, treatments: AppliedTreatments, rows: u64, rejected: u64) -> Self {
        let decode_digest = (rejected > 0).then(|| decode_digest(plan));
        Self {
            identity: plan.run.clone(),
            job: plan.job.clone(),
            interval_start_micros: plan.interval.start.timestamp_micros(),
            interval_end_micros: plan.interval.end.timestamp_micros(),
            sources: plan.sources.iter().map(SourceRecord::of).collect(),
            sources_digest: sources_digest(&plan.sources),
            plan_digest: plan_digest(plan),
            rows,
            rejected,
            mode: plan.mode,
            engine: plan.engine,
            treatments,
            before: None,
            deletions: None,
            control: None,
            rejects: RejectsRecord { decode_digest, replays: Vec::new() },
        }
    }

    /// What a snapshot of the quarantine table says of a plan's run. `digest` tells apart what two commits of one interval
    /// brought; quarantined rows are raw.
    pub fn of_quarantine(plan: &LoadPlan, rejects: RejectsRecord, digest: String, rows: u64) -> Self {
        Self { sources_digest: digest, rejects, ..Self::of(plan, AppliedTreatments::default(), rows, 0) }
    }

    /// The summary properties that say this.
    pub fn to_properties(&self, change: Change) -> HashMap<String, String> {
        let identity = &self.identity;
        let mut properties = HashMap::from(
            [
                ("naru.run.source", identity.source.clone()),
                ("naru.run.database", identity.database.clone()),
                ("naru.run.table", identity.table.clone()),
                ("naru.run.interval", identity.interval.clone()),
                ("naru.job", self.job.clone()),
                ("naru.interval-start-micros", self.interval_start_micros.to_string()),
                ("naru.interval-end-micros", self.interval_end_micros.to_string()),
                ("naru.change", change.as_str().into()),
                ("naru.sources", sources_to_json(&self.sources)),
                ("naru.sources-digest", self.sources_digest.clone()),
                ("naru.plan-digest", self.plan_digest.clone()),
                ("naru.rows", self.rows.to_string()),
                ("naru.rejected", self.rejected.to_string()),
                ("naru.mode", word(&self.mode)),
                ("naru.engine", word(&self.engine)),
            ]
            .map(|(key, value)| (key.to_string(), value)),
        );
        let AppliedTreatments { columns, key_id } = &self.treatments;
        if !columns.is_empty() {
            properties.insert(TREATMENTS.into(), serde_json::to_string(columns).unwrap_or_default());
        }
        properties.extend(key_id.iter().map(|id| (TREATMENT_KEY.into(), id.clone())));
        if let Some(before) = self.before {
            properties.insert(BEFORE.into(), before.map_or_else(|| NO_SNAPSHOT.into(), |id| id.to_string()));
        }
        if let Some(deletions) = &self.deletions {
            properties.insert(DELETIONS.into(), serde_json::to_string(deletions).unwrap_or_default());
        }
        if self.rejects != RejectsRecord::default() {
            properties.insert(REJECTS.into(), serde_json::to_string(&self.rejects).unwrap_or_default());
        }
        if let Some(control) = &self.control {
            properties.insert("naru.control".into(), serde_json::to_string(control).unwrap_or_default());
        }
        properties
    }

    /// Reads a record back; none if the snapshot has no whole record (another writer's, or of a format to come).
    pub fn from_properties(properties: &HashMap<String, String>) -> Option<Self> {
        let text = |key: &str| properties.get(key).cloned();
        Some(Self {
            identity: RunIdentity {
                source: text("naru.run.source")?,
                database: text("naru.run.database")?,
                table: text("naru.run.table")?,
                interval: text("naru.run.interval")?,
            },
            job: text("naru.job")?,
            interval_start_micros: text("naru.interval-start-micros")?.parse().ok()?,
            interval_end_micros: text("naru.interval-end-micros")?.parse().ok()?,
            sources: sources_from_json(&text("naru.sources")?)?,
            sources_digest: text("naru.sources-digest")?,
            plan_digest: text("naru.plan-digest")?,
            rows: text("naru.rows")?.parse().ok()?,
            rejected: text("naru.rejected")?.parse().ok()?,
            mode: serde_json::from_value(Value::String(text("naru.mode")?)).ok()?,
            engine: serde_json::from_value(Value::String(text("naru.engine")?)).ok()?,
            treatments: AppliedTreatments {
                columns: text(TREATMENTS).map_or(Some(BTreeMap::new()), |json| serde_json::from_str(&json).ok())?,
                key_id: text(TREATMENT_KEY),
            },
            before: match text(BEFORE).as_deref() {
                None => None,
                Some(NO_SNAPSHOT) => Some(None),
                Some(id) => Some(Some(id.parse().ok()?)),
            },
            // One in a form to come says as little as none.
            deletions: text(DELETIONS).and_then(|json| serde_json::from_str(&json).ok()),
            // No decision hangs on them: totals in a form to come do not make the record none.
            control: text("naru.control").and_then(|json| serde_json::from_str(&json).ok()),
            rejects: text(REJECTS).map_or(Some(RejectsRecord::default()), |json| serde_json::from_str(&json).ok())?,
        })
    }

    /// The run, as the rules of deletions look at it.
    pub fn past(&self) -> PastRun<'_> {
        PastRun {
            mode: self.mode,
            interval: &self.identity.interval,
            start_micros: self.interval_start_micros,
            deletions: self.deletions.as_ref(),
        }
    }

    /// Whether the intervals of two runs have an instant in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.interval_start_micros == other.interval_start_micros
            || (self.interval_start_micros < other.interval_end_micros
                && other.interval_start_micros < self.interval_end_micros)
    }
}

impl Change {
    /// As in the summary's `naru.change`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Append => "append",
            Self::Extend => "extend",
            Self::ReplaceTable => "replace-table",
            Self::ReplacePartitions => "replace-partitions",
            Self::Merge => "merge",
        }
    }
}

fn sources_to_json(sources: &[SourceRecord]) -> String {
    let shared = |a: &str, b: &str| a.char_indices().zip(b.chars()).find(|((_, x), y)| x != y).map(|((n, _), _)| n);
    let mut prefix = sources.first().map(|source| source.location.as_str()).unwrap_or_default();
    for source in sources {
        let end = shared(prefix, &source.location).unwrap_or(prefix.len().min(source.location.len()));
        prefix = &prefix[..end];
    }
    let rest =
        |source: &SourceRecord| (source.location[prefix.len()..].to_string(), source.size_bytes, source.etag.clone());
    let sources = Sources { prefix: prefix.into(), files: sources.iter().map(rest).collect() };
    serde_json::to_string(&sources).unwrap_or_default()
}

fn sources_from_json(json: &str) -> Option<Vec<SourceRecord>> {
    let Sources { prefix, files } = serde_json::from_str(json).ok()?;
    let whole = |(rest, size_bytes, etag)| SourceRecord { location: format!("{prefix}{rest}"), size_bytes, etag };
    Some(files.into_iter().map(whole).collect())
}

/// The word that serde gives to a unit variant.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merge::deletions::DeletingInterval;
    use proptest::prelude::*;

    fn record(sources: Vec<SourceRecord>) -> RunRecord {
        let identity = RunIdentity {
            source: "corebank".into(),
            database: "deposit".into(),
            table: "account".into(),
            interval: "2026-11-22".into(),
        };
        RunRecord {
            identity,
            job: "corebank__deposit__account__p2__append__auto__d".into(),
            interval_start_micros: 1_795_273_200_000_000,
            interval_end_micros: 1_795_359_600_000_000,
            sources,
            sources_digest: "s".into(),
            plan_digest: "p".into(),
            rows: 3,
            rejected: 0,
            mode: Mode::Append,
            engine: Engine::Pl,
            treatments: AppliedTreatments::default(),
            before: None,
            deletions: None,
            control: None,
            rejects: RejectsRecord::default(),
        }
    }

    #[test]
    fn what_was_refused_is_recorded_and_read_back() {
        let rejects = RejectsRecord { decode_digest: Some("d".into()), replays: vec!["r".into()] };
        let refused = RunRecord { rejects, ..record(vec![]) };
        let properties = refused.to_properties(Change::Extend);
        assert_eq!(properties["naru.rejects"], r#"{"decode_digest":"d","replays":["r"]}"#);
        assert_eq!(RunRecord::from_properties(&properties), Some(refused));
        assert!(!record(vec![]).to_properties(Change::Append).contains_key("naru.rejects"));
    }

    #[test]
    fn deletions_are_recorded_and_read_back() {
        let newest = DeletingInterval { interval: "2026-11-22".into(), start_micros: 7 };
        let deletions = Some(DeletionsRecord { newest: Some(newest), revived: 3 });
        let merge = RunRecord { deletions, ..record(vec![]) };
        let mut properties = merge.to_properties(Change::Merge);
        insta::assert_snapshot!(properties["naru.deletions"], @r#"{"newest":{"interval":"2026-11-22","start_micros":7},"revived":3}"#);
        assert_eq!(RunRecord::from_properties(&properties), Some(merge));
        properties.remove("naru.deletions");
        assert_eq!(RunRecord::from_properties(&properties), Some(record(vec![])));
    }

    #[test]
    fn treatments_are_recorded_and_read_back() {
        let columns = [("account_no", "hash"), ("name", "redact")].map(|(c, t)| (c.to_owned(), t.to_owned()));
        let treatments = AppliedTreatments { columns: columns.into(), key_id: Some("00ff".into()) };
        let treated = RunRecord { treatments, ..record(vec![]) };
        let properties = treated.to_properties(Change::Append);
        assert_eq!(properties["naru.treatments"], r#"{"account_no":"hash","name":"redact"}"#);
        assert_eq!(properties["naru.treatment-key"], "00ff");
        assert_eq!(RunRecord::from_properties(&properties), Some(treated));
        assert!(!record(vec![]).to_properties(Change::Append).keys().any(|key| key.contains("treatment")));
    }

    #[test]
    fn sources_are_compact_json_with_the_shared_prefix_once() {
        let source =
            |name: &str| SourceRecord { location: format!("file:///땅/{name}"), size_bytes: 7, etag: "e".into() };
        let properties = record(vec![source("a1.csv"), source("a2.csv")]).to_properties(Change::Append);
        insta::assert_snapshot!(properties["naru.sources"], @r#"{"prefix":"file:///땅/a","files":[["1.csv",7,"e"],["2.csv",7,"e"]]}"#);
    }

    #[test]
    fn control_totals_are_json_in_the_order_of_the_sources() {
        let sums = [("amount".to_owned(), Some("10.50".to_owned())), ("balance".to_owned(), None)];
        let totals = VerifiedTotals { rows: Some(3), sums: sums.into() };
        let record = RunRecord { control: Some(vec![totals, VerifiedTotals::default()]), ..record(vec![]) };
        let properties = record.to_properties(Change::Append);
        insta::assert_snapshot!(properties["naru.control"], @r#"[{"rows":3,"sums":{"amount":"10.50","balance":null}},{"rows":null,"sums":{}}]"#);
        assert_eq!(RunRecord::from_properties(&properties), Some(record));
    }

    #[test]
    fn a_record_with_a_part_missing_is_no_record() {
        let mut properties = record(vec![]).to_properties(Change::Append);
        assert!(RunRecord::from_properties(&properties).is_some());
        properties.remove("naru.rows");
        assert!(RunRecord::from_properties(&properties).is_none());
    }

    proptest! {
        #[test]
        fn writing_and_reading_are_inverse(files in proptest::collection::vec((".{0,12}", any::<u64>(), ".{0,6}"), 0..5)) {
            let sources = files.into_iter().map(|(l, size_bytes, etag)| SourceRecord { location: l, size_bytes, etag });
            let record = record(sources.collect());
            let read = RunRecord::from_properties(&record.to_properties(Change::ReplacePartitions));
            prop_assert_eq!(read, Some(record));
        }
    }
}
