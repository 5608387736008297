//! A project on disk, or as `naru sync` has put it: `naru.toml`, the table definitions, the DAG files, and the phase's lake.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use naru_core::check::CheckedDefinition;
use naru_core::definition::TableDefinition;
use naru_core::project::{LakeSettings, PROJECT_FILE, Project};
use naru_core::{JobName, Phase};
use naru_local::EmbeddedLake;

#[cfg(feature = "aws")]
use crate::aws::SharedAwsLake;
use crate::cli::Global;
use crate::error::{CommandError, Exit};
use crate::parallel::in_parallel;
use crate::phase_lake::PhaseLake;
use crate::treatment_key::LocalKey;

/// A project on disk, or as it was synced.
pub(crate) struct Workspace {
    /// Directory of `naru.toml`.
    pub(crate) root: PathBuf,
    pub(crate) project: Project,
    pub(crate) phase: Phase,
    /// What Spark lacks on this machine, once somebody has asked.
    pub(crate) spark_missing: OnceLock<Vec<String>>,
    files: ProjectFiles,
    #[cfg(feature = "aws")]
    aws: SharedAwsLake,
}

/// Where a project's jobs and definitions are.
enum ProjectFiles {
    /// In its directory.
    Directory,
    /// Where `naru sync` has put them.
    #[cfg(feature = "aws")]
    Synced(SyncedFiles),
}

/// A project where `naru sync` has put it.
#[cfg(feature = "aws")]
pub(crate) struct SyncedFiles {
    /// The jobs that the manifest names, in order.
    pub(crate) jobs: Vec<JobName>,
    /// The bucket of the definitions.
    pub(crate) defs_bucket: String,
    pub(crate) objects: naru_aws::SmallObjects,
}

impl Workspace {
    /// Finds and reads the project.
    pub(crate) fn open(global: &Global) -> Result<Self, CommandError> {
        let root = match &global.project {
            Some(root) if root.join(PROJECT_FILE).is_file() => root.clone(),
            Some(root) => {
                return Err(CommandError::usage(format!("there is no {PROJECT_FILE} in {}", root.display()))
                    .hint("`naru init DIR` makes an empty project, `naru demo DIR` a small bank"));
            }
            None => find_upwards()?,
        };
        let path = root.join(PROJECT_FILE);
        let text = std::fs::read_to_string(&path).map_err(|error| CommandError::io("read", &path, &error))?;
        let project =
            Project::parse(&text, PROJECT_FILE).map_err(|faults| CommandError::faults(PROJECT_FILE, &faults))?;
        let phase = global.phase.unwrap_or(project.phase);
        Ok(Self::new(root, project, phase))
    }

    /// As [`Self::open`], or an example's settings where there is no project.
    pub(crate) fn open_or_example(global: &Global) -> Result<Self, CommandError> {
        match Self::open(global) {
            Err(error) if global.project.is_none() && error.exit() == Exit::Usage => {
                let project = Project::parse(EXAMPLE_PROJECT, PROJECT_FILE)
                    .map_err(|faults| CommandError::faults(PROJECT_FILE, &faults))?;
                let phase = global.phase.unwrap_or(project.phase);
                Ok(Self::new(PathBuf::from("."), project, phase))
            }
            opened => opened,
        }
    }

    fn new(root: PathBuf, project: Project, phase: Phase) -> Self {
        Self {
            root,
            project,
            phase,
            spark_missing: OnceLock::new(),
            files: ProjectFiles::Directory,
            #[cfg(feature = "aws")]
            aws: SharedAwsLake::default(),
        }
    }

    /// A project as it was synced, whose phase has this lake.
    #[cfg(feature = "aws")]
    pub(crate) fn synced(project: Project, phase: Phase, files: SyncedFiles, lake: naru_aws::AwsLake) -> Self {
        let directory = Self::new(PathBuf::from("."), project, phase);
        Self { files: ProjectFiles::Synced(files), aws: SharedAwsLake::of(lake), ..directory }
    }

    /// Opens the phase's lake; an embedded one is made if there is none.
    pub(crate) fn lake(&self) -> Result<PhaseLake, CommandError> {
        let settings = self.project.lake(self.phase);
        match settings.map_err(|fault| CommandError::faults(PROJECT_FILE, &[fault]))? {
            LakeSettings::Embedded { path, .. } => Ok(PhaseLake::Embedded(EmbeddedLake::init(&self.root.join(path))?)),
            #[cfg(feature = "aws")]
            LakeSettings::Aws { account, region } => {
                Ok(PhaseLake::Aws(self.aws.open(&self.project, self.phase, account, region.as_deref())?))
            }
            #[cfg(not(feature = "aws"))]
            LakeSettings::Aws { .. } => Err(CommandError::failed(format!("phase {} has its lake on AWS", self.phase))
                .hint("this program was built without AWS; build it with its default features")),
        }
    }

    /// AWS in the phase: its lake, or, where that is on this machine, what else of the phase is on AWS.
    #[cfg(feature = "aws")]
    pub(crate) fn aws_lake(&self) -> Result<naru_aws::AwsLake, CommandError> {
        let (account, region) = match self.project.lake(self.phase) {
            Ok(LakeSettings::Aws { account, region }) => (Some(account), region.as_deref()),
            _ => (self.project.account.as_ref(), None),
        };
        let account = account.ok_or_else(|| {
            CommandError::failed("the project has no AWS account")
                .hint("write account = \"123456789012\" at the top of naru.toml: it must own every bucket")
        })?;
        Ok(self.aws.open(&self.project, self.phase, account, region)?)
    }

    /// Where the phase's treatment key is looked for, once a run needs it.
    pub(crate) fn treatment_key(&self) -> LocalKey {
        let configured = match self.project.lake(self.phase) {
            Ok(LakeSettings::Embedded { treatment_key_file, .. }) => treatment_key_file.as_ref(),
            _ => None,
        };
        LocalKey { configured_file: configured.map(|file| self.root.join(file)) }
    }

    /// Path of a job's definition, relative to the project.
    pub(crate) fn definition_path(&self, job: &JobName) -> PathBuf {
        Path::new(&self.project.table_defs).join(job.database.as_str()).join(format!("{}.csv", job.table.as_str()))
    }

    /// Reads and checks a job's definition.
    pub(crate) fn definition(&self, job: &JobName) -> Result<TableDefinition, CommandError> {
        let relative = self.definition_path(job);
        let shown = slashed(&relative);
        let bytes = self.definition_bytes(&relative)?.ok_or_else(|| {
            CommandError::failed(format!("job {job} has no table definition"))
                .hint(format!("describe the table in {shown}; docs/table-definitions.md says how"))
        })?;
        let parsed = TableDefinition::parse(&bytes, &shown);
        let definition = parsed.map_err(|faults| CommandError::faults("table definition", &faults))?;
        let mut faults = definition.check_level(job.level);
        faults.extend(definition.check_mode(job.mode));
        faults.sort();
        if faults.is_empty() { Ok(definition) } else { Err(CommandError::faults("table definition", &faults)) }
    }

    /// A definition as it is; none if there is none.
    fn definition_bytes(&self, relative: &Path) -> Result<Option<Vec<u8>>, CommandError> {
        match &self.files {
            ProjectFiles::Directory => match std::fs::read(self.root.join(relative)) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                read => read.map(Some).map_err(|error| CommandError::io("read", relative, &error)),
            },
            #[cfg(feature = "aws")]
            ProjectFiles::Synced(SyncedFiles { defs_bucket, objects, .. }) => {
                Ok(objects.get(defs_bucket, &slashed(relative))?.map(|object| object.bytes))
            }
        }
    }

    /// All definitions, in the order of their paths: path and what parsing gave.
    pub(crate) fn definitions(&self) -> Result<Vec<CheckedDefinition>, CommandError> {
        let directory = Path::new(&self.project.table_defs);
        let mut files = Vec::new();
        for database in entries(&self.root, directory, |t| t.is_dir())? {
            files.extend(entries(&self.root, &database, |t| t.is_file())?);
        }
        files.retain(|file| file.extension().is_some_and(|e| e == "csv"));
        let read = |file: &PathBuf| {
            let bytes = std::fs::read(self.root.join(file)).map_err(|e| CommandError::io("read", file, &e))?;
            let shown = slashed(file);
            let parsed = TableDefinition::parse(&bytes, &shown);
            Ok((shown, parsed))
        };
        in_parallel(&files, read).into_iter().collect()
    }

    /// All DAG files, in the order of their names: path and text. Files that begin with `_` are helpers, not jobs.
    pub(crate) fn dag_files(&self) -> Result<Vec<(String, String)>, CommandError> {
        let read = |file: &PathBuf| {
            let bytes = std::fs::read(self.root.join(file)).map_err(|e| CommandError::io("read", file, &e))?;
            Ok((slashed(file), String::from_utf8_lossy(&bytes).into_owned()))
        };
        in_parallel(&self.dag_paths()?, read).into_iter().collect()
    }

    /// All Python files beside the DAG files, these included: path and content.
    pub(crate) fn dags_python(&self) -> Result<Vec<(PathBuf, Vec<u8>)>, CommandError> {
        let read = |file: &PathBuf| {
            let bytes = std::fs::read(self.root.join(file)).map_err(|e| CommandError::io("read", file, &e))?;
            Ok((file.clone(), bytes))
        };
        in_parallel(&self.python_paths()?, read).into_iter().collect()
    }

    fn dag_paths(&self) -> Result<Vec<PathBuf>, CommandError> {
        let mut found = self.python_paths()?;
        found.retain(|file| !file.file_name().unwrap_or_default().to_string_lossy().starts_with('_'));
        Ok(found)
    }

    fn python_paths(&self) -> Result<Vec<PathBuf>, CommandError> {
        let mut found = entries(&self.root, Path::new(&self.project.dags), |t| t.is_file())?;
        found.retain(|file| file.extension().is_some_and(|extension| extension == "py"));
        Ok(found)
    }

    /// All jobs: the DAG files whose names parse, or what the manifest names, in the order of their names.
    pub(crate) fn jobs(&self) -> Result<Vec<JobName>, CommandError> {
        #[cfg(feature = "aws")]
        if let ProjectFiles::Synced(files) = &self.files {
            return Ok(files.jobs.clone());
        }
        let mut jobs: Vec<JobName> =
            self.dag_paths()?.iter().filter_map(|path| JobName::parse(&slashed(path)).ok()).collect();
        jobs.sort();
        Ok(jobs)
    }
}

/// The settings that `naru name` explains a name by where there is no project.
const EXAMPLE_PROJECT: &str = "org = \"acme\"\n";

fn find_upwards() -> Result<PathBuf, CommandError> {
    let start = std::env::current_dir().map_err(|error| CommandError::io("find", Path::new("."), &error))?;
    let found = start.ancestors().find(|directory| directory.join(PROJECT_FILE).is_file());
    found.map(Path::to_path_buf).ok_or_else(|| {
        CommandError::usage(format!("there is no {PROJECT_FILE} here or above")).hint(
            "`naru init` makes an empty project here, `naru demo DIR` a small bank; or name one with `--project DIR`",
        )
    })
}

/// Entries of a directory of the project, sorted, without hidden ones; none if there is no such directory.
fn entries(
    root: &Path,
    directory: &Path,
    wanted: impl Fn(&std::fs::FileType) -> bool,
) -> Result<Vec<PathBuf>, CommandError> {
    let listing = match std::fs::read_dir(root.join(directory)) {
        Ok(listing) => listing,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(CommandError::io("list", directory, &error)),
    };
    let mut found = Vec::new();
    for entry in listing {
        let entry = entry.map_err(|error| CommandError::io("list", directory, &error))?;
        // The listing says what an entry is, but for links.
        let kind = match entry.file_type() {
            Ok(kind) if !kind.is_symlink() => Ok(kind),
            _ => std::fs::metadata(entry.path()).map(|metadata| metadata.file_type()),
        };
        let kind = kind.map_err(|error| CommandError::io("read", directory, &error))?;
        if wanted(&kind) && !entry.file_name().to_string_lossy().starts_with('.') {
            found.push(directory.join(entry.file_name()));
        }
    }
    found.sort();
    Ok(found)
}

/// A relative path with forward slashes, as messages show it on every system.
pub(crate) fn slashed(path: &Path) -> String {
    path.components().map(|c| c.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
