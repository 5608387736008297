//! Counts calls, and brings a fault about at one of them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::{Call, Death, Fault};

/// How the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ending {
    /// It aborts: nothing of it runs any more.
    #[default]
    Abort,
    /// It unwinds with [`Killed`], for tests that go on in the same process: destructors run, nothing else, and each
    /// later call unwinds too.
    Unwind,
}

/// The payload that [`Ending::Unwind`] unwinds with. No panic hook hears of it.
#[derive(Debug, Clone, Copy)]
pub struct Killed;

/// Counts the calls of a lake, and brings a fault about at one of them. Clones share the count.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    fault: Option<(usize, Fault)>,
    ending: Ending,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    calls: Mutex<Vec<Call>>,
    has_happened: AtomicBool,
}

/// What is to become of a call.
pub(crate) enum Fate {
    /// It is passed on.
    Passed,
    /// It is passed on, and then the process ends.
    Last,
    /// The process ends when half of it is done.
    Half,
    /// It goes wrong.
    Wrong(Fault),
}

impl Faults {
    /// No fault; the calls are counted.
    pub fn none() -> Self {
        Self::default()
    }

    /// A fault at the call of this number, from 0.
    pub fn at(number: usize, fault: Fault, ending: Ending) -> Self {
        Self { fault: Some((number, fault)), ending, state: Arc::default() }
    }

    /// The calls so far.
    pub fn calls(&self) -> Vec<Call> {
        self.state.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the call was reached at which the fault was to happen.
    pub fn has_happened(&self) -> bool {
        self.state.has_happened.load(Ordering::SeqCst)
    }

    /// Counts a call, and says what is to become of it.
    pub(crate) fn meet(&self, call: Call) -> Fate {
        let number = {
            let mut calls = self.state.calls.lock().unwrap_or_else(PoisonError::into_inner);
            calls.push(call);
            calls.len() - 1
        };
        let Some((at, fault)) = self.fault.filter(|(at, _)| number >= *at) else { return Fate::Passed };
        self.state.has_happened.store(true, Ordering::SeqCst);
        if number == at {
            return match fault {
                Fault::Dies(Death::Before) => self.end(),
                Fault::Dies(Death::Within) => Fate::Half,
                Fault::Dies(Death::After) => Fate::Last,
                fault => Fate::Wrong(fault),
            };
        }
        match fault {
            // Only when unwinding: a call of a destructor, or of a thread that has not noticed yet.
            Fault::Dies(_) => self.end(),
            Fault::DiskFull if call.needs_space() => Fate::Wrong(fault),
            Fault::Breaks if !call.is_catalog() => Fate::Wrong(fault),
            Fault::Locked if call.is_catalog() && call != Call::Ask => Fate::Wrong(fault),
            Fault::Vanishes { .. } if call.is_catalog() => Fate::Wrong(Fault::Vanishes { done: false }),
            _ => Fate::Passed,
        }
    }

    /// Ends the process.
    pub(crate) fn end(&self) -> ! {
        match self.ending {
            Ending::Abort => std::process::abort(),
            Ending::Unwind => std::panic::resume_unwind(Box::new(Killed)),
        }
    }
}
