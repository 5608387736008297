//! Table definitions: what a file means, and what each fault says.

mod faults;
mod meaning;
mod merge;
mod page;
mod properties;

use naru_core::TableDefinition;

use crate::show;

const FILE: &str = "table-defs/deposit/account.csv";

fn parse(text: &str) -> TableDefinition {
    TableDefinition::parse(text.as_bytes(), FILE).unwrap()
}

fn faults(text: &str) -> String {
    show(&TableDefinition::parse(text.as_bytes(), FILE).unwrap_err())
}
