//! A merge: the second day's loan contracts change rows by their key.

use super::{DAYS, LOANS, terminal};
use crate::cli::Global;
use crate::error::CommandError;
use crate::lake_names::LakeNames;
use crate::workspace::Workspace;

/// Of the loans that were there before, by columns whose names stay.
const CONTRACTS: &str =
    "select contract_no, principal, changed_at from loan.contract where contract_no <= 1003 order by contract_no";

/// Shows the merge, the table after it, and the table before it.
///
/// # Errors
/// What a command ends with.
pub(crate) fn show(global: &Global) -> Result<(), CommandError> {
    terminal::heading("A merge: the second day changes two loans, adds two, deletes one, and repeats two as they are");
    terminal::command(global, &["run", LOANS, "--date", DAYS[1]])?;
    terminal::command(global, &["query", CONTRACTS])?;
    // None where somebody had the snapshot expire.
    if let Some(before) = snapshot_of(global, DAYS[0])? {
        terminal::text("# As it was before; `naru history loan.contract` lists the snapshots");
        terminal::command(global, &["query", "--as-of", &before, CONTRACTS])?;
    }
    Ok(())
}

/// Id of the snapshot that an interval's load has left.
fn snapshot_of(global: &Global, interval: &str) -> Result<Option<String>, CommandError> {
    let workspace = Workspace::open(global)?;
    let (_, table) = LakeNames::of(&workspace)?.find(&workspace, workspace.lake()?.lake(), LOANS)?;
    let is_wanted = |run: &naru_lake::RunRecord| run.identity.interval == interval;
    let of_interval = table.snapshots().into_iter().rfind(|info| info.run.as_ref().is_some_and(is_wanted));
    Ok(of_interval.map(|info| info.snapshot.snapshot_id().to_string()))
}
