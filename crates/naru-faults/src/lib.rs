//! A storage and a catalog that fail on command, around real ones: for tests of what a failure at any instant leaves
//! behind. No program is built from this crate.
//!
//! ```text
//!  command ─▶ naru-lake ─┬─▶ FaultyStorage ─▶ storage
//!                        └─▶ FaultyPointer ─▶ catalog      each call: counted; at the chosen one: the fault
//! ```
//!
//! [`faulty`] wraps a lake, [`Faults`] says what happens at which call and tells afterwards which calls there were. So a
//! test runs a command once without a fault, and then once for each call that it saw.

mod call;
mod fault;
mod faults;
mod pointer;
mod storage;
mod swap;

use naru_lake::Lake;

pub use call::Call;
pub use fault::{Death, Fault};
pub use faults::{Ending, Faults, Killed};
pub use swap::Swap;

/// The same lake, whose storage and catalog fail as `faults` says.
pub fn faulty(lake: &Lake, faults: &Faults) -> Lake {
    let pointer = pointer::FaultyPointer::new(lake.pointer().clone(), faults.clone());
    Lake::new(std::sync::Arc::new(pointer), storage::file_io(lake.file_io().clone(), faults.clone()))
}
