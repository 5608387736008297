//! Who may alter a Glue job: in dev a run creates and updates its own, elsewhere only `naru sync` does.
//!
//! ```text
//!               nothing differs   missing   differs
//!  run, dev     leave             create    update
//!  run, qa/prod leave             refuse    refuse: "run naru sync"
//!  sync         leave             create    update
//! ```

use super::difference::GlueJobDifference;
use crate::Phase;

/// What is done about a Glue job before it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobAction {
    /// It is as it should be.
    Leave,
    /// There is none: it is made.
    Create,
    /// It becomes as its name says.
    Update,
}

/// A Glue job differs, and who found it may not alter it. Prints as one line; a failure, exit code 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Glue job {job} is not as its name says, and a run in {phase} does not alter it")]
pub struct JobRefused {
    /// The job's name in Glue.
    pub job: String,
    /// The phase.
    pub phase: Phase,
    /// What differs.
    pub differences: Vec<GlueJobDifference>,
}

impl JobRefused {
    /// What to do.
    pub fn hint(&self) -> String {
        format!("run `naru sync --phase {}`, which the pipeline does on merge", self.phase)
    }
}

/// What a run does about its Glue job's differences.
///
/// # Errors
/// In qa and prod, if there are any.
pub fn by_run(phase: Phase, job: &str, differences: &[GlueJobDifference]) -> Result<JobAction, JobRefused> {
    match by_sync(differences) {
        JobAction::Leave => Ok(JobAction::Leave),
        action if phase == Phase::Dev => Ok(action),
        _ => Err(JobRefused { job: job.into(), phase, differences: differences.to_vec() }),
    }
}

/// What `naru sync` does about a Glue job's differences.
pub fn by_sync(differences: &[GlueJobDifference]) -> JobAction {
    match differences {
        [] => JobAction::Leave,
        [GlueJobDifference::Created { .. }, ..] => JobAction::Create,
        _ => JobAction::Update,
    }
}
