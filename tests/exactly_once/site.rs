//! One command at one point of a scenario, and what must hold after anything went wrong in it.

use std::collections::BTreeSet;

use naru_faults::{Call, Fault, Swap};
use naru_lake::LakeTable;

use crate::contents::{Contents, referred, stored};
use crate::random::Random;
use crate::sandbox::Sandbox;
use crate::scenario::{maintain, maintain_table};
use crate::task::Task;

/// One command at one point of a scenario.
pub(crate) struct Site<'a> {
    /// Scenario and step, for messages.
    pub(crate) name: String,
    pub(crate) sandbox: &'a Sandbox,
    pub(crate) task: &'a Task,
    /// Whether it fails when nothing goes wrong.
    pub(crate) fails: bool,
    pub(crate) before: Contents,
    /// What the table holds when nothing goes wrong.
    pub(crate) after: Contents,
    /// What did not fit, when nothing goes wrong.
    pub(crate) refused: Contents,
    /// The calls when nothing goes wrong.
    pub(crate) calls: Vec<Call>,
}

/// Whether every fault is wanted, and not a sample.
pub(crate) fn runs_all() -> bool {
    std::env::var("NARU_FAULTS").is_ok_and(|wanted| wanted == "all")
}

impl Site<'_> {
    /// Every fault at every call of the command, or a sample.
    pub(crate) fn faults(&self, of_call: impl Fn(Call) -> Vec<Fault>, rarity: u64) -> Vec<(usize, Fault)> {
        let faults = |(number, call): (usize, &Call)| of_call(*call).into_iter().map(move |fault| (number, fault));
        self.sample(self.calls.iter().enumerate().flat_map(faults).collect(), rarity)
    }

    /// All of the cases where all are wanted, or a seeded sample: one in `rarity`.
    pub(crate) fn sample<T>(&self, cases: Vec<T>, rarity: u64) -> Vec<T> {
        if runs_all() {
            return cases;
        }
        // The name makes the sample of each site another one, and the same every time.
        let seed = self.name.bytes().fold(0, |seed: u64, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
        let mut random = Random::new(seed);
        cases.into_iter().filter(|_| random.below(rarity) == 0).collect()
    }

    /// The call that commits the rows; none if nothing is committed.
    pub(crate) fn last_swap(&self) -> Option<usize> {
        self.calls.iter().rposition(|call| *call == Call::Swap)
    }

    /// The lake as it was before the command.
    pub(crate) fn start_over(&self) {
        self.sandbox.restore("before");
    }

    pub(crate) fn contents(&self) -> Contents {
        Contents::of(self.sandbox.lake().lake(), self.sandbox.table())
    }

    /// Readers see the table before or after the command, with all of its files.
    pub(crate) fn is_before_or_after(&self, what: &str) {
        let now = self.contents();
        assert!(
            now.is_as(&self.before) || now.is_as(&self.after),
            "{}: {what}: neither before nor after\nbefore {:?}\nafter {:?}\nnow {now:?}",
            self.name,
            self.before,
            self.after
        );
        for name in [self.sandbox.table(), self.sandbox.quarantine()] {
            let Some(table) = self.table_of(name) else { continue };
            let missing: Vec<_> = referred(&table).difference(&stored(table.location())).cloned().collect();
            assert!(missing.is_empty(), "{}: {what}: {name:?} refers to files that are gone: {missing:?}", self.name);
        }
    }

    /// A swap that the command could not learn of takes place after its end, unless the table has changed since; the
    /// files that it refers to are still there.
    pub(crate) fn arrives(&self, swap: &Swap, what: &str) {
        let lake = self.sandbox.lake();
        let arrived = futures::executor::block_on(swap.arrive(lake.lake().pointer().as_ref()));
        self.is_before_or_after(&format!("{what}: arrived late: {arrived:?}"));
    }

    /// The same command again ends as one clean run, and maintenance finds all that was left behind.
    pub(crate) fn ends_as_one_run(&self, what: &str) {
        let again = self.task.execute(self.sandbox.lake().lake());
        let told = again.as_ref().map_err(ToString::to_string);
        assert_eq!(again.is_err(), self.fails, "{}: {what}: again: {told:?}", self.name);
        self.is_after(&format!("{what}: again"));
        self.quarantine_is_as_after_one_run(what);
        let Some(_) = self.table() else { return };
        let maintained = maintain(self.sandbox, 1).execute(self.sandbox.lake().lake());
        assert!(maintained.is_ok(), "{}: {what}: maintain: {:?}", self.name, maintained.map_err(|e| e.to_string()));
        self.is_after(&format!("{what}: maintained"));
        assert_eq!(self.orphans(), BTreeSet::new(), "{}: {what}: maintenance left files behind", self.name);
        self.is_before_or_after(&format!("{what}: maintained"));
    }

    pub(crate) fn is_after(&self, what: &str) {
        let now = self.contents();
        assert!(now.is_as(&self.after), "{}: {what}\nafter {:?}\nnow {now:?}", self.name, self.after);
    }

    /// What did not fit is in quarantine once, and maintenance finds what was left behind there.
    fn quarantine_is_as_after_one_run(&self, what: &str) {
        let is_as_after = |when: &str| {
            let (now, refused) = (Contents::of_quarantine(self.sandbox), &self.refused);
            assert!(now.is_as(refused), "{}: {what}: {when}: quarantine\nafter {refused:?}\nnow {now:?}", self.name);
        };
        is_as_after("again");
        if self.table_of(self.sandbox.quarantine()).is_some() {
            let maintained = maintain_table(self.sandbox.quarantine(), 1).execute(self.sandbox.lake().lake());
            assert!(maintained.is_ok(), "{}: {what}: {:?}", self.name, maintained.map_err(|e| e.to_string()));
            is_as_after("maintained");
            let orphans = self.orphans_of(self.sandbox.quarantine());
            assert_eq!(orphans, BTreeSet::new(), "{}: {what}: maintenance left quarantined rows behind", self.name);
        }
    }

    /// Files in the table's directory that nothing refers to.
    pub(crate) fn orphans(&self) -> BTreeSet<String> {
        self.orphans_of(self.sandbox.table())
    }

    fn orphans_of(&self, name: (&str, &str)) -> BTreeSet<String> {
        let Some(table) = self.table_of(name) else { return BTreeSet::new() };
        stored(table.location()).difference(&referred(&table)).cloned().collect()
    }

    fn table(&self) -> Option<LakeTable> {
        self.table_of(self.sandbox.table())
    }

    fn table_of(&self, (database, table): (&str, &str)) -> Option<LakeTable> {
        futures::executor::block_on(self.sandbox.lake().lake().table(database, table)).unwrap()
    }
}
