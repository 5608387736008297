//! A project as `naru sync` has put it.

use std::sync::OnceLock;

use chrono_tz::Tz;
use naru_aws::{AwsLake, SmallObject, SmallObjects, SyncedBucket};
use naru_core::manifest::{MANIFEST_FILE, ManifestJobs};
use naru_core::project::{LakeSettings, PROJECT_FILE};
use naru_core::route::PlaceKind;
use naru_core::{JobName, Phase, PhysicalNames, Project};

use super::{Connection, Told};
use crate::aws::lake_of;
use crate::error::{CommandError, Exit};
use crate::sync::DAGS_PREFIX;
use crate::workspace::{SyncedFiles, Workspace};

/// The place that the calling program runs in: an AWS Lambda function.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Memory of the function, in MiB.
    pub memory_mib: u64,
    /// How long a run may take, in seconds.
    pub time_limit_seconds: f64,
}

/// Memory of the function that is no load's: the program, and what the runtime and the requests need.
const OWN_MEMORY_MIB: u64 = 256;
/// What a load needs at the least.
const LEAST_MEMORY_MIB: u64 = 64;

/// A project as it was synced, in one phase.
pub struct SyncedProject {
    pub(super) workspace: Workspace,
    pub(super) lake: AwsLake,
    defs_bucket: String,
    objects: SmallObjects,
    jobs: Vec<JobName>,
    names: OnceLock<Vec<(JobName, PhysicalNames)>>,
}

impl SyncedProject {
    /// Reads `naru.toml` from the defs bucket, and the manifest from the phase's dags bucket.
    ///
    /// # Errors
    /// What is missing there, or wrong; AWS's.
    pub fn open(connection: &Connection, defs_bucket: &str, phase: Phase, place: Place) -> Result<Self, Told> {
        let objects = SmallObjects::new(connection.0.clone());
        let settings = required(&objects, defs_bucket, PROJECT_FILE)?;
        let mut project = Project::parse(&String::from_utf8_lossy(&settings.bytes), PROJECT_FILE)
            .map_err(|faults| CommandError::faults(&format!("s3://{defs_bucket}/{PROJECT_FILE}"), &faults))?;
        require_account(&project, phase, connection)?;
        let (dags_bucket, key) = (PhysicalNames::dags_bucket(&project, phase), format!("{DAGS_PREFIX}{MANIFEST_FILE}"));
        let manifest = required(&objects, &dags_bucket, &key)?;
        let manifest = ManifestJobs::parse(&manifest.bytes, &format!("s3://{dags_bucket}/{key}"))
            .map_err(|fault| CommandError::faults("the manifest", &[fault]))?;
        if manifest.phase != phase {
            let message = format!("the manifest in {dags_bucket} is of phase {}, not {phase}", manifest.phase);
            return Err(CommandError::failed(message).hint("set NARU_PHASE to the function's phase").into());
        }
        project.route.place = PlaceKind::Lambda;
        project.route.lambda.memory_mib = place.memory_mib;
        project.route.lambda.time_limit_seconds = place.time_limit_seconds;
        let memory_mib = place.memory_mib.saturating_sub(OWN_MEMORY_MIB).max(LEAST_MEMORY_MIB);
        project.run.memory_mib = u32::try_from(memory_mib).unwrap_or(u32::MAX);
        let lake = lake_of(connection.0.clone(), &project, phase);
        let defs_bucket = defs_bucket.to_owned();
        let (jobs, files_objects) = (manifest.jobs, objects.clone());
        let files = SyncedFiles { jobs: jobs.clone(), defs_bucket: defs_bucket.clone(), objects: files_objects };
        let workspace = Workspace::synced(project, phase, files, lake.clone());
        Ok(Self { workspace, lake, defs_bucket, objects, jobs, names: OnceLock::new() })
    }

    /// The project's settings.
    pub fn settings(&self) -> &Project {
        &self.workspace.project
    }

    /// The phase.
    pub fn phase(&self) -> Phase {
        self.workspace.phase
    }

    /// The jobs that the manifest names, in order.
    pub fn jobs(&self) -> &[JobName] {
        &self.jobs
    }

    /// Whether this is the bucket that definitions land in.
    pub fn is_of_definitions(&self, bucket: &str) -> bool {
        bucket == self.defs_bucket
    }

    /// A file of the defs bucket; none if there is none.
    ///
    /// # Errors
    /// AWS's.
    pub fn definition_file(&self, key: &str) -> Result<Option<SmallObject>, Told> {
        Ok(self.objects.get(&self.defs_bucket, key).map_err(CommandError::from)?)
    }

    /// The ETag of a file of the defs bucket; none if there is none.
    ///
    /// # Errors
    /// AWS's.
    pub fn definition_etag(&self, key: &str) -> Result<Option<String>, Told> {
        Ok(self.objects.etag(&self.defs_bucket, key).map_err(CommandError::from)?)
    }

    /// Puts a file into the defs bucket that is no sync's.
    ///
    /// # Errors
    /// A bucket that is not encrypted as it must be; AWS's.
    pub fn put_beside_definition(&self, key: &str, bytes: Vec<u8>) -> Result<(), Told> {
        let bucket = SyncedBucket::new(self.lake.keys().clone(), self.defs_bucket.as_str());
        Ok(bucket.put_beside(key, bytes).map_err(CommandError::from)?)
    }

    /// The jobs with what follows from their names. Those whose names fail AWS's limits are left out: `naru sync` puts none.
    pub(super) fn names(&self) -> &[(JobName, PhysicalNames)] {
        let derive = |job: &JobName| {
            let names = PhysicalNames::derive(&self.workspace.project, self.workspace.phase, job).ok()?;
            Some((job.clone(), names))
        };
        self.names.get_or_init(|| self.jobs.iter().filter_map(derive).collect())
    }

    pub(super) fn zone(&self) -> Tz {
        self.workspace.project.time_zone
    }
}

/// A file that a sync must have put.
fn required(objects: &SmallObjects, bucket: &str, key: &str) -> Result<SmallObject, CommandError> {
    objects.get(bucket, key)?.ok_or_else(|| {
        CommandError::failed(format!("there is no s3://{bucket}/{key}"))
            .hint("`naru sync` puts it there; NARU_DEFS_BUCKET and NARU_PHASE say where the function looks")
    })
}

/// The phase must be on AWS, in the function's own account and region.
fn require_account(project: &Project, phase: Phase, connection: &Connection) -> Result<(), CommandError> {
    let lake = project.lake(phase).map_err(|fault| CommandError::faults(PROJECT_FILE, &[fault]))?;
    let LakeSettings::Aws { account, region } = lake else {
        let message = format!("phase {phase} has its lake on a machine, which no function reaches");
        return Err(CommandError::failed(message).with_exit(Exit::Usage));
    };
    let (own, here) = (connection.0.account().as_str(), connection.0.region());
    if account != own {
        return Err(CommandError::failed(format!("{PROJECT_FILE} is of account {account}, the function of {own}"))
            .hint("deploy it in the account that owns the phase's buckets"));
    }
    match region.as_deref() {
        Some(region) if region != here => {
            let message = format!("phase {phase} is in region {region}, the function in {here}");
            Err(CommandError::failed(message).hint("deploy it in the phase's region"))
        }
        _ => Ok(()),
    }
}
