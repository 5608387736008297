//! `merge`: one row a key.

use std::collections::BTreeMap;

use super::batch::{Day, Row, Values};
use super::table_model::{Refusal, TableModel};

/// The column that makes up the key.
const KEY: &str = "id";

type Rows = BTreeMap<String, Row>;

#[derive(Debug, Clone, Default)]
pub(crate) struct Merge {
    /// The column that says which of two rows of a key is the newer one. Without it a later interval's is.
    order_by: Option<&'static str>,
    /// A column, and the text in it by which a row deletes its key.
    deleted: Option<(&'static str, &'static str)>,
    rows: Rows,
    newest: Option<Day>,
    /// The rows as they were before the newest interval: what a rerun of it starts from.
    before_newest: Rows,
}

impl Merge {
    pub(crate) fn ordered_by(order_by: &'static str) -> Self {
        Self { order_by: Some(order_by), ..Self::default() }
    }

    pub(crate) fn deleting(self, column: &'static str, text: &'static str) -> Self {
        Self { deleted: Some((column, text)), ..self }
    }

    /// The last row of each key in a batch.
    fn last_of_each<'a>(&self, batch: &'a [Values]) -> Result<BTreeMap<&'a str, &'a Values>, Refusal> {
        let mut last: BTreeMap<&str, &Values> = BTreeMap::new();
        for values in batch {
            let Some(earlier) = last.insert(&values[KEY], values) else { continue };
            let Some(order) = self.order_by else {
                // Without an order only the same row twice is no contradiction.
                if earlier == values { continue } else { return Err(Refusal::Duplicates) }
            };
            match earlier[order].cmp(&values[order]) {
                std::cmp::Ordering::Greater => drop(last.insert(&values[KEY], earlier)),
                std::cmp::Ordering::Equal if earlier != values => return Err(Refusal::Duplicates),
                _ => {}
            }
        }
        Ok(last)
    }

    fn apply(&self, rows: &mut Rows, last: &BTreeMap<&str, &Values>, day: Day) {
        for (key, values) in last {
            let there = rows.get(*key);
            if let (Some(order), Some(there)) = (self.order_by, there)
                && values[order] < there.values[order]
            {
                continue;
            }
            if self.deleted.is_some_and(|(column, text)| values.get(column).is_some_and(|value| value == text)) {
                rows.remove(*key);
            } else if there.is_none_or(|there| there.values != **values) {
                rows.insert((*key).into(), Row { values: (*values).clone(), day });
            }
        }
    }
}

impl TableModel for Merge {
    fn load(&mut self, day: Day, batch: &[Values], force: bool) -> Result<(), Refusal> {
        let is_older = self.newest.is_some_and(|newest| newest > day);
        if is_older && self.order_by.is_none() && !force {
            return Err(Refusal::Older);
        }
        let last = self.last_of_each(batch)?;
        let mut rows = if self.newest == Some(day) { self.before_newest.clone() } else { self.rows.clone() };
        if is_older {
            // As if it had come before the newest one, which may yet be taken back.
            let mut before_newest = self.before_newest.clone();
            self.apply(&mut before_newest, &last, day);
            self.before_newest = before_newest;
        } else {
            self.before_newest = rows.clone();
            self.newest = Some(day);
        }
        self.apply(&mut rows, &last, day);
        self.rows = rows;
        Ok(())
    }

    fn rows(&self) -> Vec<Row> {
        self.rows.values().cloned().collect()
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

    fn row(id: &str, amount: &str, changed_at: &str) -> Values {
        Values::from([("id", id.into()), ("amount", amount.into()), ("changed_at", changed_at.into())])
    }

    fn shown(model: &Merge) -> Vec<(String, String, Day)> {
        let shown = |row: Row| (row.values["id"].clone(), row.values["amount"].clone(), row.day);
        model.rows().into_iter().map(shown).collect()
    }

    #[test]
    fn an_unchanged_row_keeps_its_interval_and_a_newer_one_stays() {
        let mut model = Merge::ordered_by("changed_at").deleting("amount", "D");
        model.load(0, &[row("1", "10", "t1"), row("2", "20", "t5"), row("3", "30", "t1")], false).unwrap();
        model.load(1, &[row("1", "10", "t1"), row("2", "21", "t4"), row("3", "D", "t2")], false).unwrap();
        assert_eq!(shown(&model), [("1".into(), "10".into(), 0), ("2".into(), "20".into(), 0)]);
    }

    #[test]
    fn a_rerun_of_the_newest_interval_starts_from_what_was_before_it() {
        let mut model = Merge::default();
        model.load(0, &[row("1", "10", "")], false).unwrap();
        model.load(1, &[row("1", "11", ""), row("2", "20", "")], false).unwrap();
        model.load(1, &[row("2", "21", "")], false).unwrap();
        assert_eq!(shown(&model), [("1".into(), "10".into(), 0), ("2".into(), "21".into(), 1)]);
        assert_eq!(model.load(0, &[], false), Err(Refusal::Older));
    }

    #[test]
    fn keys_twice_are_refused_unless_an_order_tells() {
        let twice = [row("1", "10", "t1"), row("1", "11", "t2")];
        assert_eq!(Merge::default().load(0, &twice, false), Err(Refusal::Duplicates));
        let mut ordered = Merge::ordered_by("changed_at");
        ordered.load(0, &twice, false).unwrap();
        assert_eq!(shown(&ordered), [("1".into(), "11".into(), 0)]);
        let equal = [row("2", "10", "t1"), row("2", "11", "t1")];
        assert_eq!(ordered.load(1, &equal, false), Err(Refusal::Duplicates));
    }
}
