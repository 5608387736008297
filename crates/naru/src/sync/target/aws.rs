//! The buckets and Glue jobs of a phase on AWS.

use naru_aws::{AwsGlueJobs, SyncedBucket};
use naru_core::glue_job::{GlueJobSpec, ensure_by_sync, look_for_differences};
use naru_core::project::PROJECT_FILE;
use naru_core::sync::{CLAIM_KEY, FoundFile, Part, SyncClaim};

use super::SyncTarget;
use super::folder::no_jobs;
use crate::error::CommandError;
use crate::parallel::requests;
use crate::project_jobs::ProjectJobs;
use crate::sync::aws_contents::DAGS_PREFIX;
use crate::sync::contents::{Content, Contents, digest};
use crate::sync::plan::JobStep;
use crate::workspace::Workspace;

/// Where the program's versions are in the code bucket.
const PROGRAM_PREFIX: &str = "spark/";

/// The shared buckets of a phase, and its Glue jobs.
pub(crate) struct AwsTarget {
    defs: SyncedBucket,
    code: SyncedBucket,
    dags: SyncedBucket,
    audit: SyncedBucket,
    jobs: AwsGlueJobs,
    /// Directory of the definitions in the project.
    table_defs: String,
}

impl AwsTarget {
    pub(crate) fn of(workspace: &Workspace, jobs: &ProjectJobs) -> Result<Self, CommandError> {
        let names = &jobs.0.first().ok_or_else(no_jobs)?.names;
        let lake = workspace.aws_lake()?;
        let bucket =
            |bucket: &naru_core::physical::Bucket| SyncedBucket::new(lake.keys().clone(), bucket.name.as_str());
        Ok(Self {
            defs: bucket(&names.defs),
            code: bucket(&names.code),
            dags: bucket(&names.dags),
            audit: bucket(&names.audit),
            jobs: AwsGlueJobs::new(lake.keys().session().clone()),
            table_defs: format!("{}/", workspace.project.table_defs.trim_end_matches('/')),
        })
    }

    fn bucket(&self, part: Part) -> &SyncedBucket {
        match part {
            Part::Definitions => &self.defs,
            Part::Program => &self.code,
            Part::Manifest | Part::Dags => &self.dags,
        }
    }
}

impl SyncTarget for AwsTarget {
    fn found(&self, contents: &Contents) -> Result<Vec<FoundFile>, CommandError> {
        let version = format!("{PROGRAM_PREFIX}{}/", env!("CARGO_PKG_VERSION"));
        let mut found = Vec::new();
        let places = [
            (Part::Definitions, PROJECT_FILE),
            (Part::Definitions, self.table_defs.as_str()),
            (Part::Program, version.as_str()),
            (Part::Dags, DAGS_PREFIX),
        ];
        for (part, prefix) in places {
            for (key, digest) in self.bucket(part).list(prefix)? {
                let is_manifest = contents.get(Part::Manifest, &key).is_some();
                found.push(FoundFile { part: if is_manifest { Part::Manifest } else { part }, key, digest });
            }
        }
        Ok(found)
    }

    fn location(&self, part: Part, key: &str) -> String {
        self.bucket(part).location(key)
    }

    fn put(&self, content: &Content) -> Result<(), CommandError> {
        let file = &content.file;
        Ok(self.bucket(file.part).put(&file.key, content.bytes.clone(), &file.digest)?)
    }

    fn remove(&self, part: Part, key: &str) -> Result<(), CommandError> {
        Ok(self.bucket(part).remove(key)?)
    }

    fn job_steps(&self, contents: &Contents) -> Result<Vec<JobStep>, CommandError> {
        let looked = requests(&contents.glue_jobs, |spec: &GlueJobSpec| -> Result<JobStep, CommandError> {
            Ok(JobStep { job: spec.name.clone(), differences: look_for_differences(&self.jobs, spec)? })
        });
        let steps = looked.into_iter().collect::<Result<Vec<JobStep>, CommandError>>()?;
        Ok(steps.into_iter().filter(|step| !step.differences.is_empty()).collect())
    }

    fn gone_jobs(&self, contents: &Contents) -> Result<Vec<String>, CommandError> {
        let of_phase = self.jobs.with_program_below(&self.code.location(PROGRAM_PREFIX))?;
        Ok(of_phase.into_iter().filter(|name| !contents.glue_jobs.iter().any(|spec| spec.name == *name)).collect())
    }

    fn ensure_job(&self, contents: &Contents, job: &str) -> Result<(), CommandError> {
        if let Some(spec) = contents.glue_jobs.iter().find(|spec| spec.name == job) {
            ensure_by_sync(&self.jobs, spec)?;
        }
        Ok(())
    }

    fn remove_job(&self, job: &str) -> Result<(), CommandError> {
        Ok(self.jobs.remove(job)?)
    }

    fn write_record(&self, key: &str, json: Vec<u8>) -> Result<(), CommandError> {
        let digest = digest(&json);
        Ok(self.audit.put(key, json, &digest)?)
    }

    fn record(&self, key: &str) -> Result<Option<Vec<u8>>, CommandError> {
        Ok(self.audit.get(key)?.map(|object| object.bytes))
    }

    fn claim(&self) -> Result<Option<(SyncClaim, String)>, CommandError> {
        let Some(object) = self.audit.get(CLAIM_KEY)? else { return Ok(None) };
        Ok(Some((super::read_claim(&object.bytes)?, object.etag)))
    }

    fn put_claim(&self, claim: &SyncClaim, over: Option<&str>) -> Result<Option<String>, CommandError> {
        Ok(self.audit.put_over(CLAIM_KEY, super::json(claim)?, over)?)
    }
}
