//! Sequences that once went wrong: reruns of an interval after others have changed the table.

use super::batch::{Day, Values};
use super::driver;
use super::kinds::{self, Kind};
use super::sequence::Step;

/// A row of `kinds`' definitions: key, hour of the change, state.
fn row(id: &str, hour: u32, state: &str) -> Values {
    let changed_at = format!("2026-11-18T{hour:02}:00:00");
    Values::from([("id", id.into()), ("changed_at", changed_at), ("state", state.into())])
}

fn load(day: Day, rows: &[Values]) -> [Step; 2] {
    [Step::Deliver { day, files: vec![rows.to_vec()] }, Step::Run { day, force: false, fault: None }]
}

fn holds(kind: &Kind, steps: Vec<Step>) {
    if let Err(told) = driver::run(kind, &steps) {
        panic!("{}: {told}", kind.name);
    }
}

#[test]
fn a_later_deletion_survives_the_rerun_of_the_version_that_it_ended() {
    for kind in [kinds::scd2(), kinds::scd2_in_partitions()] {
        let mut steps = [load(0, &[row("1", 1, "A")]), load(1, &[row("1", 3, "D")])].concat();
        steps.push(Step::Run { day: 0, force: true, fault: None });
        steps.extend(load(0, &[row("1", 2, "A")]));
        steps.extend(load(0, &[row("2", 2, "A")]));
        holds(&kind, steps);
    }
}

#[test]
fn rows_of_an_earlier_rerun_do_not_come_back_when_the_first_run_has_expired() {
    let mut steps = [
        load(1, &[row("1", 1, "A")]),
        load(2, &[row("2", 1, "A")]),
        load(1, &[row("1", 2, "A")]),
        load(3, &[row("3", 1, "A")]),
    ]
    .concat();
    steps.push(Step::Maintain { snapshots: 3, fault: None });
    steps.extend(load(1, &[row("4", 1, "A")]));
    holds(&kinds::merge_ordered(), steps);
}

#[test]
fn a_row_of_a_rerun_is_held_against_no_row_that_others_have_deleted() {
    let steps = [
        load(0, &[row("1", 2, "A"), row("2", 1, "A")]),
        load(1, &[row("2", 3, "A")]),
        load(2, &[row("1", 4, "D")]),
        [
            Step::Deliver { day: 1, files: vec![vec![row("1", 1, "A"), row("2", 5, "A")]] },
            Step::Run { day: 1, force: true, fault: None },
        ],
    ];
    holds(&kinds::merge_ordered(), steps.concat());
}
