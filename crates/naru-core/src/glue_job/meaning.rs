//! What a run's state means for who asked for it.

use super::run::{GlueRun, GlueRunState};

/// What becomes of a command that waited for a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunMeaning {
    /// It goes on.
    Live,
    /// Its work is done: exit code 0.
    Done,
    /// Nothing is wrong with the load: the same again later can succeed. Exit code 75, and the reason.
    TryAgain(String),
    /// It fails again until somebody mends something. Exit code 1, and Spark's reason.
    Failed(String),
}

/// What Glue says in a failed run's reason when there was no room for it, in lower case.
///
/// Source: AWS Glue Developer Guide, "AWS Glue job run statuses", which lists the limits that end a run as FAILED, and
/// "Troubleshooting AWS Glue errors".
const NO_ROOM: &[&str] = &[
    "resource unavailable",
    "max concurrent job runs",
    "max concurrent compute",
    "maximum concurrent compute capacity",
    "concurrent runs exceeded",
    "concurrentrunsexceeded",
    "resourcenumberlimitexceeded",
];

/// How Glue tells that the program itself ended with exit code 75.
const PROGRAM_TRIES_AGAIN: &str = "SystemExit: 75";

impl RunMeaning {
    /// The meaning of a run.
    pub fn of(run: &GlueRun) -> Self {
        let reason = run.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
        let told = |otherwise: &str| reason.unwrap_or(otherwise).to_owned();
        match &run.state {
            state if state.is_live() => Self::Live,
            GlueRunState::Succeeded => Self::Done,
            GlueRunState::Timeout => {
                Self::TryAgain(format!("it was stopped at its timeout of {} minutes", run.timeout_minutes))
            }
            GlueRunState::Stopped => Self::TryAgain("it was stopped".into()),
            GlueRunState::Expired => Self::TryAgain(told("it waited for room too long")),
            GlueRunState::Failed if reason.is_some_and(has_no_room) => Self::TryAgain(told("")),
            GlueRunState::Failed if reason.is_some_and(|reason| reason.contains(PROGRAM_TRIES_AGAIN)) => {
                Self::TryAgain(told(""))
            }
            _ => Self::Failed(told("Glue tells no reason; see its log")),
        }
    }
}

fn has_no_room(reason: &str) -> bool {
    let reason = reason.to_lowercase();
    NO_ROOM.iter().any(|words| reason.contains(words))
}
