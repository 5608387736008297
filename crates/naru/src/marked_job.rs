//! A job that is marked or waited for: one of naru's, or another scheduler's.

use naru_core::marks::check_job;
use naru_core::{Cadence, JobName};

use crate::error::CommandError;

/// Name and cadence of a job that marks are about.
pub(crate) struct MarkedJob {
    pub(crate) name: String,
    pub(crate) cadence: Cadence,
}

impl MarkedJob {
    /// A job of naru's says its cadence; of any other it has to be given.
    ///
    /// # Errors
    /// A name that is neither; another cadence than the name's; none at all.
    pub(crate) fn parse(text: &str, cadence: Option<Cadence>) -> Result<Self, CommandError> {
        if let Ok(job) = JobName::parse(text) {
            return match cadence {
                Some(given) if given != job.cadence => {
                    Err(CommandError::usage(format!("job {job} runs {}, not {}", job.cadence.title(), given.title()))
                        .hint("leave --cadence out: the name says it"))
                }
                _ => Ok(Self { name: job.to_string(), cadence: job.cadence }),
            };
        }
        if text.contains("__") {
            // Meant to be one of naru's: told what is wrong with it.
            crate::jobs::parse(text)?;
        }
        check_job(text).map_err(|error| CommandError::usage(error.to_string()).hint(error.hint()))?;
        match cadence {
            Some(cadence) => Ok(Self { name: text.into(), cadence }),
            None => Err(CommandError::usage(format!(
                "\"{text}\" is no job of naru's, so that its name does not say how often it runs"
            ))
            .hint("give --cadence, as in `--cadence d`")),
        }
    }
}
