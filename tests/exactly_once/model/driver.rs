//! Takes the steps of a sequence in a lake and in the model.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use naru_faults::{Ending, Fault, Faults, Killed, faulty};

use super::batch::{DAYS, Day, Values, csv, shown};
use super::expected::{Said, expected};
use super::kinds::Kind;
use super::records::{Record, Records};
use super::sequence::Step;
use super::table_model::TableModel;
use crate::compaction::compact;
use crate::contents::{Contents, referred, stored};
use crate::sandbox::Sandbox;
use crate::scenario::maintain;
use crate::task::{Done, Failed, Task};

/// Takes the steps one after the other; what went wrong at the first that did.
pub(crate) fn run(kind: &Kind, steps: &[Step]) -> Result<(), String> {
    let mut driver = Driver {
        kind,
        sandbox: Sandbox::new(kind.job),
        definition: kind.definition(),
        model: (kind.model)(),
        delivered: BTreeMap::new(),
        deliveries: 0,
        records: Records::new(),
    };
    for (number, step) in steps.iter().enumerate() {
        driver.take(step).map_err(|told| format!("step {number}: {told}"))?;
    }
    Ok(())
}

struct Driver<'a> {
    kind: &'a Kind,
    sandbox: Sandbox,
    definition: String,
    model: Box<dyn TableModel>,
    /// What has landed for each day.
    delivered: BTreeMap<Day, (Record, Vec<Values>)>,
    deliveries: u64,
    records: Records,
}

/// What became of a command.
enum Outcome {
    /// It came to its end, and no fault was in its way.
    Ended(Result<Done, Failed>),
    /// It did not: the process died, or a fault made it fail.
    Broken(Option<Failed>),
}

impl Driver<'_> {
    fn take(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Deliver { day, files } => self.deliver(*day, files),
            Step::Run { day, force, fault } => self.run(*day, *force, *fault)?,
            Step::Compact => {
                compact(self.sandbox.lake().lake(), self.sandbox.table());
                // Its snapshot is nobody's run, so that a replacement may count as gone.
                self.records.may_be_forgotten();
                self.shows_model()?;
            }
            Step::Maintain { snapshots, fault } => self.maintain(*snapshots, *fault)?,
        }
        Ok(())
    }

    fn deliver(&mut self, day: Day, files: &[Vec<Values>]) {
        self.deliveries += 1;
        let texts: Vec<String> = files.iter().map(|rows| csv(self.kind.columns, rows)).collect();
        self.sandbox.deliver(DAYS[day], self.deliveries, &texts);
        let record = Record { version: self.deliveries, files: files.len() };
        self.delivered.insert(day, (record, files.concat()));
    }

    fn run(&mut self, day: Day, force: bool, fault: Option<(usize, Fault)>) -> Result<(), String> {
        let (landed, batch) = match self.delivered.get(&day) {
            Some((record, batch)) => (Some(*record), batch.clone()),
            None => (None, Vec::new()),
        };
        let mut loaded = self.model.clone();
        let refused = loaded.load(day, &batch, force).err();
        let possible = self.records.of(day).iter();
        let expected: Vec<Said> =
            possible.map(|recorded| expected(*recorded, landed, batch.len(), force, refused)).collect();
        let plan = Box::new(self.sandbox.plan(&self.definition, DAYS[day]));
        let record = landed.unwrap_or(Record { version: 0, files: 0 });
        match self.execute(&Task::Run { plan, force }, fault) {
            Outcome::Ended(outcome) => {
                let said = Said::of(&outcome).filter(|said| expected.contains(said));
                let told = outcome.map_err(|error| error.to_string());
                match said.ok_or_else(|| format!("expected {expected:?}, and it said {told:?}"))? {
                    Said::Loaded => {
                        self.model = loaded;
                        self.records.loaded(day, record);
                    }
                    Said::Unchanged => {
                        if self.model.repeats() && self.shown(&*loaded) != self.shown(&*self.model) {
                            return Err("unchanged, although a run would change the table".into());
                        }
                        self.records.is(day, record);
                    }
                    _ => {}
                }
                self.shows_model()
            }
            Outcome::Broken(told) => {
                let may_load = expected.contains(&Said::Loaded);
                if may_load && self.shown(&*loaded) == self.contents().rows {
                    // Where the rows were the same before, it may have been loaded or not.
                    match self.shown(&*loaded) == self.shown(&*self.model) {
                        true => self.records.may_have_loaded(day, record),
                        false => self.records.loaded(day, record),
                    }
                    self.model = loaded;
                    return Ok(());
                }
                self.shows_model().map_err(|told_rows| format!("broken ({told:?}): {told_rows}"))
            }
        }
    }

    fn maintain(&mut self, snapshots: usize, fault: Option<(usize, Fault)>) -> Result<(), String> {
        if self.contents().columns.is_empty() {
            return Ok(());
        }
        self.records.may_be_forgotten();
        match self.execute(&maintain(&self.sandbox, snapshots), fault) {
            Outcome::Ended(Err(error)) => return Err(format!("maintenance failed: {error}")),
            Outcome::Ended(Ok(_)) => {
                let (database, name) = self.sandbox.table();
                let table = self.sandbox.lake().lake().clone();
                let table = futures::executor::block_on(table.expect_table(database, name));
                let table = table.map_err(|error| error.to_string())?;
                let (stored, referred) = (stored(table.location()), referred(&table));
                let differ: BTreeSet<_> = stored.symmetric_difference(&referred).collect();
                if !differ.is_empty() {
                    return Err(format!("files that are left behind, or missing: {differ:?}"));
                }
            }
            Outcome::Broken(_) => {}
        }
        self.shows_model()
    }

    fn execute(&self, task: &Task, fault: Option<(usize, Fault)>) -> Outcome {
        let faults = fault.map_or_else(Faults::none, |(call, fault)| Faults::at(call, fault, Ending::Unwind));
        let embedded = self.sandbox.lake();
        let lake = faulty(embedded.lake(), &faults);
        match catch_unwind(AssertUnwindSafe(|| task.execute(&lake))) {
            Ok(Err(failed)) if faults.has_happened() => Outcome::Broken(Some(failed)),
            Ok(outcome) => Outcome::Ended(outcome),
            Err(payload) if payload.is::<Killed>() => Outcome::Broken(None),
            Err(payload) => resume_unwind(payload),
        }
    }

    fn contents(&self) -> Contents {
        Contents::of(self.sandbox.lake().lake(), self.sandbox.table())
    }

    fn shows_model(&self) -> Result<(), String> {
        let (now, model) = (self.contents().rows, self.shown(&*self.model));
        if now == model { Ok(()) } else { Err(format!("the table holds\n{now:#?}\nand the model\n{model:#?}")) }
    }

    /// The model's rows as a reader of the table sees them.
    fn shown(&self, model: &dyn TableModel) -> BTreeMap<Vec<String>, usize> {
        let mut rows = BTreeMap::new();
        for row in model.rows() {
            let mut cells: Vec<String> = self.kind.columns.iter().map(|column| shown(&row.values, column)).collect();
            cells.push(self.sandbox.interval(DAYS[row.day]).start.format("%Y-%m-%dT%H:%M:%S").to_string());
            *rows.entry(cells).or_default() += 1;
        }
        rows
    }
}
