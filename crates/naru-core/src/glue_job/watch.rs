//! Waiting for a run, and telling how far it is.

use std::time::Duration;

use super::ports::{Clock, GlueJobError, GlueJobErrorKind, GlueJobs};
use super::run::GlueRun;

/// Time between the first two looks; each later one is half as long again.
const FIRST_INTERVAL: Duration = Duration::from_secs(2);
/// Longest time between two looks.
const LAST_INTERVAL: Duration = Duration::from_secs(30);
/// How often a stop is asked for while waiting.
const SLICE: Duration = Duration::from_secs(1);
/// How long AWS may be out of reach, or a run that was started be unknown, before the waiting ends.
const PATIENCE: Duration = Duration::from_secs(600);

/// What a caller that has to stop wants of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopWish {
    /// It goes on by itself; who asks for the same run again attaches to it.
    LeaveRun,
    /// It is stopped, and waited for until it has.
    StopRun,
}

/// Waits for a run to end, and gives it as it ended: [`super::RunMeaning`] says what that means.
///
/// `tell` is given the run at each look. `stop` is asked every second; once it has wished for `StopRun`, it is asked no
/// more. Failures that may pass are waited out for ten minutes.
///
/// # Errors
/// Those of the port; `Stopped` on `LeaveRun`; `NotFound` if there is no such run.
pub fn watch(
    (jobs, clock): (&dyn GlueJobs, &dyn Clock),
    job: &str,
    run_id: &str,
    tell: &mut dyn FnMut(&GlueRun),
    stop: &dyn Fn() -> Option<StopWish>,
) -> Result<GlueRun, GlueJobError> {
    let (mut interval, mut last_seen, mut is_stopping) = (FIRST_INTERVAL, clock.now(), false);
    loop {
        match look(jobs, job, run_id) {
            Ok(run) => {
                last_seen = clock.now();
                tell(&run);
                if !run.state.is_live() {
                    return Ok(run);
                }
            }
            Err(error) if may_pass(&error) && clock.now().saturating_sub(last_seen) < PATIENCE => {}
            Err(error) => return Err(error),
        }
        if is_stopping {
            clock.sleep(FIRST_INTERVAL);
            continue;
        }
        match pause(clock, interval, stop) {
            None => interval = (interval * 3 / 2).min(LAST_INTERVAL),
            Some(StopWish::LeaveRun) => return Err(left_alone(job, run_id)),
            Some(StopWish::StopRun) => match jobs.stop(job, run_id) {
                Ok(()) => is_stopping = true,
                // Asked for again after the next look.
                Err(error) if may_pass(&error) => clock.sleep(SLICE),
                Err(error) => return Err(error),
            },
        }
    }
}

fn look(jobs: &dyn GlueJobs, job: &str, run_id: &str) -> Result<GlueRun, GlueJobError> {
    let missing = || GlueJobError::new(GlueJobErrorKind::NotFound, format!("Glue job {job} has no run {run_id}"));
    jobs.run(job, run_id)?.ok_or_else(missing)
}

/// A run that was started moments ago may not be known yet.
fn may_pass(error: &GlueJobError) -> bool {
    use GlueJobErrorKind::{NotFound, Unavailable, UnknownOutcome};
    matches!(error.kind(), Unavailable | UnknownOutcome | NotFound)
}

/// Waits, and says early what is wished for.
fn pause(clock: &dyn Clock, interval: Duration, stop: &dyn Fn() -> Option<StopWish>) -> Option<StopWish> {
    let mut left = interval;
    while !left.is_zero() {
        if let Some(wish) = stop() {
            return Some(wish);
        }
        let slice = left.min(SLICE);
        clock.sleep(slice);
        left -= slice;
    }
    None
}

fn left_alone(job: &str, run_id: &str) -> GlueJobError {
    let message = format!("told to stop; run {run_id} of Glue job {job} goes on, and the same command waits for it");
    GlueJobError::new(GlueJobErrorKind::Stopped, message)
}
