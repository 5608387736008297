//! Several processes at once: nothing lost, nothing twice.

use std::process::Stdio;

use crate::append::{DEFINITION, JOB};
use crate::support::Project;

#[test]
fn many_intervals_of_one_table_load_at_once() {
    let project = Project::with_job(JOB, DEFINITION);
    let days: Vec<String> = (1..=8).map(|n| format!("2026-11-{n:02}")).collect();
    for (n, day) in days.iter().enumerate() {
        project.drop(JOB, day, "a.csv", format!("ID,NAME,AMT\n{n},kim,1\n"));
    }
    let mut children: Vec<_> = days
        .iter()
        .map(|day| project.command(&["run", JOB, "--date", day, "-q"]).stderr(Stdio::piped()).spawn().unwrap())
        .collect();
    let mut retry = Vec::new();
    for (child, day) in children.drain(..).zip(&days) {
        let output = child.wait_with_output().unwrap();
        match output.status.code() {
            Some(0) => {}
            // A race lost too often is told as "try again later", as Airflow would.
            Some(75) => retry.push(day),
            other => panic!("{other:?}: {}", String::from_utf8_lossy(&output.stderr)),
        }
    }
    for day in retry {
        project.loaded(JOB, day);
    }
    assert_eq!(project.value("select count(*) from deposit.account"), 8);
    assert_eq!(project.value("select count(distinct load_interval) from deposit.account"), 8);
    project.check_with_pyiceberg();
}

#[test]
fn the_same_run_in_several_processes_loads_once() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n2,lee,2\n");
    let children: Vec<_> = (0..5)
        .map(|_| {
            let mut command = project.command(&["run", JOB, "--date", "2026-11-22", "--json"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 75)), "{code:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    project.loaded(JOB, "2026-11-22");
    assert_eq!(project.value("select count(*) from deposit.account"), 2);
    let history = project.naru(&["history", "deposit.account", "--json"]).ok().json();
    assert_eq!(history["snapshots"].as_array().unwrap().len(), 1);
}

#[test]
fn jobs_of_one_command_run_side_by_side() {
    let project = Project::with_job(JOB, DEFINITION);
    let other = "core__deposit__loan__p1__append__pl__d";
    project.job(other, DEFINITION);
    for job in [JOB, other] {
        project.drop(job, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    }
    let reports = project.naru(&["run", "--date", "2026-11-22", "--parallel-jobs", "2", "--json"]).ok().json();
    assert_eq!(reports.as_array().unwrap().len(), 2);
    // One that fails does not keep the others from loading.
    project.drop(JOB, "2026-11-23", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    let partly = project.naru(&["run", "--date", "2026-11-23", "--json"]).fails(75);
    assert!(partly.stderr.contains("1 of 2 runs failed"), "{}", partly.stderr);
    assert_eq!(project.value("select count(*) from deposit.account"), 2);
}
