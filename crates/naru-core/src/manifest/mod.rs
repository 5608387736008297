//! The manifest: all that Airflow needs to know of a project's jobs, so that it neither parses names nor asks naru.
//!
//! ```text
//!  DAG files ─▶ JobName, needs ─┐
//!  definitions ─────────────────┼─▶ ManifestJob ─┐
//!  naru.toml ───────────────────┴────────────────┴─▶ Manifest, with the digest of its jobs
//! ```
//!
//! `docs/manifest.md` describes it for its readers.

mod canonical;
mod jobs;
mod page;

use std::collections::BTreeMap;

pub use jobs::ManifestJobs;
use serde::Serialize;
use serde_json::Value;

use crate::airflow::Runner;
use crate::needs::{Need, Slice};
use crate::{Cadence, JobName, Phase, PhysicalNames, Project, TableDefinition};

/// Version of the manifest's format.
pub const MANIFEST_FORMAT: u32 = 1;

/// The manifest's file, beside the DAG files.
pub const MANIFEST_FILE: &str = "naru-manifest.json";

/// All that Airflow needs to know of a project in one phase.
#[derive(Debug, Clone, Serialize)]
pub struct Manifest {
    /// [`MANIFEST_FORMAT`].
    pub format: u32,
    /// Version of naru that wrote it.
    pub naru_version: String,
    /// The phase.
    pub phase: Phase,
    /// The organization.
    pub org: String,
    /// The zone whose clocks intervals follow.
    pub time_zone: String,
    /// Directory of `naru.toml` on this machine, absolute; none where the phase's lake is on AWS.
    pub project: Option<String>,
    /// SHA-256 of `jobs` as canonical JSON: keys sorted, no spaces, UTF-8; in hexadecimal digits.
    pub digest: String,
    /// The commit that it was made from; none if that is not known.
    pub commit: Option<String>,
    /// What all DAGs have in common.
    pub airflow: ManifestAirflow,
    /// Whether runs are marked, so that a wait can ask `naru wait`.
    pub has_marks: bool,
    /// The jobs by their names.
    pub jobs: BTreeMap<String, ManifestJob>,
}

/// What all DAGs have in common; see [`crate::airflow::AirflowSettings`].
#[derive(Debug, Clone, Serialize)]
pub struct ManifestAirflow {
    retries: u32,
    retry_delay_seconds: u32,
    execution_timeout_seconds: u32,
    pool: String,
    owner: String,
    max_active_runs: u32,
    start_date: String,
    catchup: bool,
    wait_timeout_seconds: u32,
    wait_poll_seconds: u32,
    deferrable: bool,
    runner: Runner,
    runner_options: BTreeMap<String, Value>,
    naru_binary: String,
}

/// One job.
#[derive(Debug, Clone, Serialize)]
pub struct ManifestJob {
    /// Name of the DAG.
    pub dag_id: String,
    /// Name of its file.
    pub dag_file: String,
    /// The table definition, relative to the project.
    pub definition: String,
    /// As SQL says it.
    pub table: String,
    /// Segment of the name.
    pub source: String,
    /// Segment of the name.
    pub level: String,
    /// Segment of the name.
    pub mode: String,
    /// Segment of the name.
    pub engine: String,
    /// Segment of the name.
    pub cadence: String,
    /// Cron expression in the time zone, whose ticks are the bounds of the cadence's intervals; none on demand.
    pub schedule: Option<&'static str>,
    /// What must have succeeded before.
    pub needs: Vec<ManifestNeed>,
    /// For Airflow's web page.
    pub tags: Vec<String>,
    /// Who owns it.
    pub owner: String,
    /// What it does, in one line.
    pub description: String,
    /// A page about it, in Markdown.
    pub doc_md: String,
}

/// A need of a job.
#[derive(Debug, Clone, Serialize)]
pub struct ManifestNeed {
    /// The needed job.
    pub job: String,
    /// Within which slice.
    pub slice: Slice,
    /// The needed job's cadence.
    pub cadence: String,
    /// As the DAG file says it.
    pub written: String,
}

/// What a job's entry is made from.
#[derive(Debug, Clone, Copy)]
pub struct ManifestSource<'a> {
    /// The job.
    pub job: &'a JobName,
    /// What follows from its name in the phase.
    pub names: &'a PhysicalNames,
    /// Its table's definition.
    pub definition: &'a TableDefinition,
    /// What it needs.
    pub needs: &'a [Need],
}

/// What the manifest says of where it was made.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// Version of naru.
    pub naru_version: String,
    /// Directory of the project, where the phase's lake is on this machine.
    pub project: Option<String>,
    /// The commit.
    pub commit: Option<String>,
}

impl Manifest {
    /// Puts a manifest together.
    pub fn of<'a>(
        project: &Project,
        phase: Phase,
        origin: Origin,
        sources: impl IntoIterator<Item = ManifestSource<'a>>,
    ) -> Self {
        let jobs: BTreeMap<String, ManifestJob> =
            sources.into_iter().map(|source| (source.job.to_string(), job(project, source))).collect();
        Self {
            format: MANIFEST_FORMAT,
            naru_version: origin.naru_version,
            phase,
            org: project.org.clone(),
            time_zone: project.time_zone.name().into(),
            project: origin.project,
            digest: canonical::digest(&jobs),
            commit: origin.commit,
            airflow: airflow(project, phase),
            has_marks: project.marks.is_some(),
            jobs,
        }
    }

    /// As it stands in its file: indented JSON, the same for the same project and commit.
    ///
    /// # Errors
    /// A value that JSON cannot hold.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

impl Cadence {
    /// The cron expression whose ticks are the bounds of the cadence's intervals; none on demand.
    pub const fn cron(self) -> Option<&'static str> {
        match self {
            Self::H => Some("0 * * * *"),
            Self::D => Some("0 0 * * *"),
            Self::W => Some("0 0 * * 1"),
            Self::M => Some("0 0 1 * *"),
            Self::Q => Some("0 0 1 1,4,7,10 *"),
            Self::Y => Some("0 0 1 1 *"),
            Self::X => None,
        }
    }

    /// The cadence as a tag.
    const fn tag(self) -> &'static str {
        match self {
            Self::H => "hourly",
            Self::D => "daily",
            Self::W => "weekly",
            Self::M => "monthly",
            Self::Q => "quarterly",
            Self::Y => "yearly",
            Self::X => "on-demand",
        }
    }
}

fn job(project: &Project, source: ManifestSource<'_>) -> ManifestJob {
    let ManifestSource { job, names, definition, needs } = source;
    let (database, mode) = (job.database.as_str(), job.mode.as_str());
    ManifestJob {
        dag_id: names.dag.to_string(),
        dag_file: names.dag_file.to_string(),
        definition: definition.file().into(),
        table: job.qualified_table(),
        source: job.source.to_string(),
        level: job.level.to_string(),
        mode: mode.into(),
        engine: job.engine.to_string(),
        cadence: job.cadence.to_string(),
        schedule: job.cadence.cron(),
        needs: needs.iter().map(need).collect(),
        tags: [database, job.level.as_str(), mode, job.source.as_str(), job.cadence.tag()].map(Into::into).into(),
        owner: project.airflow.owner_of(database).into(),
        description: job.reads(),
        doc_md: page::of(source),
    }
}

fn need(need: &Need) -> ManifestNeed {
    ManifestNeed {
        job: need.job.to_string(),
        slice: need.slice,
        cadence: need.job.cadence.to_string(),
        written: need.written.clone(),
    }
}

fn airflow(project: &Project, phase: Phase) -> ManifestAirflow {
    let settings = &project.airflow;
    let options = settings.runner_options.iter();
    ManifestAirflow {
        retries: settings.retries,
        retry_delay_seconds: settings.retry_delay_seconds,
        execution_timeout_seconds: settings.execution_timeout_seconds,
        pool: settings.pool.clone(),
        owner: settings.owner.clone(),
        max_active_runs: settings.max_active_runs,
        start_date: settings.start_date.to_string(),
        catchup: settings.catchup,
        wait_timeout_seconds: settings.wait_timeout_seconds,
        wait_poll_seconds: settings.wait_poll_seconds,
        deferrable: settings.deferrable,
        runner: settings.runner,
        runner_options: options.map(|(key, value)| (key.clone(), filled(project, phase, value))).collect(),
        naru_binary: settings.naru_binary.clone(),
    }
}

fn filled(project: &Project, phase: Phase, value: &Value) -> Value {
    match value {
        Value::String(text) => project.filled(text, phase).into(),
        Value::Array(values) => values.iter().map(|value| filled(project, phase, value)).collect(),
        Value::Object(values) => {
            values.iter().map(|(key, value)| (key.clone(), filled(project, phase, value))).collect()
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use insta::assert_snapshot;
    use serde_json::json;

    use super::*;

    const DEFINITION: &str = "source,target,type,key,required,level,treatment,format,description\n\
        ACNT_NO,account_no,string,1,y,p2,hash,,계좌번호\nBAL_AMT,balance,\"decimal(18,2)\",,,p1,,,a | b\nOLD,,string,,,,,,\n";

    fn manifest(settings: &str) -> Manifest {
        let project = Project::parse(settings, "naru.toml").unwrap();
        let job: JobName = "core__deposit__account__p2__append__auto__m".parse().unwrap();
        let needed: JobName = "core__deposit__branch__p1__append__pl__d".parse().unwrap();
        let names = PhysicalNames::derive(&project, Phase::Qa, &job).unwrap();
        let definition = TableDefinition::parse(DEFINITION.as_bytes(), "table-defs/deposit/account.csv").unwrap();
        let needs = [Need { written: format!("{needed}@month"), job: needed, slice: Slice::Month }];
        let source = ManifestSource { job: &job, names: &names, definition: &definition, needs: &needs };
        Manifest::of(&project, Phase::Qa, Origin { naru_version: "1".into(), ..Origin::default() }, [source])
    }

    #[test]
    fn a_job_is_told_with_its_schedule_needs_and_page() {
        let manifest = manifest("org = \"acme\"\n[airflow.owners]\ndeposit = \"deposit-team\"");
        let job = manifest.jobs.values().next().unwrap();
        let told = serde_json::to_value(ManifestJob { doc_md: String::new(), ..job.clone() }).unwrap();
        let name = "core__deposit__account__p2__append__auto__m";
        let needed = "core__deposit__branch__p1__append__pl__d";
        let right = json!({
            "dag_id": name,
            "dag_file": format!("{name}.py"),
            "definition": "table-defs/deposit/account.csv",
            "table": "deposit.account",
            "source": "core",
            "level": "p2",
            "mode": "append",
            "engine": "auto",
            "cadence": "m",
            "schedule": "0 0 1 * *",
            "needs": [{"job": needed, "slice": "month", "cadence": "d", "written": format!("{needed}@month")}],
            "tags": ["deposit", "p2", "append", "core", "monthly"],
            "owner": "deposit-team",
            "description": "from core into deposit.account, personal data, rows appended, engine chosen by size, every month",
            "doc_md": "",
        });
        assert_eq!(told, right);
        assert_snapshot!(job.doc_md, @r"
        ### deposit.account

        From core into deposit.account, personal data, rows appended, engine chosen by size, every month.

        - files land in `acme-qa-landing-p2/core/deposit/account/{interval}/`
        - table `qa_deposit.account`, by definition `table-defs/deposit/account.csv`
        - small loads run in naru's own process, large ones on Spark: Glue job `acme-qa-core__deposit__account__p2__append__auto__m`; `naru route` says why
        - needs `core__deposit__branch__p1__append__pl__d`, all of its month

        | column | type | key | required | level | treatment | description |
        | --- | --- | --- | --- | --- | --- | --- |
        | account_no | string | 1 | yes | p2 | hash | 계좌번호 |
        | balance | decimal(18,2) | | | p1 | | a \| b |
        ");
    }

    #[test]
    fn the_digest_is_of_the_jobs_and_of_nothing_else() {
        let (one, other) = (manifest("org = \"acme\""), manifest("org = \"acme\"\n[airflow]\nretries = 7"));
        assert_eq!(one.digest, other.digest);
        assert_eq!((one.airflow.retries, other.airflow.retries), (3, 7));
        assert_ne!(one.digest, manifest("org = \"acme\"\n[airflow]\nowner = \"x\"").digest);
        assert_eq!(one.to_json().unwrap(), manifest("org = \"acme\"").to_json().unwrap());
    }

    #[test]
    fn a_runners_options_are_of_the_phase() {
        let options = "org = \"acme\"\n[airflow]\nrunner = \"ecs\"\n\
                       runner_options = { cluster = \"{org}-{phase}\", subnets = [\"{phase}-a\"], cpu = 512, task = \"t-{level}\" }";
        let airflow = serde_json::to_value(manifest(options).airflow).unwrap();
        assert_eq!(airflow["runner"], "ecs");
        // Whose level, each job says.
        let expected = json!({"cluster": "acme-qa", "subnets": ["qa-a"], "cpu": 512, "task": "t-{level}"});
        assert_eq!(airflow["runner_options"], expected);
    }
}
