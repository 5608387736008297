//! Several processes at once: nothing lost, nothing twice.

use std::process::{Child, Stdio};

use crate::append::{DEFINITION, JOB};
use crate::support::Project;

#[test]
fn twenty_processes_append_to_one_table_at_once() {
    let project = Project::with_job(JOB, DEFINITION);
    let days: Vec<String> = (1..=20).map(|n| format!("2026-11-{n:02}")).collect();
    for (n, day) in days.iter().enumerate() {
        project.drop(JOB, day, "a.csv", format!("ID,NAME,AMT\n{n},kim,1\n"));
    }
    let start = |day: &String| {
        let mut command = project.command(&["run", JOB, "--date", day, "-q"]);
        (day.clone(), command.stderr(Stdio::piped()).spawn().unwrap())
    };
    let running: Vec<_> = days.iter().map(start).collect();
    for day in ended(running) {
        project.loaded(JOB, &day);
    }
    assert_eq!(project.value("select count(*) from deposit.account"), 20);
    assert_eq!(project.value("select count(distinct id) from deposit.account"), 20);
    assert_eq!(project.value("select count(distinct load_interval) from deposit.account"), 20);
    project.check_with_pyiceberg();
}

/// Waits for processes; those that ended with 75, a race lost too often, which Airflow would start again.
fn ended<T>(running: Vec<(T, Child)>) -> Vec<T> {
    let mut again = Vec::new();
    for (what, child) in running {
        let output = child.wait_with_output().unwrap();
        match output.status.code() {
            Some(0) => {}
            Some(75) => again.push(what),
            other => panic!("{other:?}: {}", String::from_utf8_lossy(&output.stderr)),
        }
    }
    again
}

#[test]
fn an_append_and_a_replace_at_once_come_out_as_one_after_the_other() {
    const REPLACE: &str = "core__deposit__account__p1__replace__pl__d";
    for _ in 0..3 {
        let project = Project::with_job(JOB, DEFINITION);
        // A project in which the same table, in the same lake, is replaced: as after its job's name was changed.
        let other = Project::with_job(REPLACE, DEFINITION);
        std::os::unix::fs::symlink(project.path().join(".naru"), other.path().join(".naru")).unwrap();
        for (day, text) in [("2026-11-20", "1,old,1"), ("2026-11-21", "2,added,1"), ("2026-11-22", "3,new,1")] {
            project.drop(JOB, day, "a.csv", format!("ID,NAME,AMT\n{text}\n"));
        }
        project.loaded(JOB, "2026-11-20");
        let runs = || [(&project, JOB, "2026-11-21"), (&other, REPLACE, "2026-11-22")];
        let start = |(project, job, day): (&'_ Project, &'static str, &'static str)| {
            let mut command = project.command(&["run", job, "--date", day, "-q"]);
            command.stderr(Stdio::piped()).spawn().unwrap()
        };
        let running: Vec<_> = runs().into_iter().map(|one| (one, start(one))).collect();
        for (project, job, day) in ended(running) {
            project.loaded(job, day);
        }
        let ids = project.csv("select id from deposit.account order by id");
        assert!(["id\n3\n", "id\n2\n3\n"].contains(&ids.as_str()), "{ids}");
    }
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
