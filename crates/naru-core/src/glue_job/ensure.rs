//! Making a Glue job what its name says, by whoever may.

use super::authority::{JobAction, JobRefused, by_run, by_sync};
use super::difference::{GlueJobDifference, differences};
use super::ports::{GlueJobError, GlueJobErrorKind, GlueJobs};
use super::spec::GlueJobSpec;
use crate::Phase;

/// How often a job is looked at again when somebody else makes or changes it at the same time.
const ATTEMPTS: u32 = 5;

/// Why a Glue job is not what its name says.
#[derive(Debug, thiserror::Error)]
pub enum EnsureError {
    /// It differs, and a run may not alter it.
    #[error(transparent)]
    Refused(#[from] JobRefused),
    /// Glue failed.
    #[error(transparent)]
    Failed(#[from] GlueJobError),
}

/// What `naru plan` shows: how a Glue job differs from what its name says. Changes nothing.
///
/// # Errors
/// Those of the port.
pub fn look_for_differences(jobs: &dyn GlueJobs, wanted: &GlueJobSpec) -> Result<Vec<GlueJobDifference>, GlueJobError> {
    Ok(differences(jobs.find(&wanted.name)?.as_ref(), wanted))
}

/// Before a run: makes the job what its name says, in dev. Gives what was changed.
///
/// # Errors
/// `Refused` in qa and prod if anything differs; else those of the port.
pub fn ensure_by_run(
    jobs: &dyn GlueJobs,
    phase: Phase,
    wanted: &GlueJobSpec,
) -> Result<Vec<GlueJobDifference>, EnsureError> {
    ensure(jobs, wanted, |differences| Ok(by_run(phase, &wanted.name, differences)?))
}

/// By `naru sync`: makes the job what its name says. Gives what was changed.
///
/// # Errors
/// Those of the port.
pub fn ensure_by_sync(jobs: &dyn GlueJobs, wanted: &GlueJobSpec) -> Result<Vec<GlueJobDifference>, EnsureError> {
    ensure(jobs, wanted, |differences| Ok(by_sync(differences)))
}

fn ensure(
    jobs: &dyn GlueJobs,
    wanted: &GlueJobSpec,
    decide: impl Fn(&[GlueJobDifference]) -> Result<JobAction, EnsureError>,
) -> Result<Vec<GlueJobDifference>, EnsureError> {
    let mut attempt = 1;
    loop {
        let differences = look_for_differences(jobs, wanted)?;
        let done = match decide(&differences)? {
            JobAction::Leave => Ok(()),
            JobAction::Create => jobs.create(wanted),
            JobAction::Update => jobs.update(wanted),
        };
        match done {
            Ok(()) => return Ok(differences),
            // Somebody else was faster, or an answer was lost: what there is now is looked at again.
            Err(error) if is_overtaken(&error) && attempt < ATTEMPTS => attempt += 1,
            Err(error) => return Err(error.into()),
        }
    }
}

fn is_overtaken(error: &GlueJobError) -> bool {
    use GlueJobErrorKind::{AlreadyExists, Conflict, NotFound, UnknownOutcome};
    matches!(error.kind(), AlreadyExists | Conflict | NotFound | UnknownOutcome)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::glue_job::testing::{MemoryGlue, simple_job};

    #[test]
    fn a_job_is_made_and_changed_by_who_may_only_when_it_differs() {
        let (glue, wanted) = (MemoryGlue::default(), simple_job("account"));
        let created = GlueJobDifference::Created { job: "account".into() };
        assert_eq!(look_for_differences(&glue, &wanted).unwrap().first(), Some(&created));
        for phase in [Phase::Qa, Phase::Prod] {
            assert!(matches!(ensure_by_run(&glue, phase, &wanted), Err(EnsureError::Refused(_))));
        }
        assert_eq!(glue.find("account").unwrap(), None, "to look, or to be refused, changes nothing");
        assert_eq!(ensure_by_run(&glue, Phase::Dev, &wanted).unwrap(), [created]);
        for phase in [Phase::Dev, Phase::Qa, Phase::Prod] {
            assert_eq!(ensure_by_run(&glue, phase, &wanted).unwrap(), []);
        }
        assert_eq!(glue.changes(), 1);
        let longer = GlueJobSpec { timeout_minutes: 240, ..wanted.clone() };
        assert!(matches!(ensure_by_run(&glue, Phase::Prod, &longer), Err(EnsureError::Refused(_))));
        assert_eq!(glue.find("account").unwrap(), Some(wanted));
        assert_eq!(ensure_by_sync(&glue, &longer).unwrap().len(), 1);
        assert_eq!((glue.find("account").unwrap(), glue.changes()), (Some(longer.clone()), 2));
        assert_eq!(ensure_by_sync(&glue, &longer).unwrap(), []);
    }

    #[test]
    fn who_is_overtaken_looks_again() {
        for overtaken in [GlueJobErrorKind::AlreadyExists, GlueJobErrorKind::UnknownOutcome] {
            let (glue, wanted) = (MemoryGlue::default(), simple_job("account"));
            glue.fail(crate::glue_job::testing::Call::Create, crate::glue_job::testing::Failing::After(overtaken));
            assert_eq!(ensure_by_run(&glue, Phase::Dev, &wanted).unwrap(), [], "it is there by now");
            assert_eq!(glue.changes(), 1);
        }
        let (glue, wanted) = (MemoryGlue::default(), simple_job("account"));
        for _ in 0..ATTEMPTS {
            let failing = crate::glue_job::testing::Failing::Before(GlueJobErrorKind::Conflict);
            glue.fail(crate::glue_job::testing::Call::Create, failing);
        }
        assert!(matches!(ensure_by_run(&glue, Phase::Dev, &wanted), Err(EnsureError::Failed(_))));
    }
}
