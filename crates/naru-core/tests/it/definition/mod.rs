//! Table definitions: what a file means, and what each fault says.

mod faults;
mod meaning;

use naru_core::{Fault, TableDefinition};

const FILE: &str = "table-defs/deposit/account.csv";

fn parse(text: &str) -> TableDefinition {
    TableDefinition::parse(text.as_bytes(), FILE).unwrap()
}

/// The faults as the command line shows them.
fn show(faults: &[Fault]) -> String {
    let lines = faults.iter().map(|fault| match &fault.hint {
        Some(hint) => format!("{fault}\n  hint: {hint}"),
        None => fault.to_string(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn faults(text: &str) -> String {
    show(&TableDefinition::parse(text.as_bytes(), FILE).unwrap_err())
}
