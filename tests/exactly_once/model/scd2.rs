//! `scd2`: all versions of each key, with the time in which each was valid.

use std::collections::BTreeMap;

use super::batch::{Day, Row, Values};
use super::table_model::{Refusal, TableModel};

/// The column that makes up the key.
const KEY: &str = "id";

/// The rows follow from the batches alone, whatever order they came in.
#[derive(Debug, Clone)]
pub(crate) struct Scd2 {
    /// The column of the time of change; without it, it is the interval's start.
    valid_from: Option<&'static str>,
    /// The start of each interval, as a reader sees it.
    starts: Vec<String>,
    batches: BTreeMap<Day, Vec<Values>>,
}

impl Scd2 {
    pub(crate) fn new(valid_from: Option<&'static str>, starts: Vec<String>) -> Self {
        Self { valid_from, starts, batches: BTreeMap::new() }
    }

    fn changed_at(&self, day: Day, values: &Values) -> String {
        self.valid_from.map_or_else(|| self.starts[day].clone(), |column| values[column].clone())
    }

    /// The versions of each key: by time of change, the values and the interval that brought them.
    fn versions(&self) -> BTreeMap<&str, BTreeMap<String, (&Values, Day)>> {
        let mut versions: BTreeMap<&str, BTreeMap<String, (&Values, Day)>> = BTreeMap::new();
        for (day, batch) in &self.batches {
            for values in batch {
                let at = self.changed_at(*day, values);
                let of_key = versions.entry(&values[KEY]).or_default();
                // What came first stays, unless a later interval knows better.
                if of_key.get(&at).is_none_or(|(known, _)| *known != values) {
                    of_key.insert(at, (values, *day));
                }
            }
        }
        versions
    }
}

impl TableModel for Scd2 {
    fn load(&mut self, day: Day, batch: &[Values], _force: bool) -> Result<(), Refusal> {
        let mut seen: BTreeMap<(&str, String), &Values> = BTreeMap::new();
        for values in batch {
            let at = self.changed_at(day, values);
            if seen.insert((&values[KEY], at), values).is_some_and(|earlier| earlier != values) {
                return Err(Refusal::Duplicates);
            }
        }
        self.batches.insert(day, batch.to_vec());
        Ok(())
    }

    fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for versions in self.versions().into_values() {
            let mut changes: Vec<(String, (&Values, Day))> = Vec::new();
            for (at, version) in versions {
                let is_change = changes.last().is_none_or(|(_, (earlier, _))| !is_same(earlier, version.0, self));
                if is_change {
                    changes.push((at, version));
                }
            }
            for (n, (at, (values, day))) in changes.iter().enumerate() {
                let mut values = (*values).clone();
                values.insert("valid_from", at.clone());
                match changes.get(n + 1) {
                    Some((next, _)) => drop(values.insert("valid_to", next.clone())),
                    None => drop(values.remove("valid_to")),
                }
                values.insert("is_current", (n + 1 == changes.len()).to_string());
                rows.push(Row { values, day: *day });
            }
        }
        rows
    }

    fn boxed_clone(&self) -> Box<dyn TableModel> {
        Box::new(self.clone())
    }
}

/// Whether two versions say the same, the time of change left out.
fn is_same(one: &Values, other: &Values, model: &Scd2) -> bool {
    let said = |values: &Values| {
        let mut said = values.clone();
        model.valid_from.map(|column| said.remove(column));
        said
    };
    said(one) == said(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, amount: &str) -> Values {
        Values::from([("id", id.into()), ("amount", amount.into())])
    }

    #[test]
    fn late_and_repeated_batches_come_out_as_in_order() {
        let starts = || vec!["t0".into(), "t1".into(), "t2".into()];
        let batches = [[row("1", "10")], [row("1", "11")], [row("1", "11")]];
        let load = |order: &[Day]| {
            let mut model = Scd2::new(None, starts());
            order.iter().for_each(|day| model.load(*day, &batches[*day], false).unwrap());
            model.rows()
        };
        let in_order = load(&[0, 1, 2]);
        assert_eq!(in_order.len(), 2, "what did not change makes no version: {in_order:?}");
        let said: Vec<_> = in_order.iter().map(|row| (row.values.get("valid_to").cloned(), row.day)).collect();
        assert_eq!(said, [(Some("t1".into()), 0), (None, 1)]);
        for order in [[0, 2, 1], [2, 1, 0], [1, 0, 2]] {
            assert_eq!(load(&order), in_order);
        }
        assert_eq!(load(&[0, 1, 1, 2, 0]), in_order);
    }
}
