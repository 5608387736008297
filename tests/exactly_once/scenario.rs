//! Scenarios: commands one after the other, each of which is run with every fault.

use naru_faults::{Faults, faulty};

use crate::compaction::compact;
use crate::contents::Contents;
use crate::sandbox::Sandbox;
use crate::site::Site;
use crate::task::Task;

/// A test for each mode, and for each way to mend rows: `$check` takes the scenarios, and how many of their faults a sample
/// leaves out for each that it takes.
macro_rules! in_every_mode {
    ($check:ident) => {
        #[test]
        fn appends() {
            $check(&crate::scenarios::append(), 16);
        }

        #[test]
        fn replacements() {
            $check(&crate::scenarios::replace(), 16);
        }

        #[test]
        fn merges() {
            let (in_order, late) = (crate::merge_scenarios::in_order(), crate::merge_scenarios::in_any_order());
            $check(&[in_order, late, crate::merge_scenarios::undone()].concat(), 96);
        }

        #[test]
        fn quarantines_and_replays() {
            $check(&crate::mending_scenarios::quarantine(), 64);
        }

        #[test]
        fn evolutions() {
            $check(&crate::mending_scenarios::evolution(), 64);
        }
    };
}

pub(crate) use in_every_mode;

/// Commands one after the other.
#[derive(Clone)]
pub(crate) struct Scenario {
    /// A word for messages.
    pub(crate) name: &'static str,
    /// The job's name, which says the mode.
    pub(crate) job: &'static str,
    pub(crate) steps: Vec<Step>,
}

/// What happens next.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    /// The definition is written, or changed.
    Define(&'static str),
    /// These are an interval's files from now on.
    Deliver(&'static str, &'static [&'static str]),
    /// `naru run --date`.
    Run(&'static str),
    /// `naru run --date … --force`.
    Force(&'static str),
    /// `naru run --date`, which fails and leaves the table as it is.
    Fails(&'static str),
    /// `naru replay --date`.
    Replay(&'static str),
    /// Another engine writes all rows of an unpartitioned table into one file.
    Compact,
    /// `naru maintain`, so that only the newest snapshot stays.
    Maintain,
}

impl Scenario {
    /// Takes the scenario's steps, and shows every command with what it does when nothing goes wrong. Whatever is done to
    /// the lake meanwhile is undone before the next step.
    pub(crate) fn for_each_command(&self, mut look: impl FnMut(&Site<'_>)) {
        let sandbox = Sandbox::new(self.job);
        let mut definition = "";
        for (number, step) in self.steps.iter().enumerate() {
            let run = |interval, force| Task::Run { plan: Box::new(sandbox.plan(definition, interval)), force };
            let (task, fails) = match *step {
                Step::Define(text) => {
                    definition = text;
                    continue;
                }
                Step::Deliver(interval, files) => {
                    let files: Vec<String> = files.iter().map(|file| (*file).into()).collect();
                    sandbox.deliver(interval, number as u64, &files);
                    continue;
                }
                Step::Compact => {
                    compact(sandbox.lake().lake(), sandbox.table());
                    continue;
                }
                Step::Run(interval) => (run(interval, false), false),
                Step::Force(interval) => (run(interval, true), false),
                Step::Fails(interval) => (run(interval, false), true),
                Step::Replay(interval) => (Task::Replay { plan: Box::new(sandbox.plan(definition, interval)) }, false),
                Step::Maintain => (maintain(&sandbox, 1), false),
            };
            let name = format!("{}, step {number} ({step:?})", self.name);
            sandbox.save("before");
            let before = Contents::of(sandbox.lake().lake(), sandbox.table());
            let faults = Faults::none();
            let outcome = task.execute(&faulty(sandbox.lake().lake(), &faults));
            assert_eq!(outcome.is_err(), fails, "{name}: {:?}", outcome.map_err(|error| error.to_string()));
            let after = Contents::of(sandbox.lake().lake(), sandbox.table());
            let refused = Contents::of_quarantine(&sandbox);
            sandbox.save("after");
            let calls = faults.calls();
            look(&Site { name, sandbox: &sandbox, task: &task, fails, before, after, refused, calls });
            sandbox.restore("after");
        }
    }
}

/// The task of maintaining the sandbox's table.
pub(crate) fn maintain(sandbox: &Sandbox, snapshots: usize) -> Task {
    maintain_table(sandbox.table(), snapshots)
}

/// The task of maintaining a table.
pub(crate) fn maintain_table((database, table): (&str, &str), snapshots: usize) -> Task {
    Task::Maintain { database: database.into(), table: table.into(), snapshots, has_grace: false }
}
