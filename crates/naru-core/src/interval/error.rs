//! What can be wrong with an interval.

use chrono_tz::Tz;

use super::{MAX_RUN_KEY_BYTES, MAX_TILES};
use crate::Cadence;

/// Why there is no such interval.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntervalError {
    /// A text that names no interval of the cadence.
    #[error("\"{text}\" is no interval of a job that runs {}", cadence.title())]
    Text {
        /// As given.
        text: String,
        /// The job's.
        cadence: Cadence,
    },
    /// An hour whose text needs an offset, or has one that it does not need.
    #[error("the hour \"{text}\" is written \"{right}\"")]
    Written {
        /// As given.
        text: String,
        /// As it must be given.
        right: String,
    },
    /// An hour or a day that clocks pass over.
    #[error("there is no {text} in {zone}: its clocks pass over it")]
    Skipped {
        /// As given.
        text: String,
        /// The project's time zone.
        zone: Tz,
    },
    /// A bound of a span that names no instant.
    #[error("\"{text}\" is no bound of a span")]
    Bound {
        /// As given.
        text: String,
    },
    /// A time that the zone's clocks read twice.
    #[error("the clocks of {zone} read {text} twice")]
    Repeated {
        /// As given.
        text: String,
        /// The project's time zone.
        zone: Tz,
        /// The first of both instants, with its offset.
        first: String,
        /// The second one.
        second: String,
    },
    /// A run key of an on-demand run that is none.
    #[error("\"{text}\" is no run key")]
    RunKey {
        /// As given.
        text: String,
    },
    /// An on-demand job, which has no interval of its own.
    #[error("a job that runs on demand has no interval of its own")]
    OnDemand,
    /// Too early or too late.
    #[error("the time is outside the years 1 to 9998")]
    Range,
    /// A span that ends before or where it begins.
    #[error("the span from {start} to {end} is empty")]
    Empty {
        /// First instant, in the project's time zone.
        start: String,
        /// First instant after, in the project's time zone.
        end: String,
    },
    /// A bound of a span that is inside an interval.
    #[error("the {bound} {given} cuts the interval {text} of a job that runs {}", cadence.title())]
    Cut {
        /// `start` or `end`.
        bound: &'static str,
        /// The bound, in the project's time zone.
        given: String,
        /// The job's.
        cadence: Cadence,
        /// The interval's text.
        text: String,
        /// The interval's start, in the project's time zone.
        before: String,
        /// The interval's end, in the project's time zone.
        after: String,
    },
    /// A span of more than [`MAX_TILES`] intervals.
    #[error("the span holds more than {limit} intervals")]
    TooMany {
        /// The most that it may hold.
        limit: usize,
    },
}

impl IntervalError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Text { cadence: Cadence::H, .. } => "write an hour, as in 2026-11-22T05".into(),
            Self::Text { cadence: Cadence::D, .. } => "write a day, as in 2026-11-22".into(),
            Self::Text { cadence, .. } => {
                let example = match cadence {
                    Cadence::W => "an ISO week, as in 2026-W47",
                    Cadence::M => "a month, as in 2026-11",
                    Cadence::Q => "a quarter, as in 2026-Q4",
                    _ => "a year, as in 2026",
                };
                format!("write {example}, or a day in it, as in 2026-11-22")
            }
            Self::Written { right, .. } => format!("write {right}"),
            Self::Skipped { .. } => "take the one before or after it; there is nothing to load".into(),
            Self::Bound { .. } => {
                "write a day or another interval, as in 2026-11-22, or an instant, as in 2026-11-22T00:00:00+09:00"
                    .into()
            }
            Self::Repeated { first, second, .. } => format!("write {first} or {second}"),
            Self::RunKey { .. } => format!(
                "write 1 to {MAX_RUN_KEY_BYTES} lower-case letters, digits, dots, underscores and hyphens, a letter or \
                 digit first"
            ),
            Self::OnDemand => "give a run key and a start".into(),
            Self::Range => "check the year".into(),
            Self::Empty { .. } => "the end is the first instant that is not loaded: give a later one".into(),
            Self::Cut { before, after, .. } => format!("the nearest right bounds are {before} and {after}"),
            Self::TooMany { .. } => format!("split it into spans of at most {MAX_TILES} intervals"),
        }
    }
}
