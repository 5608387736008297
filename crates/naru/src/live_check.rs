//! `naru check --live`: what a phase has on AWS.

use naru_core::Fault;
use naru_core::check::live::{needed_buckets, needed_workgroups};

use crate::error::CommandError;
use crate::phase_lake::PhaseLake;
use crate::workspace::Workspace;
use crate::{planning, runtime};

/// How many buckets and workgroups the phase needs, and all that is wrong with them.
pub(crate) fn run(workspace: &Workspace) -> Result<((usize, usize), Vec<Fault>), CommandError> {
    let PhaseLake::Aws(aws) = workspace.lake()? else {
        return Err(CommandError::usage(format!("phase {} has its lake on this machine", workspace.phase))
            .hint("choose a phase with `lake = \"aws\"` by --phase; without --live nothing but files is read"));
    };
    let names = workspace.jobs()?.iter().map(|job| planning::names(workspace, job)).collect::<Result<Vec<_>, _>>()?;
    let (buckets, workgroups) = (needed_buckets(&names), needed_workgroups(&names));
    let faults = runtime::block_on(naru_aws::live_faults(aws.keys().session(), &buckets, &workgroups))?;
    Ok(((buckets.len(), workgroups.len()), faults))
}
