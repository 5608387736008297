//! The example project: a small bank, and what becomes of its tables in three days.
//!
//! The demo is a sequence of commands, each of which does nothing where it has been done. Besides them only files are
//! written, each at once, and only as steps forward: the bad drop becomes the mended one, the first definition the next
//! one. So a demo that was killed anywhere goes on when it is started again.

mod alone;
mod bank;
mod drops;
mod evolution;
mod first_day;
mod loans;
mod merge;
mod project_files;
mod quarantine;
mod random;
mod terminal;

use std::path::Path;

use crate::cli::Global;
use crate::error::CommandError;

/// Days that have drops, in order.
const DAYS: [&str; 3] = ["2026-11-20", "2026-11-21", "2026-11-22"];

/// The job whose table is merged and evolves.
const LOANS: &str = "loansys__loan__contract__p1__merge__auto__d";

/// The job whose second day holds a row that does not fit.
const RATES: &str = "market__market__exchange_rate__p0__append__pl__d";

/// Makes the bank in a directory, or goes on with what is there, and shows all that it has to show.
///
/// # Errors
/// A directory of another project; one in which another demo is at work (try again later); what a command ends with.
pub(crate) fn show(global: &Global, root: &Path) -> Result<(), CommandError> {
    project_files::refuse_other_project(root)?;
    let _alone = alone::in_directory(root)?;
    project_files::make(global, root)?;
    first_day::show(global)?;
    merge::show(global)?;
    quarantine::show(global)?;
    terminal::heading("The rest of the second day; what is loaded already is left alone");
    terminal::command(global, &["run", "--date", DAYS[1]])?;
    evolution::show(global, root)?;
    terminal::text(&format!("\nTry next, in {}: naru history loan.contract", root.display()));
    Ok(())
}
