//! `replace`: the last delivery takes the place of all rows, or of those of the partitions that it touches.

use std::collections::BTreeSet;

use super::batch::{Day, Row, Values};
use super::table_model::{Refusal, TableModel};

/// The whole table is the rows of one interval.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReplaceTable {
    newest: Option<Day>,
    rows: Vec<Values>,
}

impl TableModel for ReplaceTable {
    fn load(&mut self, day: Day, batch: &[Values], force: bool) -> Result<(), Refusal> {
        if !force && self.newest.is_some_and(|newest| newest > day) {
            return Err(Refusal::Older);
        }
        *self = Self { newest: Some(day), rows: batch.to_vec() };
        Ok(())
    }

    fn rows(&self) -> Vec<Row> {
        let Some(day) = self.newest else { return Vec::new() };
        self.rows.iter().map(|values| Row { values: values.clone(), day }).collect()
    }

    fn repeats(&self) -> bool {
        false
    }

    fn boxed_clone(&self) -> Box<dyn TableModel> {
        Box::new(self.clone())
    }
}

/// A partition is all rows of one value.
#[derive(Debug, Clone)]
pub(crate) struct ReplacePartitions {
    pub(crate) partition: &'static str,
    rows: Vec<Row>,
}

impl ReplacePartitions {
    pub(crate) fn by(partition: &'static str) -> Self {
        Self { partition, rows: Vec::new() }
    }
}

impl TableModel for ReplacePartitions {
    fn load(&mut self, day: Day, batch: &[Values], force: bool) -> Result<(), Refusal> {
        let touched: BTreeSet<_> = batch.iter().map(|values| values.get(self.partition)).collect();
        let is_touched = |row: &Row| touched.contains(&row.values.get(self.partition));
        if !force && self.rows.iter().any(|row| is_touched(row) && row.day > day) {
            return Err(Refusal::Older);
        }
        let mut rows: Vec<Row> = self.rows.iter().filter(|row| !is_touched(row) && row.day != day).cloned().collect();
        rows.extend(batch.iter().map(|values| Row { values: values.clone(), day }));
        self.rows = rows;
        Ok(())
    }

    fn rows(&self) -> Vec<Row> {
        self.rows.clone()
    }

    fn repeats(&self) -> bool {
        false
    }

    fn boxed_clone(&self) -> Box<dyn TableModel> {
        Box::new(self.clone())
    }
}
