//! `scd2`: all versions of each key, with the time in which each was valid.

use std::collections::BTreeMap;

use super::batch::{Day, KEY, Row, Values};
use super::snapshots::Snapshots;
use super::table_model::{Refusal, TableModel};

/// What is known of each key: by time, a version that begins or the key's end.
type Facts = BTreeMap<String, BTreeMap<String, Fact>>;

#[derive(Debug, Clone)]
struct Fact {
    /// None: the key ends.
    version: Option<Values>,
    /// The interval that brought it.
    day: Day,
}

#[derive(Debug, Clone)]
pub(crate) struct Scd2 {
    /// The column of the time of change; without it, it is the interval's start.
    valid_from: Option<&'static str>,
    /// A column, and the text in it by which a row ends its key.
    deleted: Option<(&'static str, &'static str)>,
    /// The start of each interval, as a reader sees it.
    starts: Vec<String>,
    snapshots: Snapshots<Facts>,
}

impl Scd2 {
    pub(crate) fn new(valid_from: Option<&'static str>, starts: Vec<String>) -> Self {
        Self { valid_from, deleted: None, starts, snapshots: Snapshots::default() }
    }

    pub(crate) fn deleting(self, column: &'static str, text: &'static str) -> Self {
        Self { deleted: Some((column, text)), ..self }
    }

    fn changed_at(&self, day: Day, values: &Values) -> String {
        self.valid_from.map_or_else(|| self.starts[day].clone(), |column| values[column].clone())
    }

    fn facts(&self, day: Day, batch: &[Values]) -> Result<Vec<(String, String, Fact)>, Refusal> {
        let mut seen: BTreeMap<(&str, String), &Values> = BTreeMap::new();
        for values in batch {
            let at = self.changed_at(day, values);
            if seen.insert((&values[KEY], at), values).is_some_and(|earlier| earlier != values) {
                return Err(Refusal::Duplicates);
            }
        }
        let ends =
            |values: &Values| self.deleted.is_some_and(|(column, text)| values.get(column).is_some_and(|v| v == text));
        let fact = |values: &Values| Fact { version: (!ends(values)).then(|| values.clone()), day };
        Ok(seen.into_iter().map(|((key, at), values)| (key.into(), at, fact(values))).collect())
    }

    fn add(&self, of_key: &mut BTreeMap<String, Fact>, at: &str, news: Fact) {
        let in_force = of_key.range(..at.to_string()).next_back().and_then(|(_, fact)| fact.version.clone());
        let is_in_order = self.valid_from.is_none();
        if let Some(known) = of_key.get_mut(at) {
            if known.version == news.version {
                known.day = known.day.min(news.day);
                return;
            }
            let wins = match (&known.version, &news.version) {
                (None, _) => true,
                (Some(_), Some(_)) => news.day >= known.day,
                (Some(_), None) => is_in_order && news.day >= known.day,
            };
            if !wins {
                return;
            }
        }
        // Where the time is the interval's: what is said again has not changed.
        if is_in_order && in_force == news.version {
            of_key.remove(at);
        } else {
            of_key.insert(at.into(), news);
        }
    }

    /// Where the time is the interval's, an end that ends nothing is forgotten.
    fn forget_ends(&self, facts: &mut Facts) {
        if self.valid_from.is_some() {
            return;
        }
        for of_key in facts.values_mut() {
            let mut is_in_force = false;
            of_key.retain(|_, fact| {
                let keeps = fact.version.is_some() || is_in_force;
                is_in_force = fact.version.is_some();
                keeps
            });
        }
    }
}

impl TableModel for Scd2 {
    fn load(&mut self, day: Day, batch: &[Values], force: bool) -> Result<(), Refusal> {
        // Without times of change a batch says what is true at its own: only the next one can say more.
        let is_older = self.snapshots.newest_day(&self.rows()).is_some_and(|newest| newest > day);
        if is_older && self.valid_from.is_none() && !force {
            return Err(Refusal::Older);
        }
        let news = self.facts(day, batch)?;
        let (before, mut facts) = self.snapshots.base(day);
        // Which run an end is of is not known: it stays.
        facts.values_mut().for_each(|of_key| of_key.retain(|_, fact| fact.version.is_none() || fact.day != day));
        for (key, at, fact) in news {
            self.add(facts.entry(key).or_default(), &at, fact);
        }
        self.forget_ends(&mut facts);
        self.snapshots.loaded(day, before, facts);
        Ok(())
    }

    fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for facts in self.snapshots.newest().into_values() {
            let ends: Vec<String> = facts.keys().skip(1).cloned().collect();
            for (n, (at, fact)) in facts.into_iter().enumerate() {
                let Some(mut values) = fact.version else { continue };
                values.insert("valid_from", at);
                match ends.get(n) {
                    Some(end) => drop(values.insert("valid_to", end.clone())),
                    None => drop(values.remove("valid_to")),
                }
                values.insert("is_current", ends.get(n).is_none().to_string());
                rows.push(Row { values, day: fact.day });
            }
        }
        rows
    }

    fn may_be_older(&self, day: Day) -> bool {
        self.valid_from.is_none() && self.snapshots.newest_ever().is_some_and(|newest| newest > day)
    }

    fn compacted(&mut self) {
        self.snapshots.compacted();
    }

    fn expired(&mut self, kept: usize) {
        self.snapshots.expired(kept);
    }

    fn dropped(&mut self, column: &str) {
        let facts = self.snapshots.states_mut().flat_map(|facts| facts.values_mut()).flat_map(BTreeMap::values_mut);
        facts.flat_map(|fact| fact.version.as_mut()).for_each(|values| drop(values.remove(column)));
    }

    fn repeats(&self) -> bool {
        false
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

    fn model(valid_from: Option<&'static str>) -> Scd2 {
        Scd2::new(valid_from, STARTS.map(String::from).to_vec())
    }

    fn loaded(valid_from: Option<&'static str>, batches: &[Vec<Values>], order: &[Day]) -> Vec<Row> {
        let mut model = model(valid_from);
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
        for order in [vec![0, 2, 1], vec![2, 1, 0], vec![1, 0, 2]] {
            assert_eq!(loaded(Some("changed_at"), &batches, &order), in_order, "{order:?}");
        }
    }

    #[test]
    fn an_end_stays_when_the_version_that_it_ended_is_loaded_again() {
        let mut model = model(Some("changed_at")).deleting("amount", "D");
        model.load(0, &[row("10", "a")], false).unwrap();
        model.load(1, &[row("D", "c")], false).unwrap();
        model.load(0, &[row("10", "b")], false).unwrap();
        assert_eq!(said(&model.rows()), [("b", Some("c"), 0)]);
    }

    #[test]
    fn without_a_time_of_change_what_is_repeated_is_no_change() {
        let batches = [vec![row("10", "")], vec![row("10", "")], vec![row("11", "")]];
        assert_eq!(said(&loaded(None, &batches, &[0, 1, 2])), [("t0", Some("t2"), 0), ("t2", None, 2)]);
        let mut model = model(None);
        model.load(1, &batches[1], false).unwrap();
        assert_eq!(model.load(0, &batches[0], false), Err(Refusal::Older));
    }
}
