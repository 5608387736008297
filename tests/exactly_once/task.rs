//! A command to execute: in this process, or as JSON in another.

use std::fmt;
use std::time::{Duration, SystemTime};

use futures::executor::block_on;
use naru_core::LoadPlan;
use naru_lake::{Keep, Lake, LakeError, LakeErrorKind, TableName};
use naru_load::{
    ExecuteOptions, KeyError, KeySource, LoadError, NoProgress, OutcomeKind, TreatmentKey, execute, replay,
};
use naru_local::{DirectoryFiles, DirectoryLanding};
use serde::{Deserialize, Serialize};

/// A command.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Task {
    /// `naru run`, and with `--force`.
    Run { plan: Box<LoadPlan>, force: bool },
    /// `naru replay`.
    Replay { plan: Box<LoadPlan> },
    /// `naru maintain`: so many of the newest snapshots stay, and files of the last hour if there is a grace.
    Maintain { database: String, table: String, snapshots: usize, has_grace: bool },
}

/// What a command said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    Ran(OutcomeKind),
    Replayed,
    Maintained,
}

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failed {
    Load(Box<LoadError>),
    Lake(LakeError),
}

impl Task {
    /// The plan of a command that loads.
    pub(crate) fn plan(&self) -> Option<&LoadPlan> {
        match self {
            Self::Run { plan, .. } | Self::Replay { plan } => Some(plan),
            Self::Maintain { .. } => None,
        }
    }

    /// Executes the command, as the binary does.
    pub(crate) fn execute(&self, lake: &Lake) -> Result<Done, Failed> {
        match self {
            Self::Run { plan, force } => {
                let running = execute(plan, lake, &DirectoryLanding, &NoKey, options(*force), &NoProgress);
                let outcome = block_on(running);
                outcome.map(|outcome| Done::Ran(outcome.kind)).map_err(|error| Failed::Load(Box::new(error)))
            }
            Self::Replay { plan } => {
                let replaying = replay(plan, lake, &DirectoryLanding, &NoKey, options(false), &NoProgress);
                block_on(replaying).map(|_| Done::Replayed).map_err(|error| Failed::Load(Box::new(error)))
            }
            Self::Maintain { database, table, snapshots, has_grace } => {
                let (now, hour) = (SystemTime::now(), Duration::from_secs(3600));
                let keep = Keep {
                    snapshots_since_ms: i64::MAX,
                    snapshots: *snapshots,
                    files_since: if *has_grace { now - hour } else { now + hour },
                };
                let name = TableName { database: database.clone(), table: table.clone() };
                let maintained = block_on(async {
                    let neighbours = lake.tables().await?;
                    lake.maintain(&DirectoryFiles, &name, &neighbours, keep, false).await
                });
                maintained.map(|_| Done::Maintained).map_err(Failed::Lake)
            }
        }
    }
}

fn options(force: bool) -> ExecuteOptions {
    ExecuteOptions { threads: 1, memory_bytes: 64 << 20, commit_attempts: 3, force, runs_up_to_micros: None }
}

impl Failed {
    /// What the lake says was wrong; none if it was something else.
    pub(crate) fn kind(&self) -> Option<LakeErrorKind> {
        match self {
            Self::Lake(error) => Some(error.kind()),
            Self::Load(error) => match error.as_ref() {
                LoadError::Lake(error) => Some(error.kind()),
                _ => None,
            },
        }
    }

    /// Whether a `replace` was refused because a later interval is loaded.
    pub(crate) fn is_older_than_loaded(&self) -> bool {
        matches!(self, Self::Load(error) if matches!(error.as_ref(), LoadError::OlderThanLoaded { .. }))
    }

    /// Whether the command exits with 75, "try again later".
    pub(crate) fn is_retryable(&self) -> bool {
        match self {
            Self::Load(error) => error.is_retryable(),
            Self::Lake(error) => error.is_retryable(),
        }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Load(error) => write!(f, "{error:?}"),
            Self::Lake(error) => write!(f, "{error:?}"),
        }
    }
}

/// The tables have no treated column.
struct NoKey;

impl KeySource for NoKey {
    fn treatment_key(&self) -> Result<TreatmentKey, KeyError> {
        Err(KeyError::Missing { remedy: String::new() })
    }
}
