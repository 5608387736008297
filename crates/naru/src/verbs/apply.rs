use std::path::Path;

use clap::Args;
use naru_core::diff::{Difference, TableDiff};
use naru_core::evolution::{self, Deliberate, Evolution, Refused};
use naru_core::plan::Target;
use naru_core::saved_plan::Purpose;
use naru_lake::{Lake, LakeErrorKind, LakeTable};
use serde::Serialize;

use crate::cli::Global;
use crate::error::CommandError;
use crate::planning::PlannedJob;
use crate::saved_plan::{SavedPlan, is_file_name};
use crate::table_state::sign;
use crate::workspace::Workspace;
use crate::{jobs, output, runtime};

/// Create tables, and change them to what their definitions say
///
/// Columns are added, renamed (`renamed_from`), widened, made optional and reordered; partitioning, sort order, key,
/// comments and file settings follow. No data file is rewritten. What loses values needs `--allow-destructive`; what
/// Iceberg cannot do is refused with the way out. `naru plan JOB` shows it beforehand.
#[derive(Debug, Args)]
pub(crate) struct Apply {
    /// Jobs: names, DAG files' names, or paths to them; none: all jobs of the project. Or one plan's file
    /// (`naru plan --out plan.json`), which is applied only if nothing has changed since.
    #[arg(value_name = "JOB|PLAN.json")]
    jobs: Vec<String>,
    /// Drop columns that their definitions have no more: their values are lost to every query but `--as-of`.
    #[arg(long, env = "NARU_ALLOW_DESTRUCTIVE")]
    allow_destructive: bool,
}

#[derive(Debug, Serialize)]
struct Applied {
    table: String,
    /// `created`, `evolved`, `unchanged` or `refused`.
    status: &'static str,
    /// What was changed, or what differs.
    differences: Vec<String>,
    #[serde(skip)]
    signs: Vec<char>,
    /// What stands in the way, and what to do.
    refused: Vec<RefusedChange>,
}

#[derive(Debug, Serialize)]
struct RefusedChange {
    difference: String,
    remedy: String,
}

impl Apply {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let workspace = Workspace::open(global)?;
        let phase_lake = workspace.lake()?;
        // All names and definitions are checked before the first table is made.
        let (planned, policy) = match self.jobs.as_slice() {
            [file] if is_file_name(file) => {
                let saved = SavedPlan::read(Path::new(file))?;
                let job = saved.job(&workspace)?;
                saved.verify(&workspace, &phase_lake, &job, Purpose::Apply)?;
                (vec![job], saved.policy())
            }
            texts if texts.iter().any(|text| is_file_name(text)) => {
                return Err(CommandError::usage("a plan's file is applied by itself")
                    .hint("name one file, or jobs without files"));
            }
            texts => {
                let jobs = jobs::select(&workspace, texts)?.into_iter();
                let planned = jobs.map(|job| PlannedJob::new(&workspace, job)).collect::<Result<Vec<_>, _>>()?;
                (planned, workspace.project.evolution(workspace.phase))
            }
        };
        let mut applied = Vec::new();
        let mut refused = Vec::new();
        for job in &planned {
            let table = format!("{}.{}", job.job.database, job.job.table);
            let deliberate =
                Deliberate { allow_destructive: self.allow_destructive, from_saved_plan: job.saved.is_some() };
            let decide =
                |differences: &[Difference], has_rows| evolution::by_person(policy, differences, has_rows, deliberate);
            let done = runtime::block_on(apply(phase_lake.lake(), &job.target(&phase_lake), decide))?;
            if let Outcome::Refused(_, found) = &done {
                refused.extend(found.iter().cloned());
            }
            applied.push(Applied::new(table, done));
        }
        report(global, &applied, &refused)
    }
}

/// What was done to one table.
pub(crate) enum Outcome {
    Created,
    /// With differences that are left alone.
    Unchanged(
        #[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "only a function tells of them"))] Vec<Difference>,
    ),
    Evolved(Vec<Difference>),
    Refused(Vec<Difference>, Vec<Refused>),
}

/// Creates a table, or changes it as far as `decide` lets it: from what differs, and whether the table may hold rows.
pub(crate) async fn apply(
    lake: &Lake,
    target: &Target,
    decide: impl FnOnce(&[Difference], bool) -> Evolution,
) -> Result<Outcome, CommandError> {
    let Some(existing) = create(lake, target).await? else { return Ok(Outcome::Created) };
    let differences = TableDiff::between(&existing.spec()?, &target.spec);
    Ok(match decide(&differences, existing.was_loaded()) {
        Evolution::Leave => Outcome::Unchanged(differences),
        Evolution::Apply => {
            lake.evolve_table(&existing, &target.spec).await?;
            Outcome::Evolved(differences)
        }
        Evolution::Refuse(refused) => Outcome::Refused(differences, refused),
    })
}

/// The table that is there already; none if it was created now.
async fn create(lake: &Lake, target: &Target) -> Result<Option<LakeTable>, CommandError> {
    if let Some(existing) = lake.table(&target.database, &target.table).await? {
        return Ok(Some(existing));
    }
    match lake.create_table(&target.database, &target.table, &target.location, &target.spec).await {
        // Another process was faster.
        Err(error) if error.kind() == LakeErrorKind::AlreadyExists => {
            Ok(Some(lake.expect_table(&target.database, &target.table).await?))
        }
        created => Ok(created.map(|_| None)?),
    }
}

impl Applied {
    fn new(table: String, outcome: Outcome) -> Self {
        let (status, differences, refused) = match outcome {
            Outcome::Created => ("created", Vec::new(), Vec::new()),
            Outcome::Unchanged(_) => ("unchanged", Vec::new(), Vec::new()),
            Outcome::Evolved(differences) => ("evolved", differences, Vec::new()),
            Outcome::Refused(differences, refused) => ("refused", differences, refused),
        };
        let refused = refused
            .into_iter()
            .map(|found| RefusedChange { difference: found.difference.to_string(), remedy: found.remedy });
        Self {
            table,
            status,
            signs: differences.iter().map(sign).collect(),
            differences: differences.iter().map(ToString::to_string).collect(),
            refused: refused.collect(),
        }
    }
}

fn report(global: &Global, applied: &[Applied], refused: &[Refused]) -> Result<(), CommandError> {
    if global.json {
        output::json(&applied)?;
    } else {
        for table in applied {
            output::line(format!("{}: {}", table.table, table.status));
            for (sign, difference) in table.signs.iter().zip(&table.differences) {
                output::line(format!("  {sign} {difference}"));
            }
        }
    }
    let tables = applied.iter().filter(|table| table.status == "refused").count();
    if tables == 0 {
        return Ok(());
    }
    Err(CommandError::failed(format!("{tables} table(s) differ from their definitions and were left alone"))
        .refused(refused)
        .hint("docs/evolution.md says what can be changed, and how"))
}
