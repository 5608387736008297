//! Quarantine and replay under `kill -9`, and by several processes at once.

use std::process::Stdio;
use std::time::Instant;

use crate::append::JOB;
use crate::quarantine::limited;
use crate::support::Project;

const ROWS: u64 = 4000;

/// Half of the rows have an amount with a comma.
fn project_with_bad_rows() -> Project {
    let project = Project::with_job(JOB, &limited("50%"));
    let row = |n: u64| {
        if n.is_multiple_of(2) { format!("{n},kim,\"1,{:03}.25\"\n", n % 1000) } else { format!("{n},kim,{n}.25\n") }
    };
    let text: String = (0..ROWS).fold("ID,NAME,AMT\n".into(), |text, n| text + &row(n));
    project.drop(JOB, "2026-11-22", "a.csv", text);
    project
}

fn mend(project: &Project) {
    project.job(JOB, &format!("@thousands_separator,\",\"\n{}", limited("50%")));
}

fn sums(project: &Project) -> String {
    project.csv("select count(*) as n, count(distinct id) as d from deposit.account")
}

#[test]
fn a_replay_killed_anywhere_loads_each_row_once() {
    let whole = {
        let project = project_with_bad_rows();
        project.loaded(JOB, "2026-11-22");
        mend(&project);
        let started = Instant::now();
        project.naru(&["replay", JOB]).ok();
        assert_eq!(sums(&project), format!("n,d\n{ROWS},{ROWS}\n"));
        started.elapsed()
    };
    for n in 1..=10 {
        let project = project_with_bad_rows();
        project.loaded(JOB, "2026-11-22");
        mend(&project);
        let mut child = project.command(&["replay", JOB, "-q"]).spawn().unwrap();
        std::thread::sleep(whole.mul_f64(f64::from(n) / 10.0));
        child.kill().unwrap();
        child.wait().unwrap();
        project.naru(&["replay", JOB]).ok();
        assert_eq!(sums(&project), format!("n,d\n{ROWS},{ROWS}\n"), "killed at {n}/10");
    }
}

#[test]
fn a_run_killed_anywhere_quarantines_each_row_once() {
    let started = Instant::now();
    project_with_bad_rows().loaded(JOB, "2026-11-22");
    let whole = started.elapsed();
    for n in 1..=8 {
        let project = project_with_bad_rows();
        let mut child = project.command(&["run", JOB, "--date", "2026-11-22", "-q"]).spawn().unwrap();
        std::thread::sleep(whole.mul_f64(f64::from(n) / 8.0));
        child.kill().unwrap();
        child.wait().unwrap();
        project.loaded(JOB, "2026-11-22");
        assert_eq!(sums(&project), format!("n,d\n{0},{0}\n", ROWS / 2), "killed at {n}/8");
        let kept = "select count(*) as n, count(distinct row_number) as d from deposit.account_quarantine";
        assert_eq!(project.csv(kept), format!("n,d\n{0},{0}\n", ROWS / 2), "killed at {n}/8");
    }
}

#[test]
fn the_same_run_and_the_same_replay_in_several_processes() {
    let project = project_with_bad_rows();
    let at_once = |args: &[&str]| {
        let start = |_| project.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let children: Vec<_> = (0..4).map(start).collect();
        for child in children {
            let output = child.wait_with_output().unwrap();
            let code = output.status.code();
            assert!(matches!(code, Some(0 | 75)), "{code:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
    };
    at_once(&["run", JOB, "--date", "2026-11-22"]);
    project.loaded(JOB, "2026-11-22");
    assert_eq!(project.value("select count(*) from deposit.account_quarantine"), ROWS / 2);
    mend(&project);
    at_once(&["replay", JOB]);
    project.naru(&["replay", JOB]).ok();
    assert_eq!(sums(&project), format!("n,d\n{ROWS},{ROWS}\n"));
    project.check_with_pyiceberg();
}
