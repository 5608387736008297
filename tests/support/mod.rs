//! A project in a temporary directory, and the binary to run on it.

pub(crate) mod aws;
pub(crate) mod cells;
pub(crate) mod merge_batches;
mod moto;
mod paused;
pub(crate) mod postgres;
#[allow(dead_code, reason = "the adapters' own tests use the rest")]
pub(crate) mod proxy;
mod spark;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) use paused::Paused;

/// What a command did.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// The same, when it ended well.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, 0, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// The same, when it ended with this code.
    #[track_caller]
    pub(crate) fn fails(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {}\n{}", self.stdout, self.stderr))
    }
}

/// A project in a temporary directory.
pub(crate) struct Project {
    pub(crate) dir: TempDir,
}

/// A program of the workspace. Another package's lies beside the tests' own, where the workspace is built as a whole.
pub(crate) fn program(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().unwrap().parent().unwrap().join(name);
    assert!(program.exists(), "there is no {}: build the workspace", program.display());
    program
}

/// The binary under test.
pub(crate) fn naru() -> Command {
    let mut command = Command::new(program("naru"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("NARU_") {
            command.env_remove(name);
        }
    }
    command.env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The Python that has PyIceberg; `tests/all` installs it.
pub(crate) fn python() -> Command {
    let python =
        std::env::var_os("NARU_TEST_PYTHON").map_or_else(|| repository().join(".venv/bin/python"), PathBuf::from);
    assert!(python.exists(), "there is no {}: run tests/all once, it installs what the tests need", python.display());
    let mut command = Command::new(python);
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

impl Project {
    /// An empty project of organisation `acme`.
    pub(crate) fn new() -> Self {
        let project = Self { dir: tempfile::tempdir().unwrap() };
        run(naru().args(["init", "--org", "acme"]).arg(project.path())).ok();
        project
    }

    /// A project with one job and its definition.
    pub(crate) fn with_job(job: &str, definition: &str) -> Self {
        let project = Self::new();
        project.job(job, definition);
        project
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Adds a job: its DAG file and its definition.
    pub(crate) fn job(&self, job: &str, definition: &str) {
        let segments: Vec<&str> = job.split("__").collect();
        self.write(&format!("table-defs/{}/{}.csv", segments[1], segments[2]), definition.as_bytes());
        self.write(&format!("dags/{job}.py"), b"from naru_airflow import job_dag\n\ndag = job_dag(__file__)\n");
    }

    /// Takes a job away.
    pub(crate) fn remove_job(&self, job: &str) {
        let segments: Vec<&str> = job.split("__").collect();
        std::fs::remove_file(self.path().join(format!("table-defs/{}/{}.csv", segments[1], segments[2]))).unwrap();
        std::fs::remove_file(self.path().join(format!("dags/{job}.py"))).unwrap();
    }

    /// Writes a file of the project.
    pub(crate) fn write(&self, relative: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path().join(relative);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// The directory that a job's interval lands in.
    pub(crate) fn landing(&self, job: &str, interval: &str) -> PathBuf {
        let s: Vec<&str> = job.split("__").collect();
        self.path().join(format!(".naru/lake/acme-dev-landing-{}/{}/{}/{}/{interval}", s[3], s[0], s[1], s[2]))
    }

    /// Drops a file for a job's interval.
    pub(crate) fn drop(&self, job: &str, interval: &str, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.landing(job, interval).join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// The binary, on this project.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = naru();
        command.arg("--project").arg(self.path()).args(args);
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

    /// The rows of a query.
    #[track_caller]
    pub(crate) fn query(&self, sql: &str) -> Vec<Value> {
        self.naru(&["query", sql, "--json"]).ok().json().as_array().unwrap().clone()
    }

    /// The first value of a query's first row.
    #[track_caller]
    pub(crate) fn value(&self, sql: &str) -> Value {
        self.query(sql)[0].as_object().unwrap().values().next().unwrap().clone()
    }

    /// The table as CSV, ordered by all that is asked for.
    #[track_caller]
    pub(crate) fn csv(&self, sql: &str) -> String {
        self.naru(&["query", sql, "--csv"]).ok().stdout
    }

    /// Has the independent reader (PyIceberg) check every table of the lake.
    #[track_caller]
    pub(crate) fn check_with_pyiceberg(&self) {
        let script = repository().join("tests/python/check_tables.py");
        run(python().arg(script).arg(self.lake()).arg("--json")).ok();
    }

    /// The embedded lake's directory.
    pub(crate) fn lake(&self) -> PathBuf {
        self.path().join(".naru/lake")
    }

    /// All files below the lake, with their sizes.
    pub(crate) fn lake_files(&self) -> Vec<(PathBuf, u64)> {
        let mut found = Vec::new();
        let mut directories = vec![self.lake()];
        while let Some(directory) = directories.pop() {
            for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
                let kind = entry.file_type().unwrap();
                if kind.is_dir() {
                    directories.push(entry.path());
                } else {
                    found.push((entry.path(), entry.metadata().unwrap().len()));
                }
            }
        }
        found.sort();
        found
    }
}
