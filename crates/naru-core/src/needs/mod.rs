//! What a job needs before it runs: other jobs' intervals, within a slice of the calendar.
//!
//! ```text
//!  "NAME@month" ─parse─▶ Need { job, slice } ─┐
//!  the run's interval ─ slice.around ─▶ Window ┴─▶ intervals of the needed job that must have succeeded
//! ```
//!
//! A need does not hang on a schedule's clock time: a job that runs every month needs all days of its month, whenever
//! they were loaded; one that runs every day needs the month that its day lies in. What is wrong with a need is found when it
//! is written: a wait that can never be met is no need.

mod graph;
mod rerun;
mod slice;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono_tz::Tz;

pub use graph::{Edges, cycles, downstream, order};
pub use rerun::{LeftOut, RerunJob, RerunPlan, rerun};
pub use slice::{Slice, Window};

use crate::interval::IntervalError;
use crate::nearest::nearest;
use crate::{Cadence, Interval, JobName};

/// What stands between a job's name and a slice.
pub const SLICE_SIGN: char = '@';

/// A job that must have succeeded, within a slice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The job that is needed.
    pub job: JobName,
    /// The slice.
    pub slice: Slice,
    /// As the DAG file says it.
    pub written: String,
}

/// Why a text is no need that can be met.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NeedError {
    /// No job of the project.
    #[error("needs \"{text}\", which is no job of this project")]
    Unknown {
        /// As written, without the slice.
        text: String,
        /// The job that was probably meant.
        meant: Option<String>,
    },
    /// No slice.
    #[error("needs {job}: {error}")]
    Slice {
        /// The needed job.
        job: String,
        /// Why.
        error: crate::name::WordError,
    },
    /// The job itself.
    #[error("needs itself")]
    Itself,
    /// The same job as another need.
    #[error("needs {job} twice")]
    Twice {
        /// The needed job.
        job: String,
    },
    /// An interval of the needed job does not fit into the slice.
    #[error("needs {job} within one {slice}, and it runs {cadence}: no {slice} holds a run of it", cadence = cadence.title())]
    ShorterThanNeeded {
        /// The needed job.
        job: String,
        /// Its cadence.
        cadence: Cadence,
        /// The slice.
        slice: Slice,
    },
    /// The job's own interval does not fit into the slice.
    #[error("needs {job} within one {slice}, and the job itself runs {cadence}: no {slice} holds its interval", cadence = cadence.title())]
    ShorterThanOwn {
        /// The needed job.
        job: String,
        /// The cadence of the job that needs it.
        cadence: Cadence,
        /// The slice.
        slice: Slice,
    },
    /// Nothing tells that a job without a calendar has run.
    #[error("needs {job}, which runs on demand: nothing says when it has run")]
    OnDemand {
        /// The needed job.
        job: String,
    },
}

impl NeedError {
    /// What to do.
    pub fn hint(&self) -> String {
        match self {
            Self::Unknown { meant: Some(meant), .. } => format!("did you mean \"{meant}\"?"),
            Self::Unknown { .. } => "a need is the name of a job, which has a DAG file".into(),
            Self::Slice { error, .. } => error.hint(),
            Self::Itself => "leave it out: intervals of one job run in order anyway".into(),
            Self::Twice { .. } => "leave one of them out".into(),
            Self::ShorterThanNeeded { job, cadence, .. } | Self::ShorterThanOwn { job, cadence, .. } => {
                let slice = Slice::between(*cadence, *cadence);
                format!("write \"{job}{SLICE_SIGN}{slice}\" or a longer slice, or leave the slice out")
            }
            Self::OnDemand { .. } => {
                "set [marks] in naru.toml, so that its runs are marked; or give the job a calendar".into()
            }
        }
    }
}

impl Need {
    /// Reads a need of `job`. `known` are the project's jobs by their names; `has_marks`: runs are marked.
    ///
    /// # Errors
    /// See [`NeedError`]; the first thing that is wrong.
    pub fn parse(
        text: &str,
        job: &JobName,
        known: &BTreeMap<String, &JobName>,
        has_marks: bool,
    ) -> Result<Self, NeedError> {
        let (name, slice) = match text.split_once(SLICE_SIGN) {
            Some((name, slice)) => (name, Some(slice)),
            None => (text, None),
        };
        let Some(needed) = known.get(name).copied() else {
            let meant = nearest(name, known.keys().map(String::as_str)).map(Into::into);
            return Err(NeedError::Unknown { text: name.into(), meant });
        };
        if needed == job {
            return Err(NeedError::Itself);
        }
        let slice = match slice.map(str::parse::<Slice>).transpose() {
            Ok(slice) => slice.unwrap_or_else(|| Slice::between(job.cadence, needed.cadence)),
            Err(error) => return Err(NeedError::Slice { job: name.into(), error }),
        };
        let need = Self { job: needed.clone(), slice, written: text.into() };
        need.check(job, has_marks).map(|()| need)
    }

    /// Whether it can ever be met.
    fn check(&self, job: &JobName, has_marks: bool) -> Result<(), NeedError> {
        let (name, slice) = (self.job.to_string(), self.slice);
        if Slice::of_cadence(self.job.cadence).is_some_and(|own| slice < own) {
            return Err(NeedError::ShorterThanNeeded { job: name, cadence: self.job.cadence, slice });
        }
        if Slice::of_cadence(job.cadence).is_some_and(|own| slice < own) {
            return Err(NeedError::ShorterThanOwn { job: name, cadence: job.cadence, slice });
        }
        if self.job.cadence == Cadence::X && !has_marks {
            return Err(NeedError::OnDemand { job: name });
        }
        Ok(())
    }

    /// The span within which the needed job must have succeeded before a run for `interval`.
    ///
    /// # Errors
    /// `Range` outside the years that intervals have.
    pub fn window(&self, interval: &Interval, zone: Tz) -> Result<Window, IntervalError> {
        self.slice.around(interval, zone)
    }

    /// The intervals of the needed job that must have succeeded before a run for `interval`: all that lie in the window, also
    /// in part. None for a job that runs on demand: of that one any run in the window is enough.
    ///
    /// # Errors
    /// `Range` outside the years that intervals have.
    pub fn required(&self, interval: &Interval, zone: Tz) -> Result<Vec<Interval>, IntervalError> {
        self.window(interval, zone)?.intervals(self.job.cadence, zone)
    }
}
