//! Filling the templates once a level, and what jobs add.

use std::collections::BTreeSet;

use super::{
    Layout, LayoutBucket, LayoutDatabase, LayoutGlue, LayoutGlueLevel, LayoutJob, LayoutTags, LayoutWorkgroup,
};
use crate::physical::derive::Names;
use crate::physical::{Layer, PhysicalNames, RoleName, SecurityConfigurationName, TagValue, WorkgroupName};
use crate::project::names::{BUCKET, SHARED_BUCKET, Setting, WORKGROUP};
use crate::project::template::Placeholder;
use crate::project::{LakeSettings, PROJECT_FILE};
use crate::{Fault, JobName, Level, Phase, Project};

const ROLE: Setting = Setting { table: "glue", key: "role" };
const SECURITY_CONFIGURATION: Setting = Setting { table: "glue", key: "security_configuration" };

pub(super) fn derive(project: &Project, phase: Phase, jobs: &[JobName]) -> Result<Layout, Vec<Fault>> {
    let (lake, region) = match project.lake(phase).map_err(|fault| vec![fault])? {
        LakeSettings::Embedded { .. } => ("embedded", None),
        LakeSettings::Aws { region, .. } => ("aws", region.clone()),
    };
    let mut names = Names::of_phase(project, phase, PROJECT_FILE);
    names.faults.extend(bucket_of_jobs(project));
    let org = names.within(TagValue::new(&project.org), None);
    let levels: Vec<Option<OfLevel>> = Level::ALL.iter().map(|level| names.level(*level)).collect();
    let shared = Layer::SHARED.map(|layer| names.layout_bucket(layer, None));
    let secret = project.glue.treatment_key_secret.as_ref();
    let treatment_key_secret = secret.map(|secret| secret.render(&names.values));
    let mut faults = names.faults;
    let jobs = jobs_of(project, phase, jobs, &mut faults);
    let levels: Option<Vec<OfLevel>> = levels.into_iter().collect();
    let shared: Option<Vec<LayoutBucket>> = shared.into_iter().collect();
    let (Some(org), Some(levels), Some(shared), true) = (org, levels, shared, faults.is_empty()) else {
        return Err(faults);
    };
    let mut buckets = Vec::new();
    let (mut workgroups, mut glue) = (Vec::new(), Vec::new());
    for level in levels {
        buckets.extend(level.buckets);
        workgroups.push(level.workgroup);
        glue.push(level.glue);
    }
    buckets.extend(shared);
    let databases: BTreeSet<LayoutDatabase> = jobs.iter().map(LayoutDatabase::of).collect();
    Ok(Layout {
        org: project.org.clone(),
        phase,
        account: project.account.clone(),
        region,
        time_zone: project.time_zone,
        lake,
        levels: Level::ALL.to_vec(),
        tags: LayoutTags { org, phase },
        buckets,
        workgroups,
        glue: LayoutGlue { jobs: glue, treatment_key_secret },
        databases: databases.into_iter().collect(),
        jobs,
    })
}

/// What there is once a level.
struct OfLevel {
    buckets: Vec<LayoutBucket>,
    workgroup: LayoutWorkgroup,
    glue: LayoutGlueLevel,
}

impl Names<'_> {
    fn level(&mut self, level: Level) -> Option<OfLevel> {
        self.values.set(Placeholder::Level, level.as_str());
        let templates = &self.project.names;
        let buckets = Layer::OF_LEVEL.map(|layer| self.layout_bucket(layer, Some(level)));
        let workgroup = self.name(&WORKGROUP, &templates.workgroup, WorkgroupName::new);
        let glue = &self.project.glue;
        let role = self.within(RoleName::new(glue.role.render(&self.values)), Some(ROLE));
        let security_configuration = glue.security_configuration.render(&self.values);
        let security_configuration =
            self.within(SecurityConfigurationName::new(security_configuration), Some(SECURITY_CONFIGURATION));
        let buckets: Vec<LayoutBucket> = buckets.into_iter().collect::<Option<_>>()?;
        let results = buckets.iter().find(|bucket| bucket.layer == Layer::Results)?;
        let workgroup = LayoutWorkgroup {
            level,
            name: workgroup?,
            results_bucket: results.name.clone(),
            key_alias: results.key_alias.clone(),
        };
        let glue = LayoutGlueLevel { level, role: role?, security_configuration: security_configuration? };
        Some(OfLevel { buckets, workgroup, glue })
    }

    fn layout_bucket(&mut self, layer: Layer, level: Option<Level>) -> Option<LayoutBucket> {
        let templates = &self.project.names;
        let (row, template) =
            if level.is_some() { (&BUCKET, &templates.bucket) } else { (&SHARED_BUCKET, &templates.shared_bucket) };
        let bucket = self.bucket(row, template, layer)?;
        Some(LayoutBucket { layer, level, name: bucket.name, key_alias: bucket.key_alias })
    }
}

/// A fault if buckets differ by what only a job has.
fn bucket_of_jobs(project: &Project) -> Option<Fault> {
    let of_job = |placeholder: &Placeholder| matches!(placeholder, Placeholder::Source | Placeholder::Database);
    let placeholder = project.names.bucket.placeholders().find(of_job)?;
    let message = format!("{} holds {placeholder}: a level has no bucket before it has a job", BUCKET.setting());
    let hint = format!("a layout needs buckets of layer and level alone, as in \"{}\"", BUCKET.default);
    Some(Fault::new(PROJECT_FILE, message).hint(hint))
}

/// The jobs that AWS takes, in the order of their names; a fault that is one of the phase is not told again for each.
fn jobs_of(project: &Project, phase: Phase, jobs: &[JobName], faults: &mut Vec<Fault>) -> Vec<LayoutJob> {
    let known: BTreeSet<String> = faults.iter().map(|fault| fault.message.clone()).collect();
    let mut derived = Vec::new();
    for job in jobs {
        match PhysicalNames::derive(project, phase, job) {
            Ok(names) => derived.push(LayoutJob::of(job, names)),
            Err(found) => faults.extend(found.into_iter().filter(|fault| !known.contains(&fault.message))),
        }
    }
    derived.sort_by(|one, other| one.job.cmp(&other.job));
    derived
}

impl LayoutJob {
    fn of(job: &JobName, names: PhysicalNames) -> Self {
        Self {
            job: names.job,
            level: job.level,
            source: names.tags.source,
            database: names.tags.database,
            glue_job: names.glue_job,
            glue_database: names.glue_database,
            glue_table: names.glue_table,
            quarantine_table: names.quarantine_table,
            landing_prefix: names.landing_template,
            table_location: names.table_location,
        }
    }
}

impl LayoutDatabase {
    fn of(job: &LayoutJob) -> Self {
        Self { database: job.database.clone(), name: job.glue_database.clone() }
    }
}
