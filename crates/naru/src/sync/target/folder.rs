//! The folder that an Airflow on this machine reads DAG files from.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use naru_core::manifest::MANIFEST_FILE;
use naru_core::sync::{CLAIM_KEY, FoundFile, Part, SyncClaim};

use super::SyncTarget;
use crate::error::CommandError;
use crate::phase_lake::PhaseLake;
use crate::project_jobs::ProjectJobs;
use crate::sync::contents::{Content, Contents, digest, is_dag_file};
use crate::sync::plan::JobStep;
use crate::whole_file;
use crate::workspace::Workspace;

/// A folder of DAG files, and the directory that stands for the audit bucket.
pub(crate) struct FolderTarget {
    folder: PathBuf,
    audit: PathBuf,
}

impl FolderTarget {
    pub(crate) fn of(workspace: &Workspace, jobs: &ProjectJobs) -> Result<Self, CommandError> {
        let folder = workspace.project.airflow.dags_folder.as_ref().ok_or_else(|| {
            CommandError::failed(format!(
                "phase {} is on this machine, and has no folder for its DAGs",
                workspace.phase
            ))
            .hint("write dags_folder = \"…\" under [airflow] in naru.toml: the one that Airflow reads")
        })?;
        let first = jobs.0.first().ok_or_else(no_jobs)?;
        let audit = match workspace.lake()? {
            PhaseLake::Embedded(lake) => lake.directory().join(first.names.audit.name.as_str()),
            #[cfg(feature = "aws")]
            PhaseLake::Aws(_) => return Err(CommandError::failed("the phase's lake is on AWS")),
        };
        Ok(Self { folder: workspace.root.join(folder), audit })
    }
}

/// The error of a project without jobs.
pub(super) fn no_jobs() -> CommandError {
    CommandError::usage("the project has no jobs").hint("a job is a DAG file whose name follows naming-convention.md")
}

impl SyncTarget for FolderTarget {
    fn found(&self, contents: &Contents) -> Result<Vec<FoundFile>, CommandError> {
        let failed = |error: &std::io::Error| CommandError::io("list", &self.folder, error);
        let entries = match std::fs::read_dir(&self.folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|error| failed(&error))?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let name = entry.map_err(|error| failed(&error))?.file_name().to_string_lossy().into_owned();
            let part = if name == MANIFEST_FILE { Part::Manifest } else { Part::Dags };
            if part == Part::Dags && !name.ends_with(".py") {
                continue;
            }
            let path = self.folder.join(&name);
            let bytes = std::fs::read(&path).map_err(|error| CommandError::io("read", &path, &error))?;
            let is_wanted = contents.get(part, &name).is_some();
            let is_ours = is_wanted || is_dag_file(&name, &String::from_utf8_lossy(&bytes));
            found.push(FoundFile { part, key: name, digest: is_ours.then(|| digest(&bytes)) });
        }
        Ok(found)
    }

    fn location(&self, _: Part, key: &str) -> String {
        self.folder.join(key).display().to_string()
    }

    fn put(&self, content: &Content) -> Result<(), CommandError> {
        whole_file::write(&self.folder.join(&content.file.key), &content.bytes)
    }

    fn remove(&self, _: Part, key: &str) -> Result<(), CommandError> {
        let path = self.folder.join(key);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(CommandError::io("remove", &path, &error)),
            _ => Ok(()),
        }
    }

    fn job_steps(&self, _: &Contents) -> Result<Vec<JobStep>, CommandError> {
        Ok(Vec::new())
    }

    fn gone_jobs(&self, _: &Contents) -> Result<Vec<String>, CommandError> {
        Ok(Vec::new())
    }

    fn ensure_job(&self, _: &Contents, _: &str) -> Result<(), CommandError> {
        Ok(())
    }

    fn remove_job(&self, _: &str) -> Result<(), CommandError> {
        Ok(())
    }

    fn write_record(&self, key: &str, json: Vec<u8>) -> Result<(), CommandError> {
        whole_file::write(&self.audit.join(key), &json)
    }

    fn record(&self, key: &str) -> Result<Option<Vec<u8>>, CommandError> {
        read(&self.audit.join(key))
    }

    fn claim(&self) -> Result<Option<(SyncClaim, String)>, CommandError> {
        let Some(bytes) = read(&self.audit.join(CLAIM_KEY))? else { return Ok(None) };
        Ok(Some((super::read_claim(&bytes)?, digest(&bytes))))
    }

    fn put_claim(&self, claim: &SyncClaim, over: Option<&str>) -> Result<Option<String>, CommandError> {
        let path = self.audit.join(CLAIM_KEY);
        let parent = path.parent().unwrap_or(&self.audit);
        std::fs::create_dir_all(parent).map_err(|error| CommandError::io("create", parent, &error))?;
        // Held from the look to the write, and let go with the file, also by a process that is killed.
        let lock = path.with_extension("lock");
        let locked = File::create(&lock).and_then(|file| file.lock().map(|()| file));
        let _locked = locked.map_err(|error| CommandError::io("lock", &lock, &error))?;
        if read(&path)?.map(|bytes| digest(&bytes)).as_deref() != over {
            return Ok(None);
        }
        let json = super::json(claim)?;
        whole_file::write(&path, &json)?;
        Ok(Some(digest(&json)))
    }
}

/// A file's content; none if there is no such file.
fn read(path: &Path) -> Result<Option<Vec<u8>>, CommandError> {
    match std::fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        read => read.map(Some).map_err(|error| CommandError::io("read", path, &error)),
    }
}
