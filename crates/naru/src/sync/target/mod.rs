//! Where a project is synced to: the buckets and Glue jobs of a phase on AWS, or the folder of an Airflow on this machine.

#[cfg(feature = "aws")]
mod aws;
mod folder;

use std::path::Path;

use naru_core::project::{LakeSettings, PROJECT_FILE};
use naru_core::sync::{FoundFile, Part, SyncRecord};

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
    fn write_record(&self, key: &str, record: &SyncRecord) -> Result<(), CommandError>;
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

/// A record as it is kept.
fn json(record: &SyncRecord) -> Result<Vec<u8>, CommandError> {
    serde_json::to_vec_pretty(record)
        .map_err(|error| CommandError::failed(format!("cannot write the record as JSON: {error}")))
}
