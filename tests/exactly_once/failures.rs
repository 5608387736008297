//! A call fails, the disk is full, the catalog is busy, or says something else than what it did.

use std::collections::BTreeSet;

use naru_faults::{Call, Ending, Fault, Faults, faulty};
use naru_lake::{LakeErrorKind, PointerErrorKind};

use crate::contents::stored;
use crate::scenario::Scenario;
use crate::site::Site;
use crate::task::{Done, Failed, Task};

crate::scenario::in_every_mode!(check);

fn check(scenarios: &[Scenario], rarity: u64) {
    let mut failed = 0;
    for scenario in scenarios {
        scenario.for_each_command(|site| {
            for (call, fault) in site.faults(Fault::failures, rarity) {
                let what = format!("{fault:?} at call {call} ({:?})", site.calls[call]);
                site.start_over();
                let files_before = files(site);
                let faults = Faults::at(call, fault, Ending::Abort);
                let outcome = site.task.execute(&faulty(site.sandbox.lake().lake(), &faults));
                assert!(faults.has_happened(), "{}: {what}: the call was not reached", site.name);
                site.is_before_or_after(&what);
                said_what_was_done(site, &outcome, &what);
                is_expected(site, (call, fault), &outcome, &what);
                if outcome.is_err() && cleans_up(site.calls[call], fault) {
                    let left: Vec<_> = site.orphans().difference(&files_before).cloned().collect();
                    assert!(left.is_empty(), "{}: {what}: left behind {left:?}", site.name);
                }
                if let Some(swap) = faults.lost() {
                    site.arrives(&swap, &what);
                }
                site.ends_as_one_run(&what);
                failed += 1;
            }
        });
    }
    assert!(failed > 0, "nothing failed");
    eprintln!("{failed} calls went wrong");
}

/// Success is told only of what was done.
fn said_what_was_done(site: &Site<'_>, outcome: &Result<Done, Failed>, what: &str) {
    if outcome.is_ok() {
        assert!(!site.fails, "{}: {what}: {outcome:?}", site.name);
        site.is_after(what);
    }
}

/// What is known of a fault's outcome beyond "before or after".
fn is_expected(site: &Site<'_>, (call, fault): (usize, Fault), outcome: &Result<Done, Failed>, what: &str) {
    use PointerErrorKind::{Conflict, Denied, NotFound, Other, Unavailable, UnknownOutcome};
    let (name, told) = (&site.name, outcome.as_ref().map_err(ToString::to_string));
    let kind = outcome.as_ref().err().and_then(Failed::kind);
    // Not where an empty table is made anew before rows are loaded, nor in maintenance.
    let commits = site.task.plan().is_some() && !site.fails && Some(call) == site.last_swap();
    // A replay commits its table first: what fails then is the quarantine's commit.
    let is_committed = matches!(site.task, Task::Replay { .. }) && site.calls[..call].contains(&Call::Swap);
    let is_before = || site.contents().is_as(&site.before) || is_committed && site.contents().is_as(&site.after);
    match (site.calls[call], fault) {
        (Call::Swap, Fault::Says { done: true, .. } | Fault::SaysUnknownAndDoesItLater) => {
            assert!(outcome.is_ok() || site.fails, "{name}: {what}: it was done: {told:?}");
        }
        (Call::Swap, Fault::Says { kind: Conflict | UnknownOutcome | Unavailable, .. }) if commits => {
            assert!(outcome.is_ok(), "{name}: {what}: trying again helps: {told:?}");
        }
        (Call::Swap, Fault::Says { kind: Denied | NotFound | Other, .. }) => {
            assert!(outcome.is_err(), "{name}: {what}: nothing was done: {told:?}");
            assert!(is_before(), "{name}: {what}: nothing was done");
        }
        (Call::Swap, Fault::Vanishes { done }) if commits => {
            assert_eq!(kind, Some(LakeErrorKind::UnknownOutcome), "{name}: {what}: {told:?}");
            let is_expected = if done { site.contents().is_as(&site.after) } else { is_before() };
            assert!(is_expected, "{name}: {what}: {:?}", site.contents());
        }
        (Call::Ask, Fault::Says { kind: Unavailable, .. }) => {
            let is_told = outcome.as_ref().err().is_none_or(Failed::is_retryable);
            assert!(is_told || site.fails, "{name}: {what}: try again later: {told:?}");
        }
        (_, Fault::Locked) => {
            let is_told = outcome.as_ref().is_err_and(Failed::is_retryable);
            assert!(is_told || site.fails, "{name}: {what}: try again later: {told:?}");
            assert!(is_before(), "{name}: {what}: nothing was done");
        }
        (_, Fault::DiskFull) => assert!(outcome.is_err(), "{name}: {what}: {told:?}"),
        _ => {}
    }
}

/// Whether a command that failed so can take away what it wrote.
fn cleans_up(call: Call, fault: Fault) -> bool {
    match fault {
        // Of a catalog that could not write it is not certain what it wrote.
        Fault::DiskFull => !call.is_catalog(),
        Fault::Locked => true,
        Fault::Fails => matches!(call, Call::Open | Call::Write | Call::Close),
        Fault::Says { kind, .. } => call == Call::Swap && kind == PointerErrorKind::Denied,
        _ => false,
    }
}

fn files(site: &Site<'_>) -> BTreeSet<String> {
    site.task.plan().map_or_else(BTreeSet::new, |plan| stored(&plan.target.location))
}
