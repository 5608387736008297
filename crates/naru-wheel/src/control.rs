//! Control totals, as Python asks for them: what the sources declare, and whether it is what their ranges held.

use naru_core::control::{Control, Declared, ExactSum, Found, FoundSum, Mismatch, verify as verify_one};
use naru_core::{Fault, LoadPlan};
use serde_json::{Value, json};

/// Records of a source; for each summed column the parts of its exact sum and the records whose value cannot be read; the
/// trailer record's fields and line.
pub(crate) type FoundInSource = (u64, Vec<(i128, u128, u64)>, Option<(Vec<String>, u64)>);

/// The columns to sum, each once.
pub(crate) fn sums(plan: &LoadPlan, files: &[Vec<u8>]) -> Value {
    match read_files(plan, files) {
        Ok(declared) => json!({ "sums": summed(plan, &declared) }),
        Err(faults) => told(&faults),
    }
}

/// Whether what the sources declare holds.
///
/// # Errors
/// Sources, control files and findings that are not of one number: a mistake of the caller.
pub(crate) fn verify(plan: &LoadPlan, files: &[Vec<u8>], found: Vec<FoundInSource>) -> Result<Value, &'static str> {
    let by_files = match read_files(plan, files) {
        Ok(declared) => declared,
        Err(faults) => return Ok(told(&faults)),
    };
    let columns = summed(plan, &by_files);
    let declared = match &plan.control {
        Some(Control::Trailer(_)) => match read_trailers(plan, &found) {
            Ok(declared) => declared,
            Err(faults) => return Ok(told(&faults)),
        },
        _ => by_files,
    };
    if declared.len() != found.len() || found.len() != plan.sources.len() {
        return Err("a source has no control totals");
    }
    let (mut verified, mut mismatches, mut is_unread) = (Vec::new(), Vec::new(), false);
    for ((source, declared), found) in plan.sources.iter().zip(&declared).zip(&found) {
        match verify_one(declared, &found_of(&columns, found), &plan.columns) {
            Ok(totals) => verified.push(totals),
            Err(failed) => {
                is_unread |= failed.iter().any(|mismatch| matches!(mismatch, Mismatch::Unread { .. }));
                mismatches.extend(failed.iter().map(|mismatch| format!("{}: {mismatch}", source.location)));
            }
        }
    }
    Ok(if mismatches.is_empty() {
        json!({ "verified": verified })
    } else {
        json!({ "mismatches": mismatches, "unread": is_unread })
    })
}

fn summed(plan: &LoadPlan, declared: &[Declared]) -> Vec<String> {
    let by_position = plan.control.iter().flat_map(Control::sums);
    let by_name = declared.iter().flat_map(|declared| &declared.sums).map(|sum| &sum.column);
    let mut summed: Vec<String> = by_position.chain(by_name).cloned().collect();
    summed.sort();
    summed.dedup();
    summed
}

fn found_of(columns: &[String], (rows, sums, _): &FoundInSource) -> Found {
    let sums = columns.iter().zip(sums).map(|(column, (upper, lower, unread))| FoundSum {
        column: column.clone(),
        total: ExactSum::of_parts(*upper, *lower),
        unread: *unread,
    });
    Found { rows: *rows, sums: sums.collect() }
}

/// What the control files declare; nothing for trailers.
fn read_files(plan: &LoadPlan, files: &[Vec<u8>]) -> Result<Vec<Declared>, Vec<Fault>> {
    let Some(Control::File(control)) = &plan.control else { return Ok(Vec::new()) };
    all(plan.sources.iter().zip(files).map(|(source, bytes)| {
        let location = source.control.as_ref().map_or("", |landed| &landed.location);
        control.read(bytes, location, &plan.dialect, &plan.columns)
    }))
}

fn read_trailers(plan: &LoadPlan, found: &[FoundInSource]) -> Result<Vec<Declared>, Vec<Fault>> {
    let Some(Control::Trailer(record)) = &plan.control else { return Ok(Vec::new()) };
    all(plan.sources.iter().zip(found).filter_map(|(source, (_, _, trailer))| {
        let (fields, line) = trailer.as_ref()?;
        Some(record.read(fields, (&source.location, *line), &plan.dialect, &plan.columns))
    }))
}

/// All that was read, or the faults of all that was not.
fn all(read: impl Iterator<Item = Result<Declared, Vec<Fault>>>) -> Result<Vec<Declared>, Vec<Fault>> {
    let (mut declared, mut faults) = (Vec::new(), Vec::new());
    for one in read {
        match one {
            Ok(one) => declared.push(one),
            Err(found) => faults.extend(found),
        }
    }
    if faults.is_empty() { Ok(declared) } else { Err(faults) }
}

fn told(faults: &[Fault]) -> Value {
    let faults = faults.iter().map(|fault| json!([fault.to_string(), fault.hint]));
    json!({ "faults": faults.collect::<Vec<_>>() })
}
