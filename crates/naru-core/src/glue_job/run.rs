//! A run of a Glue job, as Glue tells of it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::start_request::{ATTEMPT_ARGUMENT, DIGEST_ARGUMENT, RUN_ARGUMENT, RunKey};

/// A run of a Glue job.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GlueRun {
    /// Its id, `jr_…`.
    pub id: String,
    /// Where it is.
    pub state: GlueRunState,
    /// Why it ended as it did, or why it waits; in Glue's and Spark's words.
    pub reason: Option<String>,
    /// Its arguments: the job's and its own.
    pub arguments: BTreeMap<String, String>,
    /// When it was started, in seconds from the epoch.
    pub started_seconds: Option<i64>,
    /// How long it has used workers, in seconds.
    pub execution_seconds: u64,
    /// DPU-seconds, where Glue tells them: only of jobs that scale by themselves.
    pub dpu_seconds: Option<f64>,
    /// What a worker is, as `G.1X`.
    pub worker_type: String,
    /// Workers.
    pub workers: u32,
    /// When it is stopped, in minutes.
    pub timeout_minutes: u32,
    /// CloudWatch's log group, where Glue tells it.
    pub log_group: Option<String>,
}

/// Where a run is. Source: AWS Glue Developer Guide, "AWS Glue job run statuses", and the Web API Reference, JobRun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum GlueRunState {
    /// Waits for room; only where the job queues.
    Waiting,
    /// Gets its workers.
    Starting,
    /// Runs.
    Running,
    /// Was told to stop.
    Stopping,
    /// Was stopped.
    Stopped,
    /// Has done its work.
    Succeeded,
    /// Has not.
    Failed,
    /// Was stopped at its timeout.
    Timeout,
    /// Was asked for by a trigger, of a job that is gone.
    Error,
    /// Waited for room too long.
    Expired,
    /// A state that this build does not know, in Glue's word.
    #[serde(untagged)]
    Other(String),
}

impl GlueRunState {
    /// From Glue's word.
    pub fn of(word: &str) -> Self {
        match word {
            "WAITING" => Self::Waiting,
            "STARTING" => Self::Starting,
            "RUNNING" => Self::Running,
            "STOPPING" => Self::Stopping,
            "STOPPED" => Self::Stopped,
            "SUCCEEDED" => Self::Succeeded,
            "FAILED" => Self::Failed,
            "TIMEOUT" => Self::Timeout,
            "ERROR" => Self::Error,
            "EXPIRED" => Self::Expired,
            other => Self::Other(other.into()),
        }
    }

    /// Glue's word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Waiting => "WAITING",
            Self::Starting => "STARTING",
            Self::Running => "RUNNING",
            Self::Stopping => "STOPPING",
            Self::Stopped => "STOPPED",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::Timeout => "TIMEOUT",
            Self::Error => "ERROR",
            Self::Expired => "EXPIRED",
            Self::Other(word) => word,
        }
    }

    /// Whether the run can still change anything. A state that this build does not know counts as one that can.
    pub fn is_live(&self) -> bool {
        matches!(self, Self::Waiting | Self::Starting | Self::Running | Self::Stopping | Self::Other(_))
    }
}

impl GlueRun {
    /// What it was started for; none of a run that naru did not start.
    pub fn key(&self) -> Option<RunKey> {
        let argument = |name: &str| self.arguments.get(name).cloned();
        Some(RunKey { run: argument(RUN_ARGUMENT)?, plan_digest: argument(DIGEST_ARGUMENT)? })
    }

    /// Which attempt of its key it is, from 1; 0 where it does not say.
    pub fn attempt(&self) -> u32 {
        self.arguments.get(ATTEMPT_ARGUMENT).and_then(|text| text.parse().ok()).unwrap_or_default()
    }
}
