//! The load plan: the JSON that fully says one run, and the contract between the two tracks.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::control::Control;
use crate::evolution::EvolutionPolicy;
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
