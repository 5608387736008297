//! What a Glue job is: from the job's name, the phase and `naru.toml`, or as Glue has it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::project::Placeholder;
use crate::project::template::Values;
use crate::{JobName, PhysicalNames, Project};

/// Glue's version: Spark 3.5.6, Python 3.11, Iceberg 1.10.0.
pub const GLUE_VERSION: &str = "5.1";

/// The argument that says to which account buckets and catalog must belong.
const ACCOUNT_ARGUMENT: &str = "--account";

/// The argument that names the secret which holds the treatment key.
const KEY_SECRET_ARGUMENT: &str = "--treatment-key-secret";

/// What the kernel's wheel is built for: any Python from 3.9 on, and the machines of Glue.
const WHEEL_TAGS: &str = "cp39-abi3-manylinux_2_28_x86_64";

/// A Glue job, as far as it is naru's business; all else that a job may have stays as it is.
///
/// Nothing of a single load is in it, so that it is the same for every interval: how many workers a run has, and which
/// plan it executes, is said when the run is started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GlueJobSpec {
    /// The job's name in Glue.
    pub name: String,
    /// What it does, for people.
    pub description: String,
    /// Name or ARN of the IAM role that runs have.
    pub role: String,
    /// Version of Glue.
    pub glue_version: String,
    /// Kind of program: `glueetl` is Spark.
    pub command: String,
    /// Major version of Python.
    pub python_version: String,
    /// `s3://` location of the program.
    pub script_location: String,
    /// What a worker is, as `G.1X`.
    pub worker_type: String,
    /// Workers of a run that does not say how many it has.
    pub workers: u32,
    /// When a run is stopped, in minutes.
    pub timeout_minutes: u32,
    /// Most runs at once.
    pub max_concurrent_runs: u32,
    /// How often Glue itself runs a failed run again.
    pub max_retries: u32,
    /// Whether runs wait for room where a limit is reached, instead of being refused.
    pub queues: bool,
    /// `STANDARD` or `FLEX`.
    pub execution_class: String,
    /// Name of the Glue security configuration; empty for none.
    pub security_configuration: String,
    /// Arguments of every run, unless the run has its own.
    pub default_arguments: BTreeMap<String, String>,
    /// Arguments that no run can change.
    pub fixed_arguments: BTreeMap<String, String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The Spark program, as `naru sync` uploads it: keys in the code bucket. A version has keys of its own, so that what a
/// job runs changes with the job, and with nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SparkProgram {
    /// Key of the script that Glue starts.
    pub script: String,
    /// Keys of the program's packages, as `.zip` or `.py`; for `--extra-py-files`.
    pub packages: Vec<String>,
    /// Keys of wheels; for `--additional-python-modules`.
    pub wheels: Vec<String>,
}

impl SparkProgram {
    /// The keys of a version of the program.
    pub fn of_version(version: &str) -> Self {
        let prefix = format!("spark/{version}");
        Self {
            script: format!("{prefix}/main.py"),
            packages: vec![format!("{prefix}/naru_spark.zip")],
            wheels: vec![format!("{prefix}/naru_decode-{version}-{WHEEL_TAGS}.whl")],
        }
    }

    /// All of them.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        [&self.script].into_iter().chain(&self.packages).chain(&self.wheels).map(String::as_str)
    }
}

impl GlueJobSpec {
    /// The Glue job that a name derives.
    pub fn derive(project: &Project, job: &JobName, names: &PhysicalNames, program: &SparkProgram) -> Self {
        let values = Values::default()
            .with(Placeholder::Org, &project.org)
            .with(Placeholder::Phase, names.phase.as_str())
            .with(Placeholder::Level, job.level.as_str())
            .with(Placeholder::Account, project.account.as_deref().unwrap_or_default());
        let glue = &project.glue;
        Self {
            name: names.glue_job.as_str().into(),
            description: format!("naru: loads {} from {}", job.qualified_table(), job.source),
            role: glue.role.render(&values),
            glue_version: GLUE_VERSION.into(),
            command: "glueetl".into(),
            python_version: "3".into(),
            script_location: in_code(names, &program.script),
            worker_type: glue.worker_type.as_str().into(),
            workers: project.route.spark.min_workers,
            timeout_minutes: glue.timeout_minutes,
            max_concurrent_runs: glue.max_concurrent_runs,
            // Who asked for the run decides whether it is run again: a run that Glue started by itself would be
            // nobody's.
            max_retries: 0,
            // What finds no room is refused, and ends in "try again later", instead of waiting unseen.
            queues: false,
            execution_class: "STANDARD".into(),
            security_configuration: glue.security_configuration.render(&values),
            default_arguments: default_arguments(project, names, program, &values),
            fixed_arguments: BTreeMap::new(),
            tags: tags(names),
        }
    }
}

/// Source of the arguments' names: AWS Glue Developer Guide, "Using job parameters in AWS Glue jobs".
fn default_arguments(
    project: &Project,
    names: &PhysicalNames,
    program: &SparkProgram,
    values: &Values<'_>,
) -> BTreeMap<String, String> {
    let list = |keys: &[String]| keys.iter().map(|key| in_code(names, key)).collect::<Vec<_>>().join(",");
    let mut arguments = BTreeMap::from([
        // Glue's own Iceberg.
        ("--datalake-formats".to_owned(), "iceberg".to_owned()),
        // Glue's notes of what was read: the load plan says that.
        ("--job-bookmark-option".to_owned(), "job-bookmark-disable".to_owned()),
    ]);
    // Whose buckets and catalog the program takes for the right ones.
    arguments.extend(project.account.clone().map(|account| (ACCOUNT_ARGUMENT.to_owned(), account)));
    let secret = project.glue.treatment_key_secret.as_ref();
    arguments.extend(secret.map(|secret| (KEY_SECRET_ARGUMENT.to_owned(), secret.render(values))));
    if !program.packages.is_empty() {
        arguments.insert("--extra-py-files".into(), list(&program.packages));
    }
    if !program.wheels.is_empty() {
        arguments.insert("--additional-python-modules".into(), list(&program.wheels));
    }
    arguments
}

fn tags(names: &PhysicalNames) -> BTreeMap<String, String> {
    let tags = &names.tags;
    BTreeMap::from([
        ("level".to_owned(), tags.level.as_str().to_owned()),
        ("source".to_owned(), tags.source.as_str().to_owned()),
        ("database".to_owned(), tags.database.as_str().to_owned()),
    ])
}

fn in_code(names: &PhysicalNames, key: &str) -> String {
    format!("s3://{}/{key}", names.code.name)
}
