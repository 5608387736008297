//! The first day: check, create the tables, load what landed, ask.

use super::{DAYS, terminal};
use crate::cli::Global;
use crate::error::CommandError;

/// SQL says `database.table` in every phase.
const BALANCES: &str = "select b.region, count(*) as accounts, sum(a.balance) as balance from deposit.account a \
                        join organization.branch b on a.branch_code = b.branch_code group by b.region order by balance desc limit 2";

/// Shows the first day.
///
/// # Errors
/// What a command ends with.
pub(crate) fn show(global: &Global) -> Result<(), CommandError> {
    terminal::heading("Check what would fail in production, and create the tables");
    terminal::command(global, &["check"])?;
    terminal::command(global, &["apply"])?;
    terminal::heading("Load what landed on the first day, and ask");
    terminal::command(global, &["run", "--date", DAYS[0]])?;
    terminal::command(global, &["query", BALANCES])
}
