//! `merge`: one row a key.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::batch::{Day, KEY, Row, Values};
use super::deletions::Deletions;
use super::snapshots::Snapshots;
use super::table_model::{Refusal, TableModel};

type Rows = BTreeMap<String, Row>;

#[derive(Debug, Clone, Default)]
pub(crate) struct Merge {
    /// The column that says which of two rows of a key is the newer one. Without it a later interval's is.
    order_by: Option<&'static str>,
    /// A column, and the text in it by which a row deletes its key.
    deleted: Option<(&'static str, &'static str)>,
    snapshots: Snapshots<Rows>,
    deletions: Deletions,
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
        let mut rows: Vec<&Values> = batch.iter().collect();
        if let Some(order) = self.order_by {
            rows.sort_by(|a, b| a[order].cmp(&b[order]));
        }
        let mut last: BTreeMap<&str, (&Values, bool)> = BTreeMap::new();
        for values in rows {
            let of_key = last.entry(&values[KEY]).or_insert((values, false));
            let is_newer = self.order_by.is_some_and(|order| values[order] > of_key.0[order]);
            let is_tied = !is_newer && (of_key.1 || of_key.0 != values);
            *of_key = (values, is_tied);
        }
        match last.values().any(|(_, is_tied)| *is_tied) {
            true => Err(Refusal::Duplicates),
            false => Ok(last.into_iter().map(|(key, (values, _))| (key, values)).collect()),
        }
    }

    fn apply(&self, rows: &mut Rows, last: &BTreeMap<&str, &Values>, day: Day) {
        for (key, values) in last {
            let there = rows.get(*key);
            if let (Some(order), Some(there)) = (self.order_by, there)
                && values[order].cmp(&there.values[order]) == Ordering::Less
            {
                continue;
            }
            if self.deletes(values) {
                rows.remove(*key);
            } else if there.is_none_or(|there| there.values != **values) {
                rows.insert((*key).into(), Row { values: (*values).clone(), day });
            }
        }
    }

    fn deletes(&self, values: &Values) -> bool {
        self.deleted.is_some_and(|(column, text)| values.get(column).is_some_and(|value| value == text))
    }

    /// Takes a run's rows away, and brings back what they had replaced, where a kept snapshot tells.
    fn undo(&self, rows: &mut Rows, day: Day) {
        let before = self.snapshots.before_first(day).unwrap_or_default();
        let void: Vec<String> = rows.iter().filter(|(_, row)| row.day == day).map(|(key, _)| key.clone()).collect();
        for key in void {
            match before.get(&key).filter(|row| row.day != day) {
                Some(earlier) => rows.insert(key, earlier.clone()),
                None => rows.remove(&key),
            };
        }
    }
}

impl TableModel for Merge {
    fn load(&mut self, day: Day, batch: &[Values], force: bool) -> Result<(), Refusal> {
        let is_older = self.snapshots.newest_day(&self.rows()).is_some_and(|newest| newest > day);
        if is_older && self.order_by.is_none() && !force {
            return Err(Refusal::Older);
        }
        let last = self.last_of_each(batch)?;
        let (before, mut rows) = self.snapshots.base(day);
        let has_unseen = last.iter().any(|(key, values)| !rows.contains_key(*key) && !self.deletes(values));
        if has_unseen && self.deletions.may_hold_keys_before(day) && !force {
            return Err(Refusal::MayBeDeleted);
        }
        let deletes = last.values().any(|values| self.deletes(values));
        self.undo(&mut rows, day);
        self.apply(&mut rows, &last, day);
        self.snapshots.loaded(day, before, rows);
        self.deletions.loaded(day, deletes, has_unseen);
        Ok(())
    }

    fn rows(&self) -> Vec<Row> {
        self.snapshots.newest().into_values().collect()
    }

    fn may_be_older(&self, day: Day) -> bool {
        self.order_by.is_none() && self.snapshots.newest_ever().is_some_and(|newest| newest > day)
    }

    fn is_undone(&self, day: Day) -> bool {
        self.order_by.is_some() && self.deletions.is_undone(day)
    }

    fn compacted(&mut self) {
        self.snapshots.compacted();
        self.deletions.compacted();
    }

    fn expired(&mut self, kept: usize) {
        self.snapshots.expired(kept);
        self.deletions.expired(kept);
    }

    fn dropped(&mut self, column: &str) {
        let rows = self.snapshots.states_mut().flat_map(|rows| rows.values_mut());
        rows.for_each(|row| drop(row.values.remove(column)));
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
    fn a_rerun_of_an_earlier_interval_brings_back_what_it_had_replaced_while_a_snapshot_tells() {
        let mut model = Merge::ordered_by("changed_at");
        model.load(0, &[row("1", "10", "t1")], false).unwrap();
        model.load(1, &[row("1", "11", "t2")], false).unwrap();
        model.load(2, &[row("2", "20", "t3")], false).unwrap();
        let mut expired = model.clone();
        model.load(1, &[], false).unwrap();
        assert_eq!(shown(&model), [("1".into(), "10".into(), 0), ("2".into(), "20".into(), 2)]);
        expired.expired(2);
        expired.load(1, &[], false).unwrap();
        assert_eq!(shown(&expired), [("2".into(), "20".into(), 2)]);
    }

    #[test]
    fn a_key_that_a_later_interval_may_have_deleted_comes_on_command_only() {
        let mut model = Merge::ordered_by("changed_at").deleting("amount", "D");
        model.load(1, &[row("1", "D", "t2")], false).unwrap();
        assert_eq!(model.load(0, &[row("1", "10", "t1")], false), Err(Refusal::MayBeDeleted));
        model.load(0, &[row("1", "10", "t1")], true).unwrap();
        assert!(model.is_undone(1));
        model.load(1, &[row("1", "D", "t2")], false).unwrap();
        assert_eq!((shown(&model), model.is_undone(1)), (vec![], false));
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
