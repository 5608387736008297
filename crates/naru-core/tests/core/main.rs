//! Behaviour of naru-core through its public interface, one module per subject.

#![expect(clippy::unwrap_used, reason = "tests")]

mod check;
mod definition;
mod diff;
mod evolution;
mod glue_job;
mod infer;
mod naming_convention;
mod plan_schema;
mod run_history;
mod run_keys;
mod saved_plan;

use naru_core::Fault;

/// The faults as the command line shows them.
fn show(faults: &[Fault]) -> String {
    let lines = faults.iter().map(|fault| match &fault.hint {
        Some(hint) => format!("{fault}\n  hint: {hint}"),
        None => fault.to_string(),
    });
    lines.collect::<Vec<_>>().join("\n")
}
