//! Definitions, and how they change. A column of the model is known by its source's name, which stays.

use super::batch::Values;
use crate::random::Random;

/// A column of a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    /// Its name in the source. Never used again once it is dropped.
    pub(crate) source: &'static str,
    pub(crate) target: String,
    pub(crate) kind: &'static str,
    is_key: bool,
    is_required: bool,
}

/// A definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Definition {
    settings: &'static str,
    pub(crate) columns: Vec<Column>,
    /// How many of [`MORE`] have been used.
    added: usize,
}

/// A change of a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// One more optional column, which may have the name of one that was dropped.
    Add,
    Rename,
    Widen,
    /// Where there is a table, it is made as the definition at once: by `naru apply --allow-destructive`.
    Drop,
}

/// Source's names of the columns that are there from the start, with their types.
const FIRST: [(&str, &str); 6] = [
    ("id", "bigint"),
    ("name", "string"),
    ("amount", "decimal(12,2)"),
    ("region", "string"),
    ("changed_at", "timestamp"),
    ("state", "string"),
];

/// Source's names of the columns that may be added.
pub(crate) const MORE: [&str; 4] = ["more_0", "more_1", "more_2", "more_3"];

impl Definition {
    pub(crate) fn new(settings: &'static str, sources: &[&'static str]) -> Self {
        let columns = FIRST.iter().filter(|(source, _)| sources.contains(source)).map(|(source, kind)| Column {
            source,
            target: (*source).into(),
            kind,
            is_key: *source == "id",
            is_required: matches!(*source, "id" | "changed_at"),
        });
        Self { settings, columns: columns.collect(), added: 0 }
    }

    /// The definition's text; `of` is the table's definition, which may have columns under other names.
    pub(crate) fn text(&self, of: Option<&Self>) -> String {
        let row = |column: &Column| {
            let Column { source, target, kind, is_key, is_required } = column;
            let (key, required) = (if *is_key { "1" } else { "" }, if *is_required { "y" } else { "" });
            let there = of.and_then(|of| of.columns.iter().find(|there| there.source == *source));
            let renamed = there.map(|there| there.target.as_str()).filter(|there| there != target).unwrap_or_default();
            format!("{source},{target},\"{kind}\",{key},{required},p0,{renamed}\n")
        };
        let rows: String = self.columns.iter().map(row).collect();
        format!("{}source,target,type,key,required,level,renamed_from\n{rows}", self.settings)
    }

    pub(crate) fn sources(&self) -> Vec<&'static str> {
        self.columns.iter().map(|column| column.source).collect()
    }

    /// Names in the table, in order.
    pub(crate) fn targets(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.target.clone()).collect()
    }

    /// What a delivery holds of a row.
    pub(crate) fn delivered(&self, row: &Values) -> Values {
        let is_there = |source: &str| self.columns.iter().any(|column| column.source == source);
        row.iter().filter(|(source, _)| is_there(source)).map(|(source, value)| (*source, value.clone())).collect()
    }

    /// Changes it; does nothing where there is nothing to change so.
    pub(crate) fn change(&mut self, change: Change, random: &mut Random) {
        let changeable: Vec<usize> = (0..self.columns.len()).filter(|n| !self.columns[*n].is_required).collect();
        if changeable.is_empty() && change != Change::Add {
            return;
        }
        match change {
            Change::Add => self.add(),
            Change::Rename => {
                let column = &mut self.columns[*random.one(&changeable)];
                column.target =
                    if column.target.ends_with("_x") { column.source.into() } else { format!("{}_x", column.target) };
            }
            Change::Widen => {
                for column in &mut self.columns {
                    column.kind = match column.kind {
                        "decimal(12,2)" => "decimal(14,2)",
                        "int" => "bigint",
                        same => same,
                    };
                }
            }
            Change::Drop => drop(self.columns.remove(*random.one(&changeable))),
        }
    }

    /// Source's names of the columns that the other one has, and this one has not.
    pub(crate) fn lacks(&self, other: &Self) -> Vec<&'static str> {
        let there = self.sources();
        other.sources().into_iter().filter(|source| !there.contains(source)).collect()
    }

    fn add(&mut self) {
        let Some(source) = MORE.get(self.added) else { return };
        self.added += 1;
        let is_free = |target: &&&str| self.columns.iter().all(|column| column.target != ***target);
        // A name of before, where one was dropped: its values must not come back with it.
        let is_dropped = |name: &&&str| self.columns.iter().all(|column| column.source != **name);
        let names = ["name", "amount", "region"];
        let target = names.iter().filter(is_dropped).find(is_free).map_or((*source).into(), |name| (*name).into());
        self.columns.push(Column { source, target, kind: "int", is_key: false, is_required: false });
    }
}
