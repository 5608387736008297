//! The order of a run's two commits: its rows into their table, and those that it refused into quarantine.

use naru_core::run::Again;

use crate::commit_rows::LoadedRows;
use crate::off_the_executor::off_the_executor;
use crate::outcome::Outcome;
use crate::pipeline::Stopped;
use crate::quarantine::{RefusedRows, commit_refused};
use crate::run_context::RunContext;
use crate::write_target::WriteTarget;
use crate::{LoadError, Quarantined};

/// Commits both, the quarantine first: once the table holds the rows, nothing tells any more that others are missing. A
/// replay commits its table first: its rows stand in the quarantine alone until they are in the table, and a replay that
/// finds none there does nothing.
///
/// # Errors
/// Either commit's; what was written for the other is deleted unless that is committed.
pub(crate) async fn settle(
    rows: LoadedRows<'_>,
    target: &WriteTarget<'_>,
    refused: RefusedRows<'_>,
) -> Result<Outcome, LoadError> {
    let context = rows.context;
    if context.again != Again::IfChanged {
        return match rows.commit().await {
            Ok(outcome) => Ok(Outcome { quarantined: quarantined(context, refused).await?, ..outcome }),
            Err(error) => {
                off_the_executor(|| refused.abandon());
                Err(error)
            }
        };
    }
    match quarantined(context, refused).await {
        Ok(quarantined) => Ok(Outcome { quarantined, ..rows.commit().await? }),
        Err(error) => {
            off_the_executor(|| target.delete(rows.written.files.iter()));
            Err(error)
        }
    }
}

/// The error of a run that failed. Where all that does not fit is known, it goes to quarantine all the same, unless it is
/// there already: that of a reload.
pub(crate) async fn settle_failure(context: RunContext<'_>, refused: RefusedRows<'_>, stopped: Stopped) -> LoadError {
    if context.again == Again::Reload || !stopped.is_complete || refused.is_empty() {
        off_the_executor(|| refused.abandon());
        return stopped.error;
    }
    match quarantined(context, refused).await {
        Ok(Some(quarantined)) => LoadError::Quarantined { error: Box::new(stopped.error), quarantined },
        Ok(None) => stopped.error,
        Err(error) => {
            tracing::warn!(%error, "the rows that do not fit are not in quarantine; run the job again");
            stopped.error
        }
    }
}

/// Commits what a run refused to its quarantine table.
async fn quarantined(context: RunContext<'_>, refused: RefusedRows<'_>) -> Result<Option<Quarantined>, LoadError> {
    let refused = off_the_executor(|| refused.finish())?;
    commit_refused(context.plan, context.lake, refused, context.options.commit_attempts).await
}
