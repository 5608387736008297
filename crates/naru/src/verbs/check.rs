use clap::Args;
use naru_core::Fault;

use crate::cli::Global;
use crate::error::CommandError;
use crate::output;
use crate::project_jobs::CheckedProject;
use crate::workspace::Workspace;

/// Find in CI what would fail in production
///
/// Checks all names, definitions, DAG files without definitions and the reverse, two jobs for one table, needs that can never
/// be met, names too long for AWS, regions without prices, treatments that runs on Glue have no key for, in every phase. Reads
/// only files, unless told to look at AWS, too; every fault is told at once.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Look at the phase's buckets, keys and workgroups on AWS, too: encryption, public access, policies, rotation, limits.
    #[cfg(feature = "aws")]
    #[arg(long, env = "NARU_LIVE")]
    live: bool,
}

impl Check {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let workspace = Workspace::open(global)?;
        let CheckedProject { jobs, definitions, mut faults } = CheckedProject::of(&workspace)?;
        // What a name's fault derives is no bucket to look at.
        let looked = if faults.is_empty() { self.look_at_aws(&workspace, &mut faults)? } else { None };
        if global.json {
            let mut report = serde_json::json!({
                "jobs": jobs.len(),
                "definitions": definitions.len(),
                "faults": faults,
            });
            if let Some((buckets, workgroups)) = looked {
                report["buckets"] = buckets.into();
                report["workgroups"] = workgroups.into();
            }
            output::json(&report)?;
        }
        if !faults.is_empty() {
            return Err(CommandError::faults("the project", &faults));
        }
        if !global.json {
            let looked = looked.map(|(buckets, workgroups)| {
                let plural = if workgroups == 1 { "" } else { "s" };
                format!(", {buckets} buckets with their keys and {workgroups} workgroup{plural} on AWS")
            });
            let looked = looked.unwrap_or_default();
            output::line(format!("{} jobs and {} definitions{looked}: no faults", jobs.len(), definitions.len()));
        }
        Ok(())
    }

    /// How many buckets and workgroups were looked at; none unless asked for.
    #[cfg(feature = "aws")]
    fn look_at_aws(
        &self,
        workspace: &Workspace,
        faults: &mut Vec<Fault>,
    ) -> Result<Option<(usize, usize)>, CommandError> {
        if !self.live {
            return Ok(None);
        }
        let (looked, found) = crate::live_check::run(workspace)?;
        faults.extend(found);
        Ok(Some(looked))
    }

    #[cfg(not(feature = "aws"))]
    fn look_at_aws(&self, _: &Workspace, _: &mut Vec<Fault>) -> Result<Option<(usize, usize)>, CommandError> {
        Ok(None)
    }
}
