//! What a DAG file must say: its name is its configuration, so all of them say the same.

use crate::Fault;

use super::CheckedJob;

/// The three lines of every DAG file.
pub const DAG_FILE: &str = "from naru_airflow import job_dag\n\ndag = job_dag(__file__)\n";

const IMPORT: &str = "from naru_airflow import job_dag";
const CALL: &str = "job_dag(__file__)";

/// The fault of a DAG file that lacks one of its lines.
pub(super) fn check(job: &CheckedJob) -> Option<Fault> {
    let lines = || job.text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let missing = if !lines().any(|line| line.contains(IMPORT)) {
        IMPORT
    } else if !lines().any(|line| line.contains(CALL)) {
        CALL
    } else {
        return None;
    };
    let fault = Fault::new(&job.path, format!("the DAG file lacks \"{missing}\""));
    Some(fault.hint(format!("its three lines are \"{IMPORT}\", an empty one, and \"dag = {CALL}\"")))
}
