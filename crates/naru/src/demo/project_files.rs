//! The example project's files, and the drops of its source systems.

use std::path::Path;

use super::{drops, loans, terminal};
use crate::cli::Global;
use crate::error::CommandError;
use crate::verbs::init;
use crate::whole_file;
use crate::workspace::Workspace;

macro_rules! example {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../../../", $path)))),*]
    };
}

/// Files of the example project: the same that stand at the top of naru's repository.
const FILES: &[(&str, &str)] = example![
    "table-defs/card/approval.csv",
    "table-defs/deposit/account.csv",
    "table-defs/deposit/transaction.csv",
    "table-defs/market/exchange_rate.csv",
    "table-defs/organization/branch.csv",
    "dags/cardsys__card__approval__p3__append__auto__d.py",
    "dags/corebank__deposit__account__p2__replace__auto__d.py",
    "dags/corebank__deposit__transaction__p2__append__auto__d.py",
    "dags/hr__organization__branch__p0__replace__pl__m.py",
    "dags/loansys__loan__contract__p1__merge__auto__d.py",
    "dags/market__market__exchange_rate__p0__append__pl__d.py",
];

/// The definition that changes, below the project's directory.
pub(crate) const LOAN_DEFINITION: &str = "table-defs/loan/contract.csv";

/// Refuses a directory that holds jobs of another project: they would mix with the example's.
pub(crate) fn refuse_other_project(root: &Path) -> Result<(), CommandError> {
    let is_ours = FILES.iter().any(|(relative, _)| root.join(relative).exists());
    let entries = std::fs::read_dir(root.join("dags")).into_iter().flatten().flatten();
    let has_jobs = entries.into_iter().any(|entry| entry.path().extension().is_some_and(|e| e == "py"));
    if is_ours || !has_jobs {
        return Ok(());
    }
    Err(CommandError::usage(format!("{} holds another project", root.display()))
        .hint("give the demo a directory of its own: `naru demo DIR`"))
}

/// Makes the project and drops the files, where they are not there yet.
///
/// # Errors
/// A file that cannot be written; a project that was changed so that its jobs are no jobs any more.
pub(crate) fn make(global: &Global, root: &Path) -> Result<(), CommandError> {
    let mut made = init::create(root, &init::project_file("acme", None, None))?.len();
    for (relative, text) in FILES.iter().copied().chain([(LOAN_DEFINITION, loans::FIRST_DEFINITION)]) {
        made += usize::from(whole_file::write_new(&root.join(relative), text.as_bytes())?);
    }
    let workspace = Workspace::open(global)?;
    for drop in drops::drops() {
        made += usize::from(whole_file::write_new(&drop.path(&workspace)?, &drop.bytes)?);
    }
    let root = root.display();
    terminal::text(&match made {
        0 => format!("The bank in {root} is there already"),
        _ => format!("Made a small bank in {root}: 6 jobs, 6 definitions, the drops of three days"),
    });
    Ok(())
}
