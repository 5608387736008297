//! A project whose lake is on AWS, which here is moto.

use std::process::Command;

use serde_json::Value;

use super::moto::endpoint;
use super::{Project, Ran, naru, program, python, repository, run};

/// What stands for the environment of somebody who uses AWS.
pub(crate) const ENVIRONMENT: [(&str, &str); 5] = [
    ("AWS_ACCESS_KEY_ID", "test"),
    ("AWS_SECRET_ACCESS_KEY", "test"),
    ("AWS_REGION", "us-east-1"),
    // What boto3 calls it.
    ("AWS_DEFAULT_REGION", "us-east-1"),
    // Tests that fail on purpose do not wait for a third try.
    ("AWS_MAX_ATTEMPTS", "2"),
];

/// A project whose phase dev has its lake on AWS. Its organisation is its own: all tests share one moto.
pub(crate) struct AwsProject {
    pub(crate) project: Project,
    pub(crate) org: String,
}

impl AwsProject {
    /// A project with jobs and their definitions, and the buckets that they need.
    pub(crate) fn with_jobs(jobs: &[(&str, &str)]) -> Self {
        let aws = Self::without_buckets(jobs);
        aws.make_buckets();
        aws
    }

    /// The same, before anybody has made its buckets.
    pub(crate) fn without_buckets(jobs: &[(&str, &str)]) -> Self {
        let project = Project { dir: tempfile::tempdir().unwrap() };
        // A directory's random name, of which bucket names take letters and digits.
        let random: String = project.path().to_string_lossy().chars().rev().take(6).collect();
        let org = format!("t{}{}", std::process::id(), random.to_lowercase());
        let org = org.replace(|c: char| !c.is_ascii_alphanumeric(), "0");
        let settings = format!(
            "org = \"{org}\"\naccount = \"123456789012\"\n[phases.dev]\nlake = \"aws\"\n\
             [names]\ndatabase = \"{org}_{{phase}}_{{database}}\"\n"
        );
        project.write("naru.toml", settings.as_bytes());
        for (job, definition) in jobs {
            project.job(job, definition);
        }
        Self { project, org }
    }

    /// Makes the buckets that the project's jobs need.
    pub(crate) fn make_buckets(&self) {
        self.make_buckets_of("dev");
    }

    /// The same, in any phase.
    pub(crate) fn make_buckets_of(&self, phase: &str) {
        let naru = program("naru");
        let bin = naru.parent().unwrap();
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        let script = self
            .script("infrastructure.py", &[&self.project.path().to_string_lossy(), phase])
            .env("PATH", path)
            .output();
        assert!(script.as_ref().unwrap().status.success(), "{}", String::from_utf8_lossy(&script.unwrap().stderr));
    }

    /// Drops a file for a job's interval.
    pub(crate) fn drop(&self, job: &str, interval: &str, name: &str, bytes: impl AsRef<[u8]>) {
        self.drop_in("dev", job, interval, name, bytes);
    }

    /// The same, in any phase.
    pub(crate) fn drop_in(&self, phase: &str, job: &str, interval: &str, name: &str, bytes: impl AsRef<[u8]>) {
        let s: Vec<&str> = job.split("__").collect();
        let key = format!("{}/{}/{}/{interval}/{name}", s[0], s[1], s[2]);
        let file = self.project.write("dropped", bytes.as_ref());
        let location = format!("s3://{}-{phase}-landing-{}/{key}", self.org, s[3]);
        run(&mut self.script("put.py", &[&file.to_string_lossy(), &location])).ok();
    }

    /// The binary, on this project.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = naru();
        command.arg("--project").arg(self.project.path()).args(args);
        command.envs(ENVIRONMENT).env("AWS_ENDPOINT_URL", endpoint());
        command
    }

    /// Runs the binary on this project.
    pub(crate) fn naru(&self, args: &[&str]) -> Ran {
        run(&mut self.command(args))
    }

    /// `naru run JOB --date INTERVAL --json`.
    pub(crate) fn load(&self, job: &str, interval: &str) -> Ran {
        self.naru(&["run", job, "--date", interval, "--json"])
    }

    /// Loads and gives the report of the one run.
    #[track_caller]
    pub(crate) fn loaded(&self, job: &str, interval: &str) -> Value {
        self.load(job, interval).ok().json()[0].clone()
    }

    /// Where AWS answers.
    pub(crate) fn endpoint(&self) -> &'static str {
        endpoint()
    }

    /// The independent reader's report on one table; see [`Self::tables`].
    #[track_caller]
    pub(crate) fn table(&self, database: &str, table: &str) -> Value {
        self.tables()[&format!("{}_dev_{database}.{table}", self.org)].clone()
    }

    /// Has the independent reader (PyIceberg's `GlueCatalog`) check every table of the project, and gives its report.
    #[track_caller]
    pub(crate) fn tables(&self) -> serde_json::Map<String, Value> {
        let script = repository().join("tests/python/check_tables.py");
        let mut check = python();
        check.arg(script).args(["--glue", &format!("{}_dev_", self.org), "--json", "--rows"]);
        let report = run(check.envs(ENVIRONMENT).env("AWS_ENDPOINT_URL", endpoint())).ok().json();
        report["tables"].as_object().unwrap().clone()
    }

    /// A script of tests/aws.
    pub(crate) fn script(&self, name: &str, args: &[&str]) -> Command {
        let mut command = python();
        command.arg(repository().join("tests/aws").join(name)).args(args);
        command.envs(ENVIRONMENT).env("AWS_ENDPOINT_URL", endpoint());
        command
    }

    /// Runs Python with clients `s3`, `kms` and `glue` of moto, and what it prints as JSON.
    #[track_caller]
    pub(crate) fn boto3(&self, code: &str) -> Value {
        let clients = "import boto3, json\ns3, kms, glue = map(boto3.client, ('s3', 'kms', 'glue'))\n";
        let mut command = python();
        command.arg("-c").arg(format!("{clients}{code}"));
        run(command.envs(ENVIRONMENT).env("AWS_ENDPOINT_URL", endpoint())).ok().json()
    }
}
