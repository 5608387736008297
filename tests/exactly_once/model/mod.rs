//! Random sequences of deliveries, runs, reruns, late intervals, crashes and maintenance, beside a model of the table in
//! memory. After each step a reader sees in the lake what stands in the model.
//!
//! ```text
//!  seed ─▶ sequence ─▶ step ─┬─▶ the command, on a lake ─▶ what a reader sees ─┐
//!                            └─▶ the mode's model ───────▶ its rows ───────────┴─▶ equal, or the sequence is shortened
//! ```
//!
//! `NARU_MODEL_SEQUENCES=1000` runs so many sequences of each kind, `NARU_MODEL_SEED=7` begins with another.

mod append;
mod batch;
mod definition;
mod deletions;
mod driver;
mod expected;
mod kinds;
mod merge;
mod records;
mod replace;
mod reruns;
mod scd2;
mod sequence;
mod snapshots;
mod table_model;

use std::time::Instant;

use kinds::Kind;

/// Sequences of each kind when the environment does not say how many.
const SAMPLE: u64 = 4;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

fn check(kind: &Kind) {
    let first = number("NARU_MODEL_SEED").unwrap_or(0);
    let count = number("NARU_MODEL_SEQUENCES").unwrap_or(SAMPLE);
    let started = Instant::now();
    for seed in first..first + count {
        let steps = sequence::random(kind, seed);
        if let Err(told) = driver::run(kind, &steps) {
            let (steps, told) = sequence::shorten(steps, told, |steps| driver::run(kind, steps));
            let steps: String = steps.iter().map(|step| format!("  {step:?}\n")).collect();
            panic!("{}, seed {seed}: {told}\n{steps}", kind.name);
        }
    }
    let each = started.elapsed().as_secs_f64() * 1000.0 / count as f64;
    eprintln!("{}: {count} sequences, {each:.0} ms each", kind.name);
}

#[test]
fn appends() {
    check(&kinds::append());
}

#[test]
fn appends_to_partitions() {
    check(&kinds::append_to_partitions());
}

#[test]
fn replacements() {
    check(&kinds::replace());
}

#[test]
fn replacements_of_partitions() {
    check(&kinds::replace_partitions());
}

#[test]
fn appends_under_changing_definitions() {
    check(&kinds::append_evolving());
}

#[test]
fn replacements_under_changing_definitions() {
    check(&kinds::replace_evolving());
}

#[test]
fn merges() {
    check(&kinds::merge());
}

#[test]
fn merges_with_deletions() {
    check(&kinds::merge_deleting());
}

#[test]
fn merges_by_order() {
    check(&kinds::merge_ordered());
}

#[test]
fn merges_into_partitions_of_the_key() {
    check(&kinds::merge_by_key_partitions());
}

#[test]
fn merges_into_partitions_of_a_column_that_changes() {
    check(&kinds::merge_into_partitions());
}

#[test]
fn merges_under_changing_definitions() {
    check(&kinds::merge_evolving());
}

#[test]
fn histories() {
    check(&kinds::scd2());
}

#[test]
fn histories_in_partitions() {
    check(&kinds::scd2_in_partitions());
}

#[test]
fn histories_by_interval() {
    check(&kinds::scd2_by_interval());
}

#[test]
fn histories_under_changing_definitions() {
    check(&kinds::scd2_evolving());
}
