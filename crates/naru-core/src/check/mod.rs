//! Cross checks over a whole project: what would fail in production, found where its author can still see it.
//!
//! ```text
//!  DAG files ────▶ JobName ──┐
//!                            ├─ joined on (database, table) ─▶ faults, sorted by place
//!  definitions ──▶ TableDefinition ─┘
//! ```
//!
//! Nothing here reads a file: the caller hands over paths and what was made of them. Time grows with the number of files,
//! not with its square.

mod dag_text;
mod letter_case;
pub mod live;
mod nearest_path;
mod tables;

pub use crate::dag_file::DAG_FILE;
use crate::project::{LakeSettings, Project};
use crate::{Fault, JobName, TableDefinition};

/// A DAG file of the project.
#[derive(Debug, Clone)]
pub struct CheckedJob {
    /// As faults should name it, with `/` between parts: `dags/corebank__deposit__account__p2__merge__auto__d.py`.
    pub path: String,
    /// Its content.
    pub text: String,
    /// The job that its file name is, or the name's faults.
    pub name: Result<JobName, Vec<Fault>>,
}

/// A definition's path as faults should name it (`table-defs/deposit/account.csv`), and what it says, or its faults.
pub type CheckedDefinition = (String, Result<TableDefinition, Vec<Fault>>);

/// What of `naru.toml` the checks need.
#[derive(Debug, Clone, Copy)]
pub struct CheckSettings<'a> {
    /// The directory of the definitions, as hints should name it: `table-defs`.
    pub table_defs: &'a str,
    /// Runs are marked (`[marks]`), so that one can wait for those on demand.
    pub has_marks: bool,
    /// A phase's loads may go to Glue, and its runs have no treatment key (`[glue] treatment_key_secret`).
    pub glue_lacks_key: bool,
}

impl<'a> CheckSettings<'a> {
    /// Those of a project.
    pub fn of(project: &'a Project) -> Self {
        let is_on_aws = project.phases.values().any(|lake| matches!(lake, LakeSettings::Aws { .. }));
        Self {
            table_defs: &project.table_defs,
            has_marks: project.marks.is_some(),
            glue_lacks_key: is_on_aws && project.glue.treatment_key_secret.is_none(),
        }
    }
}

/// Everything that is wrong in a project: the faults of its names and definitions themselves, DAG files without a
/// definition and the reverse, two jobs for one table, DAG files that say something else than their job and its needs,
/// needs that can never be met, columns above their job's level, what the job's mode needs or does not heed, treatments that Glue's runs have no key for, and
/// paths that differ in case only. Sorted by file, line and cell.
pub fn project(settings: CheckSettings<'_>, jobs: &[CheckedJob], definitions: &[CheckedDefinition]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for job in jobs {
        faults.extend(job.name.as_ref().err().into_iter().flatten().cloned());
    }
    dag_text::check(jobs, settings.has_marks, &mut faults);
    for (_, definition) in definitions {
        faults.extend(definition.as_ref().err().into_iter().flatten().cloned());
    }
    tables::check(settings, jobs, definitions, &mut faults);
    letter_case::check(jobs.iter().map(|job| job.path.as_str()), &mut faults);
    letter_case::check(definitions.iter().map(|(path, _)| path.as_str()), &mut faults);
    faults.sort();
    faults
}
