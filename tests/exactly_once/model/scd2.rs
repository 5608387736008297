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
    fn load(&mut self, day: Day, batch: &[Values], force: bool) -> Result<(), Refusal> {
        // Without times of change a batch says what is true at its own: only the next one can say more.
        let is_older = self.batches.keys().next_back().is_some_and(|newest| *newest > day);
        if is_older && self.valid_from.is_none() && !force {
            return Err(Refusal::Older);
        }
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
                // What is said again at the next interval has not changed; a time of change is one, whatever it says.
                let repeats = changes.last().is_some_and(|(_, (earlier, _))| *earlier == version.0);
                if self.valid_from.is_some() || !repeats {
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

#[cfg(test)]
mod tests {
    use super::*;

    const STARTS: [&str; 3] = ["t0", "t1", "t2"];

    fn row(amount: &str, changed_at: &str) -> Values {
        Values::from([("id", "1".into()), ("amount", amount.into()), ("changed_at", changed_at.into())])
    }

    fn loaded(valid_from: Option<&'static str>, batches: &[Vec<Values>], order: &[Day]) -> Vec<Row> {
        let mut model = Scd2::new(valid_from, STARTS.map(String::from).to_vec());
        order.iter().for_each(|day| model.load(*day, &batches[*day], false).unwrap());
        model.rows()
    }

    fn said(rows: &[Row]) -> Vec<(&str, Option<&str>, Day)> {
        rows.iter()
            .map(|row| (row.values["valid_from"].as_str(), row.values.get("valid_to").map(String::as_str), row.day))
            .collect()
    }

    #[test]
    fn late_and_repeated_batches_come_out_as_in_order() {
        let batches =
            [vec![row("10", "a")], vec![row("11", "b"), row("12", "d")], vec![row("12", "d"), row("13", "c")]];
        let in_order = loaded(Some("changed_at"), &batches, &[0, 1, 2]);
        assert_eq!(said(&in_order), [("a", Some("b"), 0), ("b", Some("c"), 1), ("c", Some("d"), 2), ("d", None, 1)]);
        for order in [vec![0, 2, 1], vec![2, 1, 0], vec![1, 0, 2], vec![0, 1, 1, 2, 0]] {
            assert_eq!(loaded(Some("changed_at"), &batches, &order), in_order, "{order:?}");
        }
    }

    #[test]
    fn without_a_time_of_change_what_is_repeated_is_no_change() {
        let batches = [vec![row("10", "")], vec![row("10", "")], vec![row("11", "")]];
        assert_eq!(said(&loaded(None, &batches, &[0, 1, 2])), [("t0", Some("t2"), 0), ("t2", None, 2)]);
        let mut model = Scd2::new(None, STARTS.map(String::from).to_vec());
        model.load(1, &batches[1], false).unwrap();
        assert_eq!(model.load(0, &batches[0], false), Err(Refusal::Older));
    }
}
