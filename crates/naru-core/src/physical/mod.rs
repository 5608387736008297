//! Physical names: all that follows from a job's name in one phase of a project.
//!
//! ```text
//!  JobName ─┐
//!  Phase ───┼─ templates of naru.toml ─▶ names ─ limits of AWS and Airflow ─▶ PhysicalNames
//!  Project ─┘
//! ```

mod alphabet;
mod derive;
mod layer;
mod layout;
mod limits;
mod workgroup;

#[cfg(test)]
mod tests;

use serde::Serialize;

pub use layer::Layer;
pub use layout::{
    Layout, LayoutBucket, LayoutDatabase, LayoutGlue, LayoutGlueLevel, LayoutJob, LayoutTags, LayoutWorkgroup,
};
pub use limits::{
    BucketName, DagFileName, DagId, GlueDatabaseName, GlueJobName, GlueTableName, KeyAlias, KeyPrefix, LimitError,
    MAX_PREFIX_BYTES, RoleName, SecurityConfigurationName, TagValue, WorkgroupName,
};

use crate::{Fault, Interval, JobName, Level, Phase, Project};

/// What stands for an interval's text in [`PhysicalNames::landing_template`].
pub const INTERVAL_PLACEHOLDER: &str = "{interval}";

/// All that follows from a job's name in one phase; within the limits of AWS and Airflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PhysicalNames {
    /// The job's name.
    pub job: String,
    /// The phase.
    pub phase: Phase,
    /// Where sources drop files of the job's level.
    pub landing: Bucket,
    /// Tables of the job's level.
    pub lake: Bucket,
    /// Rejected rows of the job's level.
    pub quarantine: Bucket,
    /// Athena's results of queries that read the job's level.
    pub results: Bucket,
    /// Programs that Glue runs.
    pub code: Bucket,
    /// DAG files.
    pub dags: Bucket,
    /// Table definitions.
    pub defs: Bucket,
    /// Who did what.
    pub audit: Bucket,
    /// Where the job's files land in the landing bucket, with `{interval}` in the place of the interval's text.
    #[serde(rename = "landing_prefix")]
    pub landing_template: KeyPrefix,
    /// Where the table is in the lake's bucket, and its rejected rows in the quarantine's.
    pub table_location: KeyPrefix,
    /// Database in the Glue Data Catalog.
    pub glue_database: GlueDatabaseName,
    /// Table in the Glue Data Catalog.
    pub glue_table: GlueTableName,
    /// Table of the rejected rows in the Glue Data Catalog.
    pub quarantine_table: GlueTableName,
    /// Glue job.
    pub glue_job: GlueJobName,
    /// Athena workgroup that reads the job's level.
    pub workgroup: WorkgroupName,
    /// Airflow DAG.
    pub dag: DagId,
    /// The DAG's file, in the project's DAG folder.
    pub dag_file: DagFileName,
    /// Tags of everything that belongs to the job, on AWS and in Lake Formation.
    pub tags: Tags,
}

/// A bucket and its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bucket {
    /// S3 bucket.
    pub name: BucketName,
    /// Alias of the KMS key that encrypts it, and nothing else.
    pub key_alias: KeyAlias,
}

/// Tags of everything that belongs to a job; the fields' names are the tags' keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tags {
    /// The job's personal-data level.
    pub level: Level,
    /// The job's source.
    pub source: TagValue,
    /// The job's logical database.
    pub database: TagValue,
}

impl PhysicalNames {
    /// Derives every name of a job in a phase.
    ///
    /// # Errors
    /// A fault of the job for each name that AWS or Airflow would refuse, with the page that says so.
    pub fn derive(project: &Project, phase: Phase, job: &JobName) -> Result<Self, Vec<Fault>> {
        derive::derive(project, phase, job)
    }

    /// The alias of a bucket's KMS key in a phase, of any job: of a bucket that is written to, only the name is known.
    pub fn key_alias(project: &Project, phase: Phase, bucket: &str) -> String {
        derive::key_alias(project, phase, bucket)
    }

    /// The bucket of the dags layer in a phase, which needs no job to be known.
    pub fn dags_bucket(project: &Project, phase: Phase) -> String {
        derive::dags_bucket(project, phase)
    }

    /// Where an interval's files land, in the landing bucket (or folder): `corebank/deposit/account/2026-11-22/`.
    pub fn landing_prefix(&self, interval: &Interval) -> String {
        self.landing_template.as_str().replace(INTERVAL_PLACEHOLDER, &interval.text)
    }

    /// Every name with what it names, in the order of `naming-convention.md`.
    pub fn rows(&self) -> Vec<(&'static str, &str)> {
        let Self { landing, lake, quarantine, results, code, dags, defs, audit, .. } = self;
        vec![
            ("landing bucket", landing.name.as_str()),
            ("landing key", landing.key_alias.as_str()),
            ("lake bucket", lake.name.as_str()),
            ("lake key", lake.key_alias.as_str()),
            ("quarantine bucket", quarantine.name.as_str()),
            ("quarantine key", quarantine.key_alias.as_str()),
            ("results bucket", results.name.as_str()),
            ("results key", results.key_alias.as_str()),
            ("code bucket", code.name.as_str()),
            ("code key", code.key_alias.as_str()),
            ("dags bucket", dags.name.as_str()),
            ("dags key", dags.key_alias.as_str()),
            ("defs bucket", defs.name.as_str()),
            ("defs key", defs.key_alias.as_str()),
            ("audit bucket", audit.name.as_str()),
            ("audit key", audit.key_alias.as_str()),
            ("landing prefix", self.landing_template.as_str()),
            ("table location", self.table_location.as_str()),
            ("Glue database", self.glue_database.as_str()),
            ("Glue table", self.glue_table.as_str()),
            ("quarantine table", self.quarantine_table.as_str()),
            ("Glue job", self.glue_job.as_str()),
            ("workgroup", self.workgroup.as_str()),
            ("DAG", self.dag.as_str()),
            ("DAG file", self.dag_file.as_str()),
            ("tag level", self.tags.level.as_str()),
            ("tag source", self.tags.source.as_str()),
            ("tag database", self.tags.database.as_str()),
        ]
    }
}
