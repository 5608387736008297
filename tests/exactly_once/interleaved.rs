//! Another process does its work between two calls of a command: the table is as if one had come after the other.

use std::sync::{Arc, Mutex};

use naru_faults::{Faults, faulty};
use naru_local::EmbeddedLake;

use crate::contents::Contents;
use crate::scenario::{Scenario, maintain};
use crate::site::Site;
use crate::task::{Done, Failed, Task};
use crate::{mending_scenarios, merge_scenarios, scenarios};

#[test]
fn appends() {
    check(&scenarios::append(), &["ID,NAME,AMT\n70,other,7.00\n"], 24);
}

#[test]
fn replacements() {
    check(&scenarios::replace(), &[], 24);
}

#[test]
fn merges_in_order() {
    check(&merge_scenarios::in_order(), &[], 96);
}

#[test]
fn merges_in_any_order() {
    check(&merge_scenarios::in_any_order(), &["ID,REGION,CHG,OP\n70,south,2026-11-02T01:00:00,I\n"], 96);
}

#[test]
fn quarantines_and_replays() {
    check(&mending_scenarios::quarantine(), &[], 96);
}

#[test]
fn evolutions() {
    check(&mending_scenarios::evolution(), &[], 96);
}

/// An interval that no scenario has, older than all of theirs.
const OTHER_INTERVAL: &str = "2026-11-02";

fn check(scenarios: &[Scenario], other_rows: &[&str], rarity: u64) {
    let mut met = 0;
    for scenario in scenarios {
        scenario.for_each_command(|site| {
            let mut others = vec![("the same", site.task.clone()), ("maintenance", with_grace(site))];
            if let Task::Run { plan, .. } = site.task
                && !other_rows.is_empty()
            {
                let rows: Vec<String> = other_rows.iter().map(|rows| (*rows).into()).collect();
                site.sandbox.deliver(OTHER_INTERVAL, 1, &rows);
                let other = site.sandbox.plan_like(plan, OTHER_INTERVAL);
                // On command: later intervals of a merge may have deleted its key.
                others.push(("another interval", Task::Run { plan: Box::new(other), force: true }));
            }
            let calls = 0..site.calls.len();
            let cases = calls.flat_map(|call| others.iter().map(move |other| (call, other))).collect();
            for (call, (name, other)) in site.sample(cases, rarity) {
                meet(site, call, other, &format!("{name} before call {call} ({:?})", site.calls[call]));
                met += 1;
            }
        });
    }
    assert!(met > 0, "nobody met");
    eprintln!("{met} commands met another");
}

fn with_grace(site: &Site<'_>) -> Task {
    match maintain(site.sandbox, 1) {
        Task::Maintain { database, table, snapshots, .. } => {
            Task::Maintain { database, table, snapshots, has_grace: true }
        }
        loads => loads,
    }
}

/// Has the other command done at a call of the site's, and then both again where they could not be done.
fn meet(site: &Site<'_>, call: usize, other: &Task, what: &str) {
    site.start_over();
    settle(site, site.task, Ok(()), what);
    settle(site, other, Ok(()), what);
    let expected = site.contents();

    site.start_over();
    let (path, work, others) = (site.sandbox.lake_path(), other.clone(), Arc::new(Mutex::new(None)));
    let told = Arc::clone(&others);
    let faults = Faults::meanwhile(call, move || {
        *told.lock().unwrap() = Some(work.execute(EmbeddedLake::init(&path).unwrap().lake()));
    });
    let ours = site.task.execute(&faulty(site.sandbox.lake().lake(), &faults));
    let others = others.lock().unwrap().take();
    let others = others.unwrap_or_else(|| panic!("{}: {what}: the call was not reached", site.name));
    // A record that another run has superseded is forgotten by maintenance; without it, the run is refused as older.
    let forgets = matches!(other, Task::Maintain { .. });
    let is_forgotten = |error: &Failed| forgets && error.is_older_than_loaded();
    if ours.as_ref().is_err_and(is_forgotten) {
        assert!(site.contents().is_as(&site.before), "{}: {what}: refused, and not as before", site.name);
        return;
    }
    is_told_well(site, &ours, what);
    is_told_well(site, &others, &format!("{what}: the other one"));
    settle(site, other, Err(others), what);
    settle(site, site.task, Err(ours), what);
    let now = site.contents();
    assert!(now.is_as(&expected), "{}: {what}\nexpected {expected:?}\nnow {now:?}", site.name);
    ends_without_orphans(site, &expected, what);
}

/// A command that another one came in the way of is told to try again.
fn is_told_well(site: &Site<'_>, outcome: &Result<Done, Failed>, what: &str) {
    if let Err(error) = outcome {
        let has_no_table = site.before.columns.is_empty();
        assert!(site.fails || has_no_table || error.is_retryable(), "{}: {what}: {error}", site.name);
    }
}

/// Executes a command again unless it was done.
fn settle(site: &Site<'_>, task: &Task, before: Result<(), Result<Done, Failed>>, what: &str) {
    if matches!(before, Err(Ok(_))) {
        return;
    }
    let outcome = task.execute(site.sandbox.lake().lake());
    let may_fail = site.fails && task.plan().is_some();
    let has_no_table = matches!(task, Task::Maintain { .. }) && site.contents().columns.is_empty();
    let told = outcome.as_ref().map_err(ToString::to_string);
    assert!(outcome.is_ok() || may_fail || has_no_table, "{}: {what}: again: {told:?}", site.name);
}

fn ends_without_orphans(site: &Site<'_>, expected: &Contents, what: &str) {
    if site.contents().columns.is_empty() {
        return;
    }
    let maintained = maintain(site.sandbox, 1).execute(site.sandbox.lake().lake());
    assert!(maintained.is_ok(), "{}: {what}: {:?}", site.name, maintained.map_err(|error| error.to_string()));
    assert!(site.contents().is_as(expected), "{}: {what}: maintained", site.name);
    assert!(site.orphans().is_empty(), "{}: {what}: left behind {:?}", site.name, site.orphans());
}
