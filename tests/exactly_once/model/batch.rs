//! Rows as the model has them.

use std::collections::BTreeMap;

use super::definition::MORE;
use crate::contents::NULL;
use crate::random::Random;

/// A day of the calendar that sequences use, from 0.
pub(crate) type Day = usize;

/// The column that makes up the key.
pub(crate) const KEY: &str = "id";

/// The intervals of the calendar.
pub(crate) const DAYS: [&str; 5] = ["2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22"];

/// Values by column; none: null.
pub(crate) type Values = BTreeMap<&'static str, String>;

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) values: Values,
    /// The interval that loaded it.
    pub(crate) day: Day,
}

/// A random row. Keys, regions and times are few, so that rows meet.
pub(crate) fn random_row(random: &mut Random) -> Values {
    let mut values = Values::from([
        ("id", random.below(6).to_string()),
        ("amount", format!("{}.{}0", random.below(3), random.below(3))),
        ("region", (*random.one(&["north", "south", "east"])).into()),
        ("changed_at", format!("2026-11-{:02}T0{}:00:00", 16 + random.below(7), random.below(3))),
        ("state", (*random.one(&["A", "A", "A", "D"])).into()),
    ]);
    if random.percent(80) {
        values.insert("name", (*random.one(&["kim", "lee", "박,\"x\""])).into());
    }
    for source in MORE {
        values.insert(source, random.below(3).to_string());
    }
    values
}

/// A file of rows, with a header.
pub(crate) fn csv(columns: &[&'static str], rows: &[Values]) -> String {
    let cell =
        |value: Option<&String>| value.map_or(String::new(), |value| format!("\"{}\"", value.replace('"', "\"\"")));
    let line = |row: &Values| columns.iter().map(|column| cell(row.get(column))).collect::<Vec<_>>().join(",");
    let lines = rows.iter().map(line);
    [columns.join(",")].into_iter().chain(lines).map(|line| line + "\n").collect()
}

/// A value as a reader sees it.
pub(crate) fn shown(values: &Values, column: &str) -> String {
    values.get(column).map_or(NULL, String::as_str).into()
}
