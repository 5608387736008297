//! Filling the templates, and collecting every name that is over a limit.

use super::{Bucket, INTERVAL_PLACEHOLDER, KeyPrefix, Layer, LimitError, MAX_PREFIX_BYTES, PhysicalNames, Tags};
use crate::name::SEPARATOR;
use crate::project::names::{
    BUCKET, DAG, DATABASE, GLUE_JOB, KEY_ALIAS, LANDING_PREFIX, QUARANTINE_TABLE, Row, SHARED_BUCKET, Setting, TABLE,
    TABLE_LOCATION, WORKGROUP,
};
use crate::project::template::{Placeholder, Template, Values};
use crate::{Fault, Interval, JobName, Phase, Project};

pub(super) fn derive(project: &Project, phase: Phase, job: &JobName) -> Result<PhysicalNames, Vec<Fault>> {
    let job_text = job.segments().join(SEPARATOR);
    let mut names = Names::of_phase(project, phase, &job_text);
    names.values = names
        .values
        .with(Placeholder::Level, job.level.as_str())
        .with(Placeholder::Source, job.source.as_str())
        .with(Placeholder::Database, job.database.as_str())
        .with(Placeholder::Table, job.table.as_str())
        .with(Placeholder::Interval, INTERVAL_PLACEHOLDER)
        .with(Placeholder::Job, &job_text);
    let derived = names.all(phase, job);
    let faults = names.faults;
    match derived {
        Some(derived) if faults.is_empty() => Ok(derived),
        _ => Err(faults),
    }
}

/// The alias of a bucket's key; as [`derive`] gives it for the buckets of a job.
pub(super) fn key_alias(project: &Project, phase: Phase, bucket: &str) -> String {
    let values = phase_values(project, phase).with(Placeholder::Bucket, bucket);
    project.names.key_alias.render(&values)
}

/// What every name of a phase may hold.
fn phase_values(project: &Project, phase: Phase) -> Values<'_> {
    Values::default()
        .with(Placeholder::Org, &project.org)
        .with(Placeholder::Phase, phase.as_str())
        .with(Placeholder::Account, project.account.as_deref().unwrap_or_default())
}

/// The bucket of the dags layer; as [`derive`] gives it.
pub(super) fn dags_bucket(project: &Project, phase: Phase) -> String {
    project.names.shared_bucket.render(&phase_values(project, phase).with(Placeholder::Layer, "dags"))
}

/// Names that are derived one by one, and the faults of those that are over a limit.
pub(super) struct Names<'a> {
    pub(super) project: &'a Project,
    pub(super) values: Values<'a>,
    /// What the faults are about: a job or a file.
    place: &'a str,
    pub(super) faults: Vec<Fault>,
}

impl<'a> Names<'a> {
    /// None yet, of a phase; what a job's names hold besides is left empty.
    pub(super) fn of_phase(project: &'a Project, phase: Phase, place: &'a str) -> Self {
        Self { project, values: phase_values(project, phase), place, faults: Vec::new() }
    }

    /// Every name; each is tried before the first that failed ends it.
    fn all(&mut self, phase: Phase, job: &JobName) -> Option<PhysicalNames> {
        let templates = &self.project.names;
        let [landing, lake, quarantine, results] =
            Layer::OF_LEVEL.map(|layer| self.bucket(&BUCKET, &templates.bucket, layer));
        let [code, dags, defs, audit] =
            Layer::SHARED.map(|layer| self.bucket(&SHARED_BUCKET, &templates.shared_bucket, layer));
        let landing_template = self.name(&LANDING_PREFIX, &templates.landing_prefix, KeyPrefix::new);
        if let Some(template) = &landing_template {
            self.check_longest_prefix(template.as_str().len(), job);
        }
        let table_location = self.name(&TABLE_LOCATION, &templates.table_location, KeyPrefix::new);
        let glue_database = self.name(&DATABASE, &templates.database, super::GlueDatabaseName::new);
        let glue_table = self.name(&TABLE, &templates.table, super::GlueTableName::new);
        let quarantine_table = self.name(&QUARANTINE_TABLE, &templates.quarantine_table, super::GlueTableName::new);
        if glue_table.is_some() && glue_table == quarantine_table {
            let message = "the table and its quarantine table have one name";
            self.faults.push(Fault::new(self.place, message).hint("change names.quarantine_table in naru.toml"));
        }
        let glue_job = self.name(&GLUE_JOB, &templates.glue_job, super::GlueJobName::new);
        let workgroup = self.name(&WORKGROUP, &templates.workgroup, super::WorkgroupName::new);
        let dag = self.name(&DAG, &templates.dag, super::DagId::new);
        let dag_file = self.within(super::DagFileName::new([self.place, ".py"].concat()), None);
        let source = self.within(super::TagValue::new(job.source.as_str()), None);
        let database = self.within(super::TagValue::new(job.database.as_str()), None);
        Some(PhysicalNames {
            job: self.place.into(),
            phase,
            landing: landing?,
            lake: lake?,
            quarantine: quarantine?,
            results: results?,
            code: code?,
            dags: dags?,
            defs: defs?,
            audit: audit?,
            landing_template: landing_template?,
            table_location: table_location?,
            glue_database: glue_database?,
            glue_table: glue_table?,
            quarantine_table: quarantine_table?,
            glue_job: glue_job?,
            workgroup: workgroup?,
            dag: dag?,
            dag_file: dag_file?,
            tags: Tags { level: job.level, source: source?, database: database? },
        })
    }

    pub(super) fn bucket(&mut self, row: &Row, template: &Template, layer: Layer) -> Option<Bucket> {
        self.values.set(Placeholder::Layer, layer.as_str());
        let text = template.render(&self.values);
        let alias = self.project.names.key_alias.render(&self.values.with(Placeholder::Bucket, &text));
        let name = self.within(super::BucketName::new(text), Some(row.setting()))?;
        let key_alias = self.within(super::KeyAlias::new(alias), Some(KEY_ALIAS.setting()))?;
        Some(Bucket { name, key_alias })
    }

    pub(super) fn name<T>(
        &mut self,
        row: &Row,
        template: &Template,
        check: impl FnOnce(String) -> Result<T, LimitError>,
    ) -> Option<T> {
        self.within(check(template.render(&self.values)), Some(row.setting()))
    }

    /// The name, or a fault that says which template made it.
    pub(super) fn within<T>(&mut self, name: Result<T, LimitError>, setting: Option<Setting>) -> Option<T> {
        let error = match name {
            Ok(name) => return Some(name),
            Err(error) => error,
        };
        let change = match setting {
            Some(setting) => format!("change {setting} or its parts in naru.toml"),
            None => "choose shorter names".into(),
        };
        self.faults.push(Fault::new(self.place, error.to_string()).hint(format!("{change}: {}", error.hint())));
        None
    }

    /// The landing prefix is checked with the longest text that an interval of the job can have.
    fn check_longest_prefix(&mut self, length: usize, job: &JobName) {
        let placeholders = self.project.names.landing_prefix.placeholders();
        let texts = placeholders.filter(|placeholder| *placeholder == Placeholder::Interval).count();
        let rest = length - texts * INTERVAL_PLACEHOLDER.len();
        let longest = rest + texts * Interval::max_text_bytes(job.cadence);
        if longest > MAX_PREFIX_BYTES {
            let message = format!("the landing prefix has {longest} characters with the longest interval");
            let hint = format!("naru allows {MAX_PREFIX_BYTES}, so that a file's name fits into S3's 1,024");
            self.faults.push(Fault::new(self.place, message).hint(hint));
        }
    }
}
