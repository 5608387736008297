use clap::Args;

use crate::cli::Global;
use crate::error::CommandError;
use crate::workspace::Workspace;
use crate::{jobs, output, planning};

/// Explain a job's name in words, and list all that follows from it
#[derive(Debug, Args)]
pub(crate) struct Name {
    /// Job: a name, a DAG file's name, or a path to it.
    job: String,
}

impl Name {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let job = jobs::parse(&self.job)?;
        let workspace = Workspace::open_or_example(global)?;
        let names = planning::names(&workspace, &job)?;
        if global.json {
            return output::json(&serde_json::json!({
                "job": job.to_string(),
                "reads": job.reads(),
                "segments": {
                    "source": job.source.as_str(),
                    "database": job.database.as_str(),
                    "table": job.table.as_str(),
                    "level": job.level,
                    "mode": job.mode,
                    "engine": job.engine,
                    "cadence": job.cadence,
                },
                "phase": workspace.phase.to_string(),
                "names": names,
            }));
        }
        output::line(&job);
        output::line(job.reads());
        output::line("");
        for (what, name) in names.rows() {
            output::line(format!("{what:<22} {name}"));
        }
        Ok(())
    }
}
