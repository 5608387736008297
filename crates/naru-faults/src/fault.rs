//! What can go wrong at a call.

use naru_lake::PointerErrorKind;
use serde::{Deserialize, Serialize};

use crate::Call;

/// What goes wrong at a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The process ends.
    Dies(Death),
    /// The call fails, this once, and does nothing.
    Fails,
    /// The storage fails from this call on; the catalog answers.
    Breaks,
    /// The disk is full from this call on: what needs space fails.
    DiskFull,
    /// Another process keeps the catalog locked from this call on: it answers, and takes no change.
    Locked,
    /// The catalog answers with an error, this once, whether or not it did what it was asked to.
    Says {
        /// The error.
        kind: PointerErrorKind,
        /// Whether the change took place.
        done: bool,
    },
    /// The catalog's answer is lost, and the change takes place later: at its next change, or when nobody looks any more.
    SaysUnknownAndDoesItLater,
    /// The catalog's answer is lost, and it is out of reach from then on.
    Vanishes {
        /// Whether the change took place.
        done: bool,
    },
}

/// When the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Death {
    /// Before the call.
    Before,
    /// When half of what was to be written is.
    Within,
    /// After the call, before its caller knows.
    After,
}

impl Fault {
    /// The ways in which the process can end at a call.
    pub fn deaths(call: Call) -> Vec<Self> {
        let within = (call == Call::Write).then_some(Self::Dies(Death::Within));
        [Self::Dies(Death::Before)].into_iter().chain(within).chain([Self::Dies(Death::After)]).collect()
    }

    /// What a call can come to in a process that goes on.
    pub fn failures(call: Call) -> Vec<Self> {
        use PointerErrorKind::{AlreadyExists, Conflict, Denied, NotFound, Other, Unavailable, UnknownOutcome};
        let says = |kind, done| Self::Says { kind, done };
        let mut faults = match call {
            Call::Ask => vec![says(Unavailable, false), says(Denied, false), says(Other, false)],
            Call::Swap => vec![
                Self::Locked,
                says(Conflict, false),
                says(Conflict, true),
                says(UnknownOutcome, false),
                says(UnknownOutcome, true),
                says(Other, false),
                says(Other, true),
                says(Unavailable, false),
                says(Denied, false),
                says(NotFound, false),
                Self::SaysUnknownAndDoesItLater,
                Self::Vanishes { done: false },
                Self::Vanishes { done: true },
            ],
            Call::AddTable => vec![
                Self::Locked,
                says(AlreadyExists, true),
                says(UnknownOutcome, false),
                says(UnknownOutcome, true),
                says(Other, true),
                says(Unavailable, false),
                says(Denied, false),
                Self::Vanishes { done: false },
                Self::Vanishes { done: true },
            ],
            Call::AddDatabase => vec![says(Unavailable, false), says(UnknownOutcome, true), says(Denied, false)],
            _ => vec![Self::Fails, Self::Breaks],
        };
        if call.needs_space() {
            faults.push(Self::DiskFull);
        }
        faults
    }
}
