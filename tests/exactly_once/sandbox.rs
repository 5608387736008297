//! A project of one job in a directory that is gone after the test: a lake, a landing, plans.
//!
//! ```text
//! <directory>/lake/…      the lake
//! <directory>/landing/…   what was delivered: an interval's files, in a directory of the interval's name
//! <directory>/saved-…     the lake at another time
//! ```

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use naru_core::evolution::EvolutionPolicy;
use naru_core::plan::{PLAN_VERSION, QuarantineTarget, RunIdentity, SourceCompression, SourceFile, Target};
use naru_core::{Engine, Interval, JobName, LoadPlan, Phase, PhysicalNames, Project, TableDefinition};
use naru_lake::LandingStore;
use naru_local::{DirectoryLanding, EmbeddedLake, path_to_location};
use tempfile::TempDir;

/// A project of one job.
pub(crate) struct Sandbox {
    directory: TempDir,
    project: Project,
    job: JobName,
    names: PhysicalNames,
}

impl Sandbox {
    /// An empty lake, in memory where the machine has a directory for that.
    pub(crate) fn new(job: &str) -> Self {
        let in_memory = Path::new("/dev/shm");
        let directory = if in_memory.is_dir() { TempDir::new_in(in_memory) } else { TempDir::new() }.unwrap();
        let project = Project::parse("org = \"acme\"\n", "naru.toml").unwrap();
        let job = JobName::parse(job).unwrap();
        let names = PhysicalNames::derive(&project, Phase::Dev, &job).unwrap();
        Self { directory, project, job, names }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn lake_path(&self) -> PathBuf {
        self.path().join("lake")
    }

    /// Opens the lake, as each command does.
    pub(crate) fn lake(&self) -> EmbeddedLake {
        EmbeddedLake::init(&self.lake_path()).unwrap()
    }

    /// Physical database and table.
    pub(crate) fn table(&self) -> (&str, &str) {
        (self.names.glue_database.as_str(), self.names.glue_table.as_str())
    }

    /// Physical database and table of the rows that did not fit.
    pub(crate) fn quarantine(&self) -> (&str, &str) {
        (self.names.glue_database.as_str(), self.names.quarantine_table.as_str())
    }

    pub(crate) fn interval(&self, text: &str) -> Interval {
        Interval::parse(self.job.cadence, text, self.project.time_zone).unwrap()
    }

    fn landing(&self, interval: &str) -> PathBuf {
        self.path().join("landing").join(interval)
    }

    /// Makes these the interval's files. Of two deliveries those with the same `version` and texts are the same files.
    pub(crate) fn deliver(&self, interval: &str, version: u64, texts: &[String]) {
        let landing = self.landing(interval);
        if landing.exists() {
            fs::remove_dir_all(&landing).unwrap();
        }
        fs::create_dir_all(&landing).unwrap();
        for (n, text) in texts.iter().enumerate() {
            let path = landing.join(format!("{n}.csv"));
            fs::write(&path, text).unwrap();
            let modified = UNIX_EPOCH + Duration::from_secs(1_700_000_000 + version);
            File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
        }
    }

    /// The plan of a run, as `naru plan` makes it of a definition and what has landed.
    pub(crate) fn plan(&self, definition: &str, interval: &str) -> LoadPlan {
        let definition = TableDefinition::parse(definition.as_bytes(), "table.csv").unwrap();
        let (landing, sources) = self.landed(interval);
        let bucket = path_to_location(&self.lake_path().join(self.names.lake.name.as_str())).unwrap();
        let location = format!("{bucket}/{}", self.names.table_location.as_str());
        let (database, table) = self.table();
        let quarantine = path_to_location(&self.lake_path().join(self.names.quarantine.name.as_str())).unwrap();
        LoadPlan {
            version: PLAN_VERSION,
            job: self.job.to_string(),
            phase: Phase::Dev.to_string(),
            run: RunIdentity {
                source: self.job.source.to_string(),
                database: self.job.database.to_string(),
                table: self.job.table.to_string(),
                interval: interval.into(),
            },
            interval: self.interval(interval),
            mode: self.job.mode,
            replace: definition.replace(),
            engine: Engine::Pl,
            reason: "the test says so".into(),
            level: self.job.level,
            sources,
            dialect: definition.dialect().clone(),
            columns: definition.plan_columns(self.job.level),
            target: Target {
                database: database.into(),
                table: table.into(),
                location: location.trim_end_matches('/').into(),
                spec: definition.table_spec_for(self.job.mode),
            },
            quarantine: QuarantineTarget {
                database: database.into(),
                table: self.names.quarantine_table.to_string(),
                location: format!("{}/{}", quarantine, self.names.table_location.as_str().trim_end_matches('/')),
            },
            merge: definition.merge().clone(),
            evolution: EvolutionPolicy::Evolve,
            reject_limit: definition.reject_limit(),
            empty: definition.empty(),
            control: None,
            landing,
        }
    }

    /// The plan of a run of another interval, by the same definition.
    pub(crate) fn plan_like(&self, plan: &LoadPlan, interval: &str) -> LoadPlan {
        let (landing, sources) = self.landed(interval);
        let run = RunIdentity { interval: interval.into(), ..plan.run.clone() };
        LoadPlan { run, interval: self.interval(interval), landing, sources, ..plan.clone() }
    }

    fn landed(&self, interval: &str) -> (String, Vec<SourceFile>) {
        let landing = format!("{}/", path_to_location(&self.landing(interval)).unwrap());
        let landed = futures::executor::block_on(DirectoryLanding.list(&landing)).unwrap();
        let sources = landed.into_iter().map(|file| SourceFile {
            compression: SourceCompression::of_name(&file.location),
            size_bytes: file.size_bytes,
            etag: file.etag,
            modified: file.modified.into(),
            location: file.location,
            control: None,
        });
        (landing, sources.collect())
    }

    /// Keeps a copy of the lake as it is now.
    pub(crate) fn save(&self, name: &str) {
        replace_by_copy(&self.lake_path(), &self.saved(name));
    }

    /// Makes the lake what it was when it was saved.
    pub(crate) fn restore(&self, name: &str) {
        replace_by_copy(&self.saved(name), &self.lake_path());
    }

    fn saved(&self, name: &str) -> PathBuf {
        self.path().join(format!("saved-{name}"))
    }
}

fn replace_by_copy(from: &Path, to: &Path) {
    if to.exists() {
        fs::remove_dir_all(to).unwrap();
    }
    copy(from, to);
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).into_iter().flatten() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
