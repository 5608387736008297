//! `append`: a table is the rows of its intervals.

use std::collections::BTreeMap;

use super::batch::{Day, Row, Values};
use super::table_model::{Refusal, TableModel};

#[derive(Debug, Clone, Default)]
pub(crate) struct Append(BTreeMap<Day, Vec<Values>>);

impl TableModel for Append {
    fn load(&mut self, day: Day, batch: &[Values], _force: bool) -> Result<(), Refusal> {
        self.0.insert(day, batch.to_vec());
        Ok(())
    }

    fn rows(&self) -> Vec<Row> {
        let rows = |(day, batch): (&Day, &Vec<Values>)| {
            let day = *day;
            batch.clone().into_iter().map(move |values| Row { values, day })
        };
        self.0.iter().flat_map(rows).collect()
    }

    fn boxed_clone(&self) -> Box<dyn TableModel> {
        Box::new(self.clone())
    }
}
