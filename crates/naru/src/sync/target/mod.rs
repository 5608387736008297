//! Where a project is synced to: the buckets and Glue jobs of a phase on AWS, or the folder of an Airflow on this machine.

#[cfg(feature = "aws")]
mod aws;
mod folder;

use std::path::Path;

use naru_core::project::{LakeSettings, PROJECT_FILE};
use naru_core::sync::{CLAIM_KEY, FoundFile, Part, SyncClaim};
use serde::Serialize;

use super::contents::{Content, Contents};
use super::plan::JobStep;
use crate::error::CommandError;
use crate::project_jobs::ProjectJobs;
use crate::workspace::Workspace;

/// A place that a project is synced to. A file appears whole or not at all; to put or remove it twice is as once.
pub(crate) trait SyncTarget {
    /// The files that are there.
    fn found(&self, contents: &Contents) -> Result<Vec<FoundFile>, CommandError>;
    /// What people call the place of a file.
    fn location(&self, part: Part, key: &str) -> String;
    fn put(&self, content: &Content) -> Result<(), CommandError>;
    fn remove(&self, part: Part, key: &str) -> Result<(), CommandError>;
    /// The Glue jobs that differ from what their names say.
    fn job_steps(&self, contents: &Contents) -> Result<Vec<JobStep>, CommandError>;
    /// The Glue jobs of this project and phase that the project has no more.
    fn gone_jobs(&self, contents: &Contents) -> Result<Vec<String>, CommandError>;
    /// Makes a Glue job what its name says.
    fn ensure_job(&self, contents: &Contents, job: &str) -> Result<(), CommandError>;
    fn remove_job(&self, job: &str) -> Result<(), CommandError>;
    /// Writes the record of a sync, in place of an earlier state of it.
    fn write_record(&self, key: &str, json: Vec<u8>) -> Result<(), CommandError>;
    /// The record of a sync; none if there is none.
    fn record(&self, key: &str) -> Result<Option<Vec<u8>>, CommandError>;
    /// Who syncs, with the version of what says so; none: nobody ever has.
    fn claim(&self) -> Result<Option<(SyncClaim, String)>, CommandError>;
    /// Claims the sync, where nobody ever has or over a version, and gives the new version; none: another was faster.
    fn put_claim(&self, claim: &SyncClaim, over: Option<&str>) -> Result<Option<String>, CommandError>;
}

/// What must be there, and where.
///
/// # Errors
/// A phase without a lake; an embedded one without a folder for its DAGs.
pub(crate) fn target(
    workspace: &Workspace,
    jobs: &ProjectJobs,
    wheel: Option<&Path>,
) -> Result<(Contents, Box<dyn SyncTarget>), CommandError> {
    let lake = workspace.project.lake(workspace.phase);
    match lake.map_err(|fault| CommandError::faults(PROJECT_FILE, &[fault]))? {
        LakeSettings::Embedded { .. } => {
            Ok((Contents::for_folder(workspace, jobs)?, Box::new(folder::FolderTarget::of(workspace, jobs)?)))
        }
        #[cfg(feature = "aws")]
        LakeSettings::Aws { .. } => {
            Ok((Contents::for_aws(workspace, jobs, wheel)?, Box::new(aws::AwsTarget::of(workspace, jobs)?)))
        }
        #[cfg(not(feature = "aws"))]
        LakeSettings::Aws { .. } => Err(workspace.lake().err().unwrap_or_else(|| {
            let _ = wheel;
            CommandError::failed("this program was built without AWS")
        })),
    }
}

/// A claim or a record as it is kept.
pub(crate) fn json(value: &impl Serialize) -> Result<Vec<u8>, CommandError> {
    serde_json::to_vec_pretty(value)
        .map_err(|error| CommandError::failed(format!("cannot write the record as JSON: {error}")))
}

/// A claim as it was kept.
fn read_claim(bytes: &[u8]) -> Result<SyncClaim, CommandError> {
    serde_json::from_slice(bytes).map_err(|error| {
        CommandError::failed(format!("{CLAIM_KEY} in the audit bucket is no claim of a sync: {error}"))
            .hint("delete it, if no sync is at work")
    })
}
