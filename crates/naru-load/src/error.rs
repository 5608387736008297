//! Why a run did not load.

use naru_core::Fault;
use naru_core::evolution::{EvolutionPolicy, Refused};
use naru_core::treatment::TreatmentConflict;
use naru_decode::{KernelError, KeyError, SourceError};
use naru_lake::{LakeError, LakeErrorKind, is_transient};
use naru_merge::MergeError;

use crate::{ControlMismatch, Quarantined, RejectReport, RejectedValue};

/// Why a run did not load. In every case the table is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Nothing has landed for the interval, or all of it has gone since it was loaded.
    #[error("no file has landed for interval {interval}")]
    NothingLanded {
        /// The interval's text.
        interval: String,
        /// URI of the place that was looked in.
        landing: String,
        /// How many files an earlier execution loaded; 0 for none.
        recorded: usize,
    },
    /// The files hold no row that fits, and the definition does not allow that.
    #[error("the {files} file(s) of interval {interval} hold no rows{}", rejected_rows(*.rejected))]
    NoRows {
        /// Rows that do not fit.
        rejected: u64,
        /// The interval's text.
        interval: String,
        /// How many files there are.
        files: usize,
    },
    /// Fewer files than an earlier execution loaded.
    #[error("{found} of the {recorded} files that interval {interval} was loaded from are left")]
    FewerSources {
        /// The interval's text.
        interval: String,
        /// URI of the place that was looked in.
        landing: String,
        /// How many there are.
        found: usize,
        /// How many there were.
        recorded: usize,
    },
    /// Control files that have not landed yet.
    #[error("the control file of {} of the {files} file(s) of interval {interval} has not landed", .missing.len())]
    ControlMissing {
        /// The interval's text.
        interval: String,
        /// How many data files there are.
        files: usize,
        /// URIs of the control files that are missing.
        missing: Vec<String>,
    },
    /// Control totals that cannot be read: all faults of all files.
    #[error("control totals cannot be read")]
    ControlUnreadable(Vec<Fault>),
    /// Files that do not hold what their control totals say.
    #[error("{} control total(s) do not hold", .mismatches.len())]
    ControlMismatch {
        /// All of them, in the order of the files.
        mismatches: Vec<ControlMismatch>,
        /// Bad values of the run, for which sums are not known.
        rejects: Vec<RejectedValue>,
    },
    /// A run would go back in time, and nothing tells which rows are newer.
    #[error("interval {interval} is older than the newest one loaded, {}", .newest.as_ref().unwrap_or(&utc(*.newest_micros)))]
    OlderThanLoaded {
        /// The interval's text.
        interval: String,
        /// The newest loaded interval's text, as far as a run's record tells.
        newest: Option<String>,
        /// Its start, microseconds since 1970-01-01 UTC.
        newest_micros: i64,
    },
    /// A merge would insert keys that a later interval may have deleted.
    #[error(
        "{keys} key(s) of interval {interval} are not in the table, and interval {later}, which is loaded, deletes keys: \
         they may be among them"
    )]
    MayBeDeleted {
        /// The interval's text.
        interval: String,
        /// How many keys there are.
        keys: u64,
        /// Text of the newest loaded interval with rows that delete.
        later: String,
    },
    /// The rows cannot be merged.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// Columns are treated with a key, which cannot be had.
    #[error("{source}, and {} cannot be treated without", .columns.join(", "))]
    TreatmentKey {
        /// The columns.
        columns: Vec<String>,
        /// Why there is no key.
        source: KeyError,
    },
    /// The table holds rows whose treatment is another one.
    #[error("table {table} holds rows of interval {interval} {}", otherwise(.conflict))]
    TreatedOtherwise {
        /// Physical name.
        table: String,
        /// The text of the newest such interval.
        interval: String,
        /// What differs.
        conflict: TreatmentConflict,
    },
    /// The plan says Spark, and this is the in-process track.
    #[error("the route is Spark, and this is done in this process only")]
    ForSpark {
        /// The router's reason.
        reason: String,
    },
    /// The definition and the table are not the same.
    #[error("table {table} differs from its definition in {} way{}", .differences.len(), if .differences.len() == 1 { "" } else { "s" })]
    TableDiffers {
        /// Physical name.
        table: String,
        /// What runs may change.
        policy: EvolutionPolicy,
        /// Those that stand in the way.
        differences: Vec<Refused>,
    },
    /// The plan contradicts itself.
    #[error("the load plan cannot be run")]
    Plan(#[from] KernelError),
    /// A file could not be opened.
    #[error("cannot open {location}")]
    SourceGone {
        /// URI.
        location: String,
        /// Why.
        source: LakeError,
    },
    /// A file is not the one that was planned.
    #[error("{location} changed while it was read: {planned} bytes when listed, {read} read")]
    SourceChanged {
        /// URI.
        location: String,
        /// Bytes when listed.
        planned: u64,
        /// Bytes read.
        read: u64,
    },
    /// A file is not what the dialect says.
    #[error("cannot read {location}")]
    Source {
        /// URI.
        location: String,
        /// Why.
        source: Box<SourceError>,
    },
    /// Told to stop, before the commit.
    #[error("the run was told to stop before its commit")]
    Stopped,
    /// More rows than allowed did not fit.
    #[error("{} of {} rows do not fit their columns", .0.rows, .0.total_rows)]
    Rejected(Box<RejectReport>),
    /// Encoding failed.
    #[error("cannot encode a data file")]
    Encode(#[from] parquet::errors::ParquetError),
    /// Arrow refused what was decoded.
    #[error("cannot arrange decoded rows")]
    Arrow(#[from] arrow_schema::ArrowError),
    /// Storage refused a data file.
    #[error("cannot write a data file")]
    Write(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What a quarantine table holds cannot be read.
    #[error("cannot read the quarantine table")]
    Read(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A run failed, and the rows that do not fit are in quarantine.
    #[error("{error}")]
    Quarantined {
        /// Why it failed.
        error: Box<LoadError>,
        /// Where the rows are.
        quarantined: Quarantined,
    },
    /// Rows that do not fit into memory could not be kept on disk.
    #[error("cannot keep rows in the directory for temporary files: {0}")]
    Spill(#[source] std::io::Error),
    /// The lake refused.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// A mistake in this program.
    #[error("internal error: {0}")]
    Internal(String),
}

impl LoadError {
    pub(crate) fn write(error: iceberg::Error) -> Self {
        Self::Write(Box::new(error))
    }

    pub(crate) fn read(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Read(Box::new(error))
    }

    pub(crate) fn spill(error: std::io::Error) -> Self {
        Self::Spill(error)
    }

    /// An error of the disk as such, whatever it came through.
    pub(crate) fn spilled(error: arrow_schema::ArrowError) -> Self {
        match error {
            arrow_schema::ArrowError::IoError(_, error) => Self::spill(error),
            other => other.into(),
        }
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::Internal(message.into())
    }

    /// Whether the same run may succeed later without anybody changing anything here.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::NothingLanded { .. } | Self::FewerSources { .. } | Self::SourceChanged { .. } => true,
            Self::ControlMissing { .. } | Self::Stopped => true,
            Self::SourceGone { source, .. } => source.kind() != LakeErrorKind::Denied,
            Self::Source { source, .. } => is_transient(source.as_ref()),
            Self::Write(error) | Self::Read(error) => is_transient(error.as_ref()),
            Self::Encode(error) => is_transient(error),
            Self::Lake(error) => error.is_retryable(),
            Self::Quarantined { error, .. } => error.is_retryable(),
            _ => false,
        }
    }

    /// Where the rows are that do not fit, of a run that failed and quarantined them.
    pub fn quarantined(&self) -> Option<&Quarantined> {
        match self {
            Self::Quarantined { quarantined, .. } => Some(quarantined),
            _ => None,
        }
    }

    /// Of errors of two workers, the one that points at a source says more than one that follows from it.
    pub(crate) fn is_better_told_than(&self, other: &Self) -> bool {
        let place = |error: &Self| match error {
            Self::Source { location, .. }
            | Self::SourceChanged { location, .. }
            | Self::SourceGone { location, .. } => (0, location.clone()),
            _ => (1, String::new()),
        };
        place(self) < place(other)
    }
}

/// In what way rows are treated otherwise, as the end of a sentence.
fn otherwise(conflict: &TreatmentConflict) -> String {
    match conflict {
        TreatmentConflict::Columns(columns) => format!("in which {} had another treatment", columns.join(", ")),
        TreatmentConflict::Key { recorded, given } => {
            format!("that were treated with key {recorded}, and the key of this run is {given}")
        }
    }
}

/// An instant in RFC 3339.
fn utc(micros: i64) -> String {
    chrono::DateTime::from_timestamp_micros(micros).map(|instant| instant.to_rfc3339()).unwrap_or_default()
}

fn rejected_rows(rejected: u64) -> String {
    if rejected == 0 { String::new() } else { format!(" that fit; {rejected} do not") }
}
