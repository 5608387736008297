//! The load plan: the JSON that fully says one run, and the contract between the two tracks.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::control::Control;
use crate::evolution::EvolutionPolicy;
use crate::merge::MergeRules;
use crate::table_spec::VALID_FROM;
use crate::{ColumnType, Dialect, Engine, Interval, Level, Mode, TableSpec, Treatment};

/// Version of the load plan's format that this build writes and reads.
pub const PLAN_VERSION: u32 = 3;

/// Everything that one run needs to know. Two plans that are equal do the same work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoadPlan {
    /// Format version; see [`PLAN_VERSION`].
    pub version: u32,
    /// The job's name.
    pub job: String,
    /// `dev`, `qa` or `prod`.
    pub phase: String,
    /// What the run is; equal identities are the same run.
    pub run: RunIdentity,
    /// The span of logical time.
    pub interval: Interval,
    /// How the load changes the table.
    pub mode: Mode,
    /// What `replace` replaces; ignored by other modes.
    pub replace: ReplaceScope,
    /// How `merge` and `scd2` find and change earlier rows of a key; left out where the definition says nothing of it.
    #[serde(default, skip_serializing_if = "MergeRules::is_default")]
    pub merge: MergeRules,
    /// Who runs it: `pl` or `sp`, never `auto`.
    pub engine: Engine,
    /// Why, in words.
    pub reason: String,
    /// The job's personal-data level.
    pub level: Level,
    /// URI of the directory that the interval's files land in, with a trailing slash.
    pub landing: String,
    /// The interval's files, in the order of their locations.
    pub sources: Vec<SourceFile>,
    /// How the files are written.
    pub dialect: Dialect,
    /// The definition's columns, in order; `load_interval` is not among them.
    pub columns: Vec<PlanColumn>,
    /// The table.
    pub target: Target,
    /// The table of the rows that do not fit; what it is, is the same for every target.
    pub quarantine: QuarantineTarget,
    /// How many bad rows a run may have.
    pub reject_limit: RejectLimit,
    /// Whether a run without sources or rows is fine.
    pub empty: EmptyPolicy,
    /// Control totals that are verified before the commit; none: the source declares none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<Control>,
    /// What of the differences between the table and `target` the run may do away with, in its own commit.
    pub evolution: EvolutionPolicy,
}

/// What a run is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunIdentity {
    /// Source system.
    pub source: String,
    /// Logical database.
    pub database: String,
    /// Table.
    pub table: String,
    /// The interval's text.
    pub interval: String,
}

/// A landed file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceFile {
    /// URI, as in `file:///…` or `s3://…`.
    pub location: String,
    /// Size as landed, in bytes.
    pub size_bytes: u64,
    /// Changes when the content may have changed: an ETag, or size and modification time.
    pub etag: String,
    /// When it was last written.
    pub modified: DateTime<Utc>,
    /// Compression, from the file's name.
    pub compression: SourceCompression,
    /// Its control file, where there is one and control totals stand in such files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<LandedControl>,
}

/// A control file that has landed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LandedControl {
    /// URI.
    pub location: String,
    /// Size as landed, in bytes.
    pub size_bytes: u64,
    /// Changes when the content may have changed.
    pub etag: String,
}

/// Compression of a landed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SourceCompression {
    /// Plain text.
    None,
    /// `.gz`, one or several members.
    Gzip,
    /// `.zst`, one or several frames.
    Zstd,
}

impl SourceCompression {
    /// The compression that a file's name tells: `.gz` and `.zst`, in any case.
    pub fn of_name(name: &str) -> Self {
        let extension = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        match extension.as_str() {
            "gz" => Self::Gzip,
            "zst" | "zstd" => Self::Zstd,
            _ => Self::None,
        }
    }
}

/// A column of the definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanColumn {
    /// Name in the source's header; with a dialect by position it is only a label.
    pub source: String,
    /// Name in the table; none: the source's column is passed over on purpose.
    pub target: Option<String>,
    /// Type of the text in the source, and in the table unless the column is treated.
    #[serde(rename = "type")]
    pub column_type: ColumnType,
    /// No nulls.
    pub required: bool,
    /// Personal-data level of the raw value.
    pub level: Level,
    /// strftime format of a date or timestamp, `hex` or `base64` of a binary; none: the dialect's.
    pub format: Option<String>,
    /// Treatment of the value on the way in; none: loaded as it is.
    pub treatment: Option<Treatment>,
}

impl PlanColumn {
    /// Type in the table; none: the table has no such column.
    pub fn stored_type(&self) -> Option<ColumnType> {
        self.target.as_ref()?;
        self.treatment.map_or(Some(self.column_type), Treatment::stored_type)
    }
}

impl LoadPlan {
    /// The table's treated columns with the words of their treatments.
    pub fn treatments(&self) -> BTreeMap<String, String> {
        self.treated().map(|(name, treatment)| (name.into(), treatment.to_string())).collect()
    }

    /// The table's columns whose treatment needs the treatment key.
    pub fn keyed_columns(&self) -> Vec<String> {
        self.treated().filter(|(_, treatment)| treatment.needs_key()).map(|(name, _)| name.into()).collect()
    }

    /// Target names of the columns that a key is of, in the key's order. Under scd2 the table's own key holds
    /// `valid_from` besides, which tells a key's rows apart.
    pub fn key(&self) -> Vec<String> {
        let key = self.target.spec.key.iter();
        key.filter(|name| self.mode != Mode::Scd2 || *name != VALID_FROM).cloned().collect()
    }

    fn treated(&self) -> impl Iterator<Item = (&str, Treatment)> {
        let loaded = self.columns.iter().filter(|column| column.stored_type().is_some());
        loaded.filter_map(|column| Some((column.target.as_deref()?, column.treatment?)))
    }
}

/// The table that a run writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Target {
    /// Physical database.
    pub database: String,
    /// Table.
    pub table: String,
    /// URI of the table's directory, without a trailing slash.
    pub location: String,
    /// What the table should be.
    pub spec: TableSpec,
}

/// The table of the rows that do not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QuarantineTarget {
    /// Physical database.
    pub database: String,
    /// Table.
    pub table: String,
    /// URI of the table's directory, without a trailing slash.
    pub location: String,
}

/// What `replace` replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReplaceScope {
    /// All rows of the table.
    #[default]
    Table,
    /// All rows of the partitions that the interval's rows fall into.
    Partitions,
}

/// How many bad rows a run may have before it fails.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RejectLimit {
    /// At most this many rows.
    Rows(u64),
    /// At most this share of the rows, 0 to 1.
    Share(f64),
}

/// Whether a run without sources or rows is fine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EmptyPolicy {
    /// No source: try again later. A file without a single byte: a fault.
    #[default]
    Refuse,
    /// Loads nothing, and says so.
    Allow,
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::TableDefinition;

    fn plan(mode: Mode) -> LoadPlan {
        let text = b"@deleted,OP,D\nsource,target,type,key,required\nB,b,int,2,y\nA,a,string,1,y\nOP,,string,,\n";
        let definition = TableDefinition::parse(text, "t.csv").unwrap();
        let plan = serde_json::json!({
            "version": PLAN_VERSION, "job": "j", "phase": "dev", "mode": mode, "replace": "table", "engine": "pl",
            "run": { "source": "s", "database": "d", "table": "t", "interval": "2026-11-22" },
            "interval": { "text": "2026-11-22", "start": "2026-11-21T15:00:00Z", "end": "2026-11-22T15:00:00Z" },
            "reason": "", "level": "p1", "landing": "file:///l/", "sources": [],
            "merge": definition.merge(), "dialect": definition.dialect(), "columns": definition.plan_columns(Level::P1),
            "target": { "database": "d", "table": "t", "location": "file:///t", "spec": definition.table_spec_for(mode) },
            "quarantine": { "database": "d", "table": "t_quarantine", "location": "file:///q" },
            "reject_limit": { "rows": 0 }, "empty": "refuse", "evolution": "freeze",
        });
        serde_json::from_value(plan).unwrap()
    }

    #[test]
    fn the_key_of_the_business_is_without_valid_from() {
        let scd2 = plan(Mode::Scd2);
        assert_eq!((scd2.key(), scd2.target.spec.key.len()), (vec!["a".to_owned(), "b".to_owned()], 3));
        let merge = plan(Mode::Merge);
        assert_eq!(merge.key(), merge.target.spec.key);
    }

    #[test]
    fn rules_of_merging_stand_in_a_plan_only_where_there_are_any() {
        let mut plan = plan(Mode::Merge);
        let text = serde_json::to_value(&plan).unwrap();
        assert_eq!(
            text["merge"],
            serde_json::json!({ "deleted": { "column": "OP", "values": ["D"] }, "write": "auto" })
        );
        assert_eq!(serde_json::from_value::<LoadPlan>(text).unwrap(), plan);
        plan.merge = MergeRules::default();
        assert_eq!(serde_json::to_value(&plan).unwrap().get("merge"), None);
    }
}
