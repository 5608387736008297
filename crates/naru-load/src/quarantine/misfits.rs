//! The rows of a replay that still do not fit.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use naru_core::LoadPlan;
use naru_decode::Reason;

use crate::LoadError;
use crate::reject_sink::{RejectSink, RejectedBlock};

/// How many stored rows do not fit one column for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Residue {
    /// Target column; none when the record as a whole is at fault.
    pub column: Option<String>,
    /// Why.
    pub reason: Reason,
    /// How many rows.
    pub rows: u64,
}

/// Remembers which rows do not fit: one bit a row.
pub(crate) struct Misfits<'a> {
    plan: &'a LoadPlan,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Bit `n` of all is row `n + 1`.
    words: Vec<u64>,
    counts: BTreeMap<(Option<u32>, Reason), u64>,
}

impl<'a> Misfits<'a> {
    pub(crate) fn new(plan: &'a LoadPlan) -> Self {
        Self { plan, state: Mutex::new(State::default()) }
    }

    /// Whether the row of this number, from 1, does not fit.
    pub(crate) fn holds(&self, number: u64) -> bool {
        let (word, bit) = place(number);
        self.lock().words.get(word).is_some_and(|word| word & bit != 0)
    }

    /// What does not fit, by column and reason.
    pub(crate) fn residue(&self) -> Vec<Residue> {
        let name = |index: u32| {
            let column = self.plan.columns.get(index as usize)?;
            Some(column.target.as_ref().unwrap_or(&column.source).clone())
        };
        let residue = |((column, reason), rows): (&(Option<u32>, Reason), &u64)| Residue {
            column: column.and_then(name),
            reason: *reason,
            rows: *rows,
        };
        self.lock().counts.iter().map(residue).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl RejectSink for Misfits<'_> {
    fn add(&self, rejected: RejectedBlock<'_>) -> Result<(), LoadError> {
        let mut state = self.lock();
        for reject in rejected.rejects {
            let (word, bit) = place(reject.row);
            if state.words.len() <= word {
                state.words.resize(word + 1, 0);
            }
            state.words[word] |= bit;
        }
        for row in rejected.rejects.chunk_by(|one, other| one.row == other.row) {
            let mut faults: Vec<_> = row.iter().map(|reject| (reject.column, reject.reason)).collect();
            faults.sort_unstable();
            faults.dedup();
            for fault in faults {
                *state.counts.entry(fault).or_default() += 1;
            }
        }
        Ok(())
    }
}

fn place(number: u64) -> (usize, u64) {
    let index = number.saturating_sub(1);
    (usize::try_from(index / 64).unwrap_or(usize::MAX), 1 << (index % 64))
}
