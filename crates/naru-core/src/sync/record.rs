//! The record of a sync: who, when, which commit, and what changed.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{FileChange, FileStep};
use crate::Phase;

/// What a sync has done, as it is kept in the audit bucket.
#[derive(Debug, Clone, Serialize)]
pub struct SyncRecord {
    /// Who asked for it: a user and host, or a pipeline.
    pub by: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it had ended; none while it runs. Of one that was killed it is when the next one found that out.
    pub ended_at: Option<DateTime<Utc>>,
    /// How far it is.
    pub status: SyncStatus,
    /// Why it failed.
    pub error: Option<String>,
    /// The commit of the project; none if that is not known.
    pub commit: Option<String>,
    /// Version of naru.
    pub naru_version: String,
    /// The phase.
    pub phase: Phase,
    /// Digest of the manifest's jobs.
    pub manifest_digest: String,
    /// What was done to files, in order.
    pub files: Vec<FileStep>,
    /// What was changed of Glue jobs, a line each.
    pub jobs: Vec<String>,
    /// Glue jobs that were removed.
    pub removed_jobs: Vec<String>,
}

/// How far a sync is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SyncStatus {
    /// It is under way, or was killed and nobody has synced since: `files` and `jobs` are what it meant to do.
    Running,
    /// It was killed: which of `files` and `jobs` it has done is not known. The sync after it has done what was left.
    Unknown,
    /// It is done.
    Done,
    /// It has failed: `files` and `jobs` are what it meant to do, in this order, up to where it failed.
    Failed,
}

/// How many things a sync changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct SyncCounts {
    /// Made anew.
    pub create: usize,
    /// Changed.
    pub update: usize,
    /// Removed.
    pub remove: usize,
}

impl SyncCounts {
    /// Counts the steps of files.
    pub fn of(steps: &[FileStep]) -> Self {
        let count = |change| steps.iter().filter(|step| step.change == change).count();
        Self { create: count(FileChange::Create), update: count(FileChange::Update), remove: count(FileChange::Remove) }
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl SyncRecord {
    /// The key in the audit bucket of a sync's record: `sync/2026/11/30/20261130T093000.123Z-COMMIT.json`.
    pub fn key_of(started_at: DateTime<Utc>, commit: Option<&str>) -> String {
        let commit = commit.unwrap_or("none");
        let short: String = commit.chars().filter(char::is_ascii_alphanumeric).take(12).collect();
        let (day, instant) = (started_at.format("%Y/%m/%d"), started_at.format("%Y%m%dT%H%M%S%.3fZ"));
        format!("sync/{day}/{instant}-{short}.json")
    }
}
