//! Quarantine and replay: a row that does not fit fails its run, and is loaded when the source has mended its file.

use super::{DAYS, RATES, drops, terminal};
use crate::cli::Global;
use crate::error::{CommandError, Exit};
use crate::whole_file;
use crate::workspace::Workspace;

/// Shows the run that fails, the quarantine, and the replay.
///
/// # Errors
/// What a command ends with, but for the run that is to fail.
pub(crate) fn show(global: &Global) -> Result<(), CommandError> {
    terminal::heading(
        "A row that does not fit: the run fails, its table stays as it was, and the row is in quarantine",
    );
    match terminal::command(global, &["run", RATES, "--date", DAYS[1]]) {
        Ok(()) => terminal::text("(an earlier demo has mended the file that was made to fail)"),
        Err(error) if error.exit() == Exit::Failed => {
            error.print(global);
            terminal::text("(exit code 1, as it should: the row was made to fail)");
        }
        Err(error) => return Err(error),
    }
    terminal::command(global, &["quarantine", RATES])?;
    terminal::heading("The source sends the file again, mended: a replay loads it, and a second one has nothing to do");
    let mended = drops::mended_rates();
    whole_file::replace(&mended.path(&Workspace::open(global)?)?, &drops::bad_rates().bytes, &mended.bytes)?;
    terminal::command(global, &["replay", RATES])?;
    terminal::command(global, &["replay", RATES])
}
