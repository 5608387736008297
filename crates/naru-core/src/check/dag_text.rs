//! What a DAG file says, and the needs of its job.

use std::collections::BTreeMap;

use crate::dag_file::DagFile;
use crate::needs::{Need, NeedError, cycles};
use crate::{Fault, JobName};

use super::CheckedJob;

/// Needs of jobs, by the job; faults name the path of its DAG file.
type Needs<'a> = BTreeMap<&'a JobName, (&'a str, Vec<Need>)>;

/// Reports DAG files that say something else than their job, and needs that can never be met: of jobs that are not there,
/// of slices that are too short, of themselves, in a circle.
///
/// `has_marks`: runs are marked, by this project's jobs and by other schedulers.
pub(super) fn check(jobs: &[CheckedJob], has_marks: bool, faults: &mut Vec<Fault>) {
    let known: BTreeMap<String, &JobName> =
        jobs.iter().filter_map(|job| job.name.as_ref().ok()).map(|name| (name.to_string(), name)).collect();
    let mut needs = Needs::new();
    for job in jobs {
        let file = match DagFile::parse(&job.path, &job.text) {
            Ok(file) => file,
            Err(fault) => {
                faults.push(fault);
                continue;
            }
        };
        let Ok(name) = &job.name else { continue };
        let mut found: Vec<Need> = Vec::new();
        for written in &file.needs {
            match Need::parse(&written.text, name, &known, has_marks) {
                Ok(need) if found.iter().any(|other| other.job == need.job) => {
                    let error = NeedError::Twice { job: need.job.to_string() };
                    faults.push(fault(&job.path, &error, written.line, written.column));
                }
                Ok(need) => found.push(need),
                Err(error) => faults.push(fault(&job.path, &error, written.line, written.column)),
            }
        }
        needs.insert(name, (&job.path, found));
    }
    let edges = needs.iter().map(|(job, (_, needs))| (*job, needs.iter().map(|need| &need.job).collect())).collect();
    for cycle in cycles(&edges) {
        let path = cycle.first().and_then(|first| needs.get(first)).map_or("", |(path, _)| path);
        let shown: Vec<String> = cycle.iter().chain(cycle.first()).map(ToString::to_string).collect();
        let message = format!("jobs need each other in a circle, so that none can run: {}", shown.join(" needs "));
        faults.push(Fault::new(path, message).hint("take one of these needs out"));
    }
}

fn fault(path: &str, error: &NeedError, line: u32, column: u32) -> Fault {
    Fault::new(path, error.to_string()).at(line, column).hint(error.hint())
}
