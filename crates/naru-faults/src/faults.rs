//! Counts calls, and brings a fault about, or another process in, at one of them.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::{Call, Death, Fault, Swap};

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

#[derive(Default)]
struct State {
    calls: Mutex<Vec<Call>>,
    has_happened: AtomicBool,
    lost: Mutex<Option<Swap>>,
    meanwhile: Mutex<Option<(usize, Meanwhile)>>,
}

type Meanwhile = Box<dyn FnOnce() + Send>;

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("calls", &self.calls).finish_non_exhaustive()
    }
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

    /// No fault; but just before the call of this number, from 0, another process does its work, from its start to its
    /// end. It does it on a thread of its own.
    pub fn meanwhile(number: usize, work: impl FnOnce() + Send + 'static) -> Self {
        let state = State { meanwhile: Mutex::new(Some((number, Box::new(work)))), ..State::default() };
        Self { fault: None, ending: Ending::default(), state: Arc::new(state) }
    }

    /// The calls so far.
    pub fn calls(&self) -> Vec<Call> {
        self.state.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the call was reached at which the fault was to happen.
    pub fn has_happened(&self) -> bool {
        self.state.has_happened.load(Ordering::SeqCst)
    }

    /// The swap that was not done when the catalog vanished, and that may still arrive there.
    pub fn lost(&self) -> Option<Swap> {
        self.state.lost.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps the first swap that gets lost.
    pub(crate) fn lose(&self, swap: Swap) {
        self.state.lost.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(swap);
    }

    /// Counts a call, and says what is to become of it.
    pub(crate) fn meet(&self, call: Call) -> Fate {
        let number = {
            let mut calls = self.state.calls.lock().unwrap_or_else(PoisonError::into_inner);
            calls.push(call);
            calls.len() - 1
        };
        self.let_others_work(number);
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

    fn let_others_work(&self, number: usize) {
        let mut meanwhile = self.state.meanwhile.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((_, work)) = meanwhile.take_if(|(at, _)| *at == number) else { return };
        self.state.has_happened.store(true, Ordering::SeqCst);
        if let Err(panic) = std::thread::spawn(work).join() {
            std::panic::resume_unwind(panic);
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
