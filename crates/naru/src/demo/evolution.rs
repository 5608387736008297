//! An evolution: the loans' definition changes, and the next run changes the table with it.

use std::path::Path;

use super::project_files::LOAN_DEFINITION;
use super::{DAYS, LOANS, loans, terminal};
use crate::cli::Global;
use crate::error::CommandError;
use crate::whole_file;

/// The definition from the third day on.
const DEFINITION: &str = include_str!("../../../../table-defs/loan/contract.csv");

const CONTRACTS: &str =
    "select contract_no, loan_type, principal, rate from loan.contract where contract_no >= 1006 order by contract_no";

/// Shows the change of the definition, the plan, the run that makes it, and old and new rows side by side.
///
/// # Errors
/// What a command ends with.
pub(crate) fn show(global: &Global, root: &Path) -> Result<(), CommandError> {
    terminal::heading(&format!("An evolution: a column is renamed, one widened, one added ({LOAN_DEFINITION})"));
    for line in differences(loans::FIRST_DEFINITION, DEFINITION) {
        terminal::text(&line);
    }
    whole_file::replace(&root.join(LOAN_DEFINITION), loans::FIRST_DEFINITION.as_bytes(), DEFINITION.as_bytes())?;
    terminal::command(global, &["plan", LOANS, "--date", DAYS[2]])?;
    terminal::command(global, &["run", LOANS, "--date", DAYS[2]])?;
    terminal::command(global, &["query", CONTRACTS])
}

/// Lines that only the one has, then lines that only the other has.
fn differences(before: &str, after: &str) -> Vec<String> {
    let gone = before.lines().filter(|line| !after.lines().any(|other| other == *line)).map(|line| format!("- {line}"));
    let new = after.lines().filter(|line| !before.lines().any(|other| other == *line)).map(|line| format!("+ {line}"));
    gone.chain(new).collect()
}
