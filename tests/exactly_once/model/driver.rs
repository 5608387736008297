//! Takes the steps of a sequence in a lake and in the model.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use naru_core::LoadPlan;
use naru_core::table_spec::{IS_CURRENT, LOAD_INTERVAL, VALID_FROM, VALID_TO};
use naru_faults::{Ending, Fault, Faults, Killed, faulty};
use naru_lake::LakeTable;

use super::batch::{DAYS, Day, Values, csv, shown};
use super::definition::{Change, Definition};
use super::expected::{Found, Said, expected};
use super::kinds::Kind;
use super::records::{Record, Records};
use super::sequence::Step;
use super::table_model::TableModel;
use crate::compaction::compact;
use crate::contents::{Contents, referred, stored};
use crate::random::Random;
use crate::sandbox::Sandbox;
use crate::scenario::maintain;
use crate::task::{Done, Failed, Task};

/// Takes the steps one after the other; what went wrong at the first that did.
pub(crate) fn run(kind: &Kind, steps: &[Step]) -> Result<(), String> {
    let mut driver = Driver {
        has_history: kind.has_history(),
        sandbox: Sandbox::new(kind.job),
        definition: kind.definition(),
        in_table: None,
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

struct Driver {
    /// Whether rows say when they hold.
    has_history: bool,
    sandbox: Sandbox,
    definition: Definition,
    /// The definition that the table was loaded with last.
    in_table: Option<Definition>,
    model: Box<dyn TableModel>,
    /// What has landed for each day.
    delivered: BTreeMap<Day, Delivery>,
    deliveries: u64,
    records: Records,
}

/// What has landed for a day.
#[derive(Clone)]
struct Delivery {
    record: Record,
    rows: Vec<Values>,
    /// The columns of its header.
    sources: Vec<&'static str>,
}

/// What became of a command.
enum Outcome {
    /// It came to its end, and no fault was in its way.
    Ended(Result<Done, Failed>),
    /// It did not: the process died, or a fault made it fail.
    Broken(Option<Failed>),
}

impl Driver {
    fn take(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Deliver { day, files } => self.deliver(*day, files),
            Step::Run { day, force, fault } => self.run(*day, *force, *fault)?,
            Step::Change { change, seed } => self.change(*change, *seed)?,
            Step::Compact => {
                if self.snapshot().is_some() {
                    compact(self.sandbox.lake().lake(), self.sandbox.table());
                    self.model.compacted();
                }
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
        let sources = self.definition.sources();
        let texts: Vec<String> = files.iter().map(|rows| csv(&sources, rows)).collect();
        self.sandbox.deliver(DAYS[day], self.deliveries, &texts);
        let record = Record { version: self.deliveries, files: files.len() };
        let rows = files.iter().flatten().map(|row| self.definition.delivered(row)).collect();
        self.delivered.insert(day, Delivery { record, rows, sources });
    }

    fn run(&mut self, day: Day, force: bool, fault: Option<(usize, Fault)>) -> Result<(), String> {
        let delivery = self.delivered.get(&day).cloned();
        let batch = delivery.as_ref().map_or(Vec::new(), |delivery| delivery.rows.clone());
        let mut loaded = self.model.clone();
        let found = Found {
            landed: delivery.as_ref().map(|delivery| delivery.record),
            rows: batch.len(),
            force,
            refused: loaded.load(day, &batch, force).err(),
            may_be_older: self.model.may_be_older(day),
            is_undone: self.model.is_undone(day),
            header_differs: delivery.is_some_and(|delivery| delivery.sources != self.definition.sources()),
        };
        let expected: Vec<Said> =
            self.records.of(day).iter().flat_map(|recorded| expected(*recorded, &found)).collect();
        let plan = Box::new(self.plan(day));
        let before = self.snapshot();
        let record = found.landed.unwrap_or(Record { version: 0, files: 0 });
        match self.execute(&Task::Run { plan, force }, fault) {
            Outcome::Ended(outcome) => {
                let said = Said::of(&outcome).filter(|said| expected.contains(said));
                let told = outcome.map_err(|error| error.to_string());
                match said.ok_or_else(|| format!("expected {expected:?}, and it said {told:?}"))? {
                    Said::Loaded => {
                        self.model = loaded;
                        self.in_table = Some(self.definition.clone());
                        self.records.loaded(day, record);
                    }
                    Said::Unchanged => {
                        if self.model.repeats() && loaded.rows() != self.model.rows() {
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
                if self.snapshot() != before {
                    if !may_load {
                        return Err(format!("broken ({told:?}): it committed, and expected was {expected:?}"));
                    }
                    self.records.loaded(day, record);
                    self.model = loaded;
                    self.in_table = Some(self.definition.clone());
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
                let table = self.table().ok_or("the table is gone")?;
                let (stored, referred) = (stored(table.location()), referred(&table));
                let differ: BTreeSet<_> = stored.symmetric_difference(&referred).collect();
                if !differ.is_empty() {
                    return Err(format!("files that are left behind, or missing: {differ:?}"));
                }
            }
            Outcome::Broken(_) => {}
        }
        self.model.expired(self.table().map_or(0, |table| table.snapshots().len()));
        self.shows_model()
    }

    /// Changes the definition. Where the table has columns that it lacks, a person has them dropped.
    fn change(&mut self, change: Change, seed: u64) -> Result<(), String> {
        self.definition.change(change, &mut Random::new(seed));
        let Some(there) = &self.in_table else { return Ok(()) };
        let dropped = self.definition.lacks(there);
        if dropped.is_empty() {
            return Ok(());
        }
        let plan = self.plan(0);
        let table = self.table().ok_or("the table is gone")?;
        let embedded = self.sandbox.lake();
        let applied = embedded.lake().evolve_table(&table, &plan.target.spec);
        futures::executor::block_on(applied).map_err(|error| format!("apply: {error}"))?;
        dropped.into_iter().for_each(|column| self.model.dropped(column));
        self.in_table = Some(self.definition.clone());
        self.shows_model()
    }

    fn plan(&self, day: Day) -> LoadPlan {
        self.sandbox.plan(&self.definition.text(self.in_table.as_ref()), DAYS[day])
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

    fn table(&self) -> Option<LakeTable> {
        let (database, name) = self.sandbox.table();
        futures::executor::block_on(self.sandbox.lake().lake().table(database, name)).unwrap()
    }

    /// The newest snapshot, which every run that loads adds.
    fn snapshot(&self) -> Option<i64> {
        self.table().and_then(|table| table.snapshot_id())
    }

    fn contents(&self) -> Contents {
        Contents::of(self.sandbox.lake().lake(), self.sandbox.table())
    }

    /// Names of the columns that the mode adds.
    fn added(&self) -> &'static [&'static str] {
        if self.has_history { &[VALID_FROM, VALID_TO, IS_CURRENT] } else { &[] }
    }

    fn shows_model(&self) -> Result<(), String> {
        let (mut now, model) = (self.contents(), self.shown(&*self.model));
        if self.has_history {
            // An end that ends nothing yet holds at no time.
            let from = now.columns.iter().position(|column| column == VALID_FROM).unwrap_or_default();
            now.rows.retain(|row, _| row.get(from) != row.get(from + 1));
        }
        if now.rows != model {
            return Err(format!("the table holds\n{:#?}\nand the model\n{model:#?}", now.rows));
        }
        let added = self.added().iter().copied().chain([LOAD_INTERVAL]).map(String::from);
        let targets: Option<Vec<String>> =
            self.in_table.as_ref().map(|definition| definition.targets().into_iter().chain(added).collect());
        match targets {
            Some(targets) if targets != now.columns => {
                Err(format!("the table has the columns {:?}, and the model {targets:?}", now.columns))
            }
            _ => Ok(()),
        }
    }

    /// The model's rows as a reader of the table sees them.
    fn shown(&self, model: &dyn TableModel) -> BTreeMap<Vec<String>, usize> {
        let mut rows = BTreeMap::new();
        for row in model.rows() {
            let columns = &self.in_table.as_ref().unwrap_or(&self.definition).columns;
            let sources = columns.iter().map(|column| column.source).chain(self.added().iter().copied());
            let mut cells: Vec<String> = sources.map(|source| shown(&row.values, source)).collect();
            cells.push(self.sandbox.interval(DAYS[row.day]).start.format("%Y-%m-%dT%H:%M:%S").to_string());
            *rows.entry(cells).or_default() += 1;
        }
        rows
    }
}
