use clap::Args;
use naru_core::physical::Layout as PhaseLayout;
use naru_core::{Fault, JobName};

use crate::cli::Global;
use crate::error::CommandError;
use crate::output;
use crate::workspace::Workspace;

/// List what a phase must have on AWS: buckets, keys, workgroups, roles, databases, jobs
///
/// For whoever builds the phase, as code or by hand: no other program has to derive a name. Buckets, keys and workgroups
/// are those of every level, so that a phase can be built before its first job. Reads only files.
#[derive(Debug, Args)]
pub(crate) struct Layout {}

impl Layout {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let workspace = Workspace::open(global)?;
        let jobs = jobs(&workspace)?;
        let layout = PhaseLayout::derive(&workspace.project, workspace.phase, &jobs);
        let layout = layout.map_err(|faults| CommandError::faults("the layout", &faults))?;
        if global.json {
            return output::json(&layout);
        }
        print(&layout);
        Ok(())
    }
}

/// All jobs; a DAG file whose name is none is not left out, since its database would be missing.
fn jobs(workspace: &Workspace) -> Result<Vec<JobName>, CommandError> {
    let parsed = workspace.dag_files()?.into_iter().map(|(path, _)| JobName::parse(&path).map_err(Vec::<Fault>::from));
    let (jobs, faults): (Vec<_>, Vec<_>) = parsed.partition(Result::is_ok);
    let faults: Vec<Fault> = faults.into_iter().filter_map(Result::err).flatten().collect();
    if !faults.is_empty() {
        return Err(CommandError::faults("the project", &faults));
    }
    Ok(jobs.into_iter().filter_map(Result::ok).collect())
}

fn print(layout: &PhaseLayout) {
    let known = |text: &Option<String>| text.clone().unwrap_or_else(|| "not said".into());
    let (account, region) = (known(&layout.account), known(&layout.region));
    output::line(format!("{} {}, account {account}, region {region}, lake {}", layout.org, layout.phase, layout.lake));
    section(
        &["bucket", "key", "holds"],
        layout.buckets.iter().map(|bucket| {
            let of_level = bucket.level.map(|level| format!(" of level {level}")).unwrap_or_default();
            vec![text(&bucket.name), text(&bucket.key_alias), format!("{}{of_level}", bucket.layer.holds())]
        }),
    );
    section(
        &["workgroup", "results"],
        layout.workgroups.iter().map(|workgroup| vec![text(&workgroup.name), text(&workgroup.results_bucket)]),
    );
    section(
        &["level", "role of Glue jobs", "security configuration"],
        layout.glue.jobs.iter().map(|of| vec![text(&of.level), text(&of.role), text(&of.security_configuration)]),
    );
    section(
        &["database", "in Glue"],
        layout.databases.iter().map(|database| vec![text(&database.database), text(&database.name)]),
    );
    section(
        &["job", "Glue table", "Glue job"],
        layout
            .jobs
            .iter()
            .map(|of| vec![of.job.clone(), format!("{}.{}", of.glue_database, of.glue_table), text(&of.glue_job)]),
    );
}

/// A table below an empty line; none without rows.
fn section(headings: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    let rows: Vec<_> = rows.collect();
    if !rows.is_empty() {
        output::line("");
        output::table(headings, &[], rows);
    }
}

fn text(name: &impl ToString) -> String {
    name.to_string()
}
