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
mod nearest_path;
mod tables;

use crate::{Fault, JobName, TableDefinition};

/// A DAG file of the project.
#[derive(Debug, Clone)]
pub struct DagFile {
    /// As faults should name it, with `/` between parts: `dags/corebank__deposit__account__p2__merge__auto__d.py`.
    pub path: String,
    /// Its content.
    pub text: String,
    /// The job that its file name is, or the name's faults.
    pub job: Result<JobName, Vec<Fault>>,
}

/// A table-definition file of the project.
#[derive(Debug, Clone)]
pub struct DefinitionFile {
    /// As faults should name it, with `/` between parts: `table-defs/deposit/account.csv`.
    pub path: String,
    /// What it says, or its faults.
    pub definition: Result<TableDefinition, Vec<Fault>>,
}

/// Everything that is wrong in a project: the faults of its names and definitions themselves, DAG files without a
/// definition and the reverse, two jobs for one table, DAG files that say something else than `job_dag(__file__)`,
/// columns above their job's level, and paths that differ in case only. Sorted by file, line and cell.
pub fn check_project(dags: &[DagFile], definitions: &[DefinitionFile]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for dag in dags {
        faults.extend(dag.job.as_ref().err().into_iter().flatten().cloned());
        faults.extend(dag_text::check(dag));
    }
    for file in definitions {
        faults.extend(file.definition.as_ref().err().into_iter().flatten().cloned());
    }
    tables::check(dags, definitions, &mut faults);
    letter_case::check(dags.iter().map(|dag| dag.path.as_str()), &mut faults);
    letter_case::check(definitions.iter().map(|file| file.path.as_str()), &mut faults);
    faults.sort();
    faults
}
