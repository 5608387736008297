//! What a phase on AWS must have: besides manifest and DAG files the definitions, the Spark program and the Glue jobs.

use std::path::Path;

use naru_core::glue_job::{GlueJobSpec, SparkProgram};
use naru_core::manifest::MANIFEST_FILE;
use naru_core::project::PROJECT_FILE;
use naru_core::sync::Part;

use super::contents::{Content, Contents, content, dag_files, json};
use super::spark_program;
use crate::error::CommandError;
use crate::project_jobs::{ProjectJobs, WholeJob};
use crate::workspace::Workspace;

/// Where DAG files and the manifest are in their bucket.
pub(crate) const DAGS_PREFIX: &str = "dags/";

impl Contents {
    /// What a phase on AWS must have. `wheel` is the kernel, if it is given.
    pub(crate) fn for_aws(
        workspace: &Workspace,
        jobs: &ProjectJobs,
        wheel: Option<&Path>,
    ) -> Result<Self, CommandError> {
        let manifest = jobs.manifest(workspace)?;
        let mut files = definitions(workspace)?;
        let program = SparkProgram::of_version(env!("CARGO_PKG_VERSION"));
        files.push(content(Part::Program, program.script.clone(), spark_program::MAIN.to_vec()));
        let packages = program.packages.iter().map(|key| content(Part::Program, key.clone(), spark_program::package()));
        files.extend(packages);
        let mut expected = Vec::new();
        for key in &program.wheels {
            match wheel {
                Some(file) => {
                    let bytes = std::fs::read(file).map_err(|error| CommandError::io("read", file, &error))?;
                    if !bytes.starts_with(b"PK") {
                        return Err(CommandError::usage(format!("{} is no wheel", file.display())));
                    }
                    files.push(content(Part::Program, key.clone(), bytes));
                }
                None => expected.push(key.clone()),
            }
        }
        files.push(content(Part::Manifest, format!("{DAGS_PREFIX}{MANIFEST_FILE}"), json(&manifest)?));
        files.extend(dag_files(workspace, DAGS_PREFIX)?);
        let spec = |job: &WholeJob| GlueJobSpec::derive(&workspace.project, &job.job, &job.names, &program);
        Ok(Self { files, expected, glue_jobs: jobs.0.iter().map(spec).collect(), manifest })
    }
}

/// `naru.toml` and the definitions, by their paths in the project: whoever runs a job elsewhere finds them there.
fn definitions(workspace: &Workspace) -> Result<Vec<Content>, CommandError> {
    let mut paths = vec![PROJECT_FILE.to_owned()];
    paths.extend(workspace.definitions()?.into_iter().map(|(path, _)| path));
    let read = |path: String| {
        let bytes = std::fs::read(workspace.root.join(&path));
        let bytes = bytes.map_err(|error| CommandError::io("read", Path::new(&path), &error))?;
        Ok(content(Part::Definitions, path, bytes))
    };
    paths.into_iter().map(read).collect()
}
