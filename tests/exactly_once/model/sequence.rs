//! Sequences of steps: random ones, and shorter ones that go wrong as well.

use std::collections::BTreeSet;

use naru_faults::{Death, Fault};

use super::batch::{DAYS, Day, Values, random_row};
use super::definition::Change;
use super::kinds::Kind;
use crate::random::Random;

/// A step. It can be left out of its sequence, and the rest still makes sense.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// These are the interval's files from now on.
    Deliver { day: Day, files: Vec<Vec<Values>> },
    /// A run of the interval, in which something may go wrong at a call.
    Run { day: Day, force: bool, fault: Option<(usize, Fault)> },
    /// The definition is changed; where, the seed says.
    Change { change: Change, seed: u64 },
    /// Another engine writes all rows into one file.
    Compact,
    /// Maintenance that keeps so many snapshots.
    Maintain { snapshots: usize, fault: Option<(usize, Fault)> },
}

/// The sequence of a seed.
pub(crate) fn random(kind: &Kind, seed: u64) -> Vec<Step> {
    let mut random = Random::new(seed);
    let length = 4 + random.below(12);
    (0..length).flat_map(|_| random_steps(kind, &mut random)).collect()
}

fn random_steps(kind: &Kind, random: &mut Random) -> Vec<Step> {
    if !kind.is_partitioned() && random.percent(6) {
        return vec![Step::Compact];
    }
    if random.percent(12) {
        return vec![Step::Maintain { snapshots: 1 + random.below(3) as usize, fault: random_fault(random) }];
    }
    if kind.evolves && random.percent(15) {
        let change = *random.one(&[Change::Add, Change::Rename, Change::Widen, Change::Drop]);
        return vec![Step::Change { change, seed: random.below(100) }];
    }
    let day = random.below(DAYS.len() as u64) as usize;
    let mut steps = Vec::new();
    if random.percent(75) {
        let files = if random.percent(5) { 0 } else { 1 + random.below(2) };
        let mut files: Vec<Vec<Values>> = (0..files).map(|_| random_file(random)).collect();
        if random.percent(90) {
            leave_one_each(&mut files, kind.unique());
        }
        steps.push(Step::Deliver { day, files });
    }
    let fault = random_fault(random);
    let is_interrupted = fault.is_some();
    steps.push(Step::Run { day, force: random.percent(10), fault });
    if is_interrupted && random.percent(70) {
        steps.push(Step::Run { day, force: false, fault: None });
    }
    steps
}

fn random_file(random: &mut Random) -> Vec<Values> {
    let rows = if random.percent(10) { 0 } else { 1 + random.below(4) };
    (0..rows).map(|_| random_row(random)).collect()
}

/// Leaves one row for each combination of values in these columns.
fn leave_one_each(files: &mut [Vec<Values>], columns: &[&str]) {
    let mut seen = BTreeSet::new();
    let key = |row: &Values| columns.iter().map(|column| row.get(column).cloned()).collect::<Vec<_>>();
    files.iter_mut().for_each(|rows| rows.retain(|row| columns.is_empty() || seen.insert(key(row))));
}

fn random_fault(random: &mut Random) -> Option<(usize, Fault)> {
    let faults = [Fault::Dies(Death::Before), Fault::Dies(Death::Within), Fault::Dies(Death::After), Fault::DiskFull];
    random.percent(30).then(|| (random.below(40) as usize, *random.one(&faults)))
}

/// Leaves steps out of a sequence that goes wrong, as long as it still does. Gives what is left, and what goes wrong then.
pub(crate) fn shorten(
    mut steps: Vec<Step>,
    mut told: String,
    run: impl Fn(&[Step]) -> Result<(), String>,
) -> (Vec<Step>, String) {
    let mut n = steps.len();
    while n > 0 {
        n -= 1;
        let mut shorter = steps.clone();
        shorter.remove(n);
        if let Err(still) = run(&shorter) {
            (steps, told) = (shorter, still);
            n = n.min(steps.len());
        }
    }
    (steps, told)
}
