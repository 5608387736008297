//! The folder that an Airflow on this machine reads DAG files from.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use naru_core::manifest::MANIFEST_FILE;
use naru_core::sync::{FoundFile, Part, SyncRecord};

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

    fn write_record(&self, key: &str, record: &SyncRecord) -> Result<(), CommandError> {
        whole_file::write(&self.audit.join(Path::new(key)), &super::json(record)?)
    }
}
