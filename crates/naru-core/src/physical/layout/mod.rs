//! What a phase must have on AWS before its first job runs: its layout.
//!
//! ```text
//!  naru.toml ──┬─▶ levels × layers ─▶ buckets, keys, workgroups, what Glue's jobs have
//!  DAG files ──┴─▶ PhysicalNames ───▶ databases, jobs
//! ```
//!
//! Whoever builds the phase reads all names here, so that no second program derives one.

mod derive;

#[cfg(test)]
mod tests;

use chrono_tz::Tz;
use serde::{Serialize, Serializer};

use super::{
    BucketName, GlueDatabaseName, GlueJobName, GlueTableName, KeyAlias, KeyPrefix, Layer, RoleName,
    SecurityConfigurationName, TagValue, WorkgroupName,
};
use crate::{Fault, JobName, Level, Phase, Project};

/// What a phase must have on AWS. The same project and phase give the same layout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Layout {
    /// The organization.
    pub org: String,
    /// The phase.
    pub phase: Phase,
    /// AWS account, 12 digits; none unless `naru.toml` says it.
    pub account: Option<String>,
    /// AWS region of the phase; none unless `naru.toml` says it.
    pub region: Option<String>,
    /// The zone whose wall clock intervals follow.
    #[serde(serialize_with = "zone_name")]
    pub time_zone: Tz,
    /// Where the phase's lake is: `aws` or `embedded`.
    pub lake: &'static str,
    /// All personal-data levels, the lowest first.
    pub levels: Vec<Level>,
    /// Tags of everything in the phase.
    pub tags: LayoutTags,
    /// Buckets with their keys: those of levels first, then the shared ones.
    pub buckets: Vec<LayoutBucket>,
    /// Athena workgroups, one a level.
    pub workgroups: Vec<LayoutWorkgroup>,
    /// What Glue's jobs have.
    pub glue: LayoutGlue,
    /// Databases of the project's jobs, in the order of their names.
    pub databases: Vec<LayoutDatabase>,
    /// The project's jobs, in the order of their names.
    pub jobs: Vec<LayoutJob>,
}

/// Tags of everything in a phase; the fields' names are the tags' keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LayoutTags {
    /// The organization.
    pub org: TagValue,
    /// The phase.
    pub phase: Phase,
}

/// A bucket and its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LayoutBucket {
    /// What it is for.
    pub layer: Layer,
    /// Level of what it holds; none: it holds nothing of a level.
    pub level: Option<Level>,
    /// S3 bucket.
    pub name: BucketName,
    /// Alias of the KMS key that encrypts it, and nothing else.
    pub key_alias: KeyAlias,
}

/// An Athena workgroup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LayoutWorkgroup {
    /// The highest level that its queries read.
    pub level: Level,
    /// Its name.
    pub name: WorkgroupName,
    /// Bucket that results go to.
    pub results_bucket: BucketName,
    /// Alias of that bucket's key, which encrypts them.
    pub key_alias: KeyAlias,
}

/// What Glue's jobs have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LayoutGlue {
    /// Role and security configuration of each level.
    pub jobs: Vec<LayoutGlueLevel>,
    /// Name or ARN of the secret that holds the treatment key; none: Glue's runs have no key.
    pub treatment_key_secret: Option<String>,
}

/// What Glue's jobs of a level have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LayoutGlueLevel {
    /// The level.
    pub level: Level,
    /// Name or ARN of the role that their runs have.
    pub role: RoleName,
    /// Security configuration, which encrypts what they log.
    pub security_configuration: SecurityConfigurationName,
}

/// A database.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LayoutDatabase {
    /// As SQL says it.
    pub database: TagValue,
    /// As the Glue Data Catalog has it.
    pub name: GlueDatabaseName,
}

/// A job, as far as infrastructure has to know of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LayoutJob {
    /// The job's name.
    pub job: String,
    /// Its level.
    pub level: Level,
    /// Its source.
    pub source: TagValue,
    /// Its logical database.
    pub database: TagValue,
    /// Its Glue job.
    pub glue_job: GlueJobName,
    /// Its database in the Glue Data Catalog.
    pub glue_database: GlueDatabaseName,
    /// Its table there.
    pub glue_table: GlueTableName,
    /// The table of its rejected rows there.
    pub quarantine_table: GlueTableName,
    /// Where its files land in its landing bucket, with `{interval}` in the place of the interval's text.
    pub landing_prefix: KeyPrefix,
    /// Where its table is in its lake bucket, and the rejected rows in its quarantine bucket.
    pub table_location: KeyPrefix,
}

impl Layout {
    /// Derives the layout of a phase. `jobs` are all jobs of the project; there may be none yet.
    ///
    /// # Errors
    /// A fault for each name that AWS or Airflow would refuse, one if the phase has no lake, and one if a level's buckets
    /// are not the same for all jobs: what is built before the first job cannot depend on it.
    pub fn derive(project: &Project, phase: Phase, jobs: &[JobName]) -> Result<Self, Vec<Fault>> {
        derive::derive(project, phase, jobs)
    }
}

fn zone_name<S: Serializer>(zone: &Tz, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(zone.name())
}
