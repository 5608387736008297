//! The `[glue]` table of `naru.toml`: what every Glue job of a project has in common.

use serde::{Deserialize, Serialize};

use crate::name::vocabulary::vocabulary;
use crate::project::Template;

/// Role of a job unless `naru.toml` has another: one for each level, so that a role opens one level.
pub const DEFAULT_ROLE: &str = "{org}-{phase}-glue-{level}";

/// Security configuration of a job unless `naru.toml` has another.
pub const DEFAULT_SECURITY_CONFIGURATION: &str = "{org}-{phase}-glue-{level}";

/// Longest time that a run may be given, in minutes: Glue refuses seven days and more.
pub const MAX_TIMEOUT_MINUTES: u32 = 10_079;

/// What every Glue job of a project has in common; the `[glue]` table of `naru.toml`.
#[derive(Debug, Clone, PartialEq)]
pub struct GlueSettings {
    /// Name or ARN of the IAM role that runs have. Default [`DEFAULT_ROLE`].
    pub role: Template,
    /// Name of the Glue security configuration, which encrypts what a run logs. Default
    /// [`DEFAULT_SECURITY_CONFIGURATION`].
    pub security_configuration: Template,
    /// Name or ARN of the secret in AWS Secrets Manager that holds the treatment key, which runs read by themselves.
    /// Default: none, and what is treated with a key is not run on Glue.
    pub treatment_key_secret: Option<Template>,
    /// What a worker is. Default `G.1X`.
    pub worker_type: WorkerType,
    /// When a run is stopped, in minutes. Default 120.
    pub timeout_minutes: u32,
    /// Most runs of one job at once. Default 1: two runs of one table only race for its commit.
    pub max_concurrent_runs: u32,
}

/// What a worker of a Glue job is. Those with more memory (`R.…`) have a price of their own, which naru does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum WorkerType {
    /// 4 vCPUs, 16 GB.
    #[default]
    #[serde(rename = "G.1X")]
    G1X,
    /// 8 vCPUs, 32 GB.
    #[serde(rename = "G.2X")]
    G2X,
    /// 16 vCPUs, 64 GB.
    #[serde(rename = "G.4X")]
    G4X,
    /// 32 vCPUs, 128 GB.
    #[serde(rename = "G.8X")]
    G8X,
}

vocabulary!(
    WorkerType,
    "worker type",
    {
        G1X => ("G.1X", "1 DPU"),
        G2X => ("G.2X", "2 DPU"),
        G4X => ("G.4X", "4 DPU"),
        G8X => ("G.8X", "8 DPU"),
    },
    aliases: &[
        ("g.1x", "G.1X"), ("g1x", "G.1X"), ("standard", "G.1X"),
        ("g.2x", "G.2X"), ("g2x", "G.2X"),
        ("g.4x", "G.4X"), ("g4x", "G.4X"),
        ("g.8x", "G.8X"), ("g8x", "G.8X"),
    ],
    later: &[]
);

impl WorkerType {
    /// Data processing units of one worker. Source: AWS Glue Web API Reference, CreateJob, WorkerType.
    pub fn dpu(self) -> u32 {
        match self {
            Self::G1X => 1,
            Self::G2X => 2,
            Self::G4X => 4,
            Self::G8X => 8,
        }
    }
}
