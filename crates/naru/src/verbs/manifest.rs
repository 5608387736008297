use std::path::PathBuf;

use clap::Args;

use crate::cli::Global;
use crate::error::CommandError;
use crate::project_jobs::ProjectJobs;
use crate::workspace::Workspace;
use crate::{log, output, whole_file};

/// Print what Airflow needs to know of all jobs
///
/// One JSON document for all DAG files, so that Airflow need not ask naru for each: schedules, needs, tags, owners, pages,
/// and `[airflow]` of `naru.toml`. `naru sync` puts it beside the DAG files. Fails as `naru check` does where a file is
/// wrong.
#[derive(Debug, Args)]
pub(crate) struct Manifest {
    /// Write it into a file instead; the file is there whole, or as it was.
    #[arg(long, env = "NARU_OUTPUT", value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Manifest {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let workspace = Workspace::open(global)?;
        let manifest = ProjectJobs::read(&workspace)?.manifest(&workspace)?;
        let Some(file) = &self.output else { return output::json(&manifest) };
        let json = manifest.to_json();
        let json = json.map_err(|error| CommandError::failed(format!("cannot write the manifest as JSON: {error}")))?;
        whole_file::write(file, json.as_bytes())?;
        let message = format!("wrote {} with {} jobs", file.display(), manifest.jobs.len());
        log::step(global, &message, serde_json::json!({ "file": file, "digest": manifest.digest }));
        Ok(())
    }
}
