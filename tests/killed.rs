//! `kill -9` at any instant, a full disk, a read-only lake: the same command again ends as one clean run.

use std::time::{Duration, Instant};

use crate::append::{DEFINITION, JOB};
use crate::support::Project;

fn project_with_rows(rows: u64) -> Project {
    let project = Project::with_job(JOB, &format!("@partition,\"bucket(4, id)\"\n{DEFINITION}"));
    let text: String = (0..rows).fold("ID,NAME,AMT\n".into(), |text, n| text + &format!("{n},name-{n},{n}.25\n"));
    project.drop(JOB, "2026-11-22", "a.csv", text);
    project
}

#[test]
fn killed_anywhere_and_run_again_it_loads_once() {
    let whole = {
        let project = project_with_rows(60_000);
        let started = Instant::now();
        project.loaded(JOB, "2026-11-22");
        started.elapsed()
    };
    // A seeded walk over the run's duration; tests/exactly_once hits every call of a run.
    for n in 1..=20 {
        let project = project_with_rows(60_000);
        let mut child = project.command(&["run", JOB, "--date", "2026-11-22", "-q"]).spawn().unwrap();
        std::thread::sleep(whole.mul_f64(f64::from(n) / 18.0));
        child.kill().unwrap();
        child.wait().unwrap();
        project.loaded(JOB, "2026-11-22");
        let sums = project.csv("select count(*) as n, count(distinct id) as d, sum(amount) as s from deposit.account");
        assert_eq!(sums, "n,d,s\n60000,60000,1799985000.00\n", "killed at {n}/18");
    }
}

#[test]
fn a_source_that_grows_while_it_is_read_commits_nothing() {
    let project = project_with_rows(400_000);
    let path = project.landing(JOB, "2026-11-22").join("a.csv");
    let child =
        project.command(&["run", JOB, "--date", "2026-11-22"]).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    // Appending all along: whenever the run listed the file, it grows afterwards.
    let mut child = Some(child);
    while let Some(running) = child.as_mut() {
        if running.try_wait().unwrap().is_some() || started.elapsed() > Duration::from_secs(60) {
            break;
        }
        use std::io::Write;
        std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"1,x,1\n").unwrap();
    }
    let output = child.take().unwrap().wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(75), "{stderr}");
    assert!(stderr.contains("changed while it was read"), "{stderr}");
    assert_eq!(project.loaded(JOB, "2026-11-22")["status"], "loaded");
}

#[test]
fn a_lake_that_cannot_be_written_says_so_and_stays_whole() {
    use std::os::unix::fs::PermissionsExt;
    let project = project_with_rows(10);
    project.loaded(JOB, "2026-11-22");
    project.drop(JOB, "2026-11-23", "a.csv", "ID,NAME,AMT\n1,x,1\n");
    let data = project.path().join(".naru/lake/acme-dev-lake-p1/deposit/account");
    // A file where a directory has to be fails for root too, as permissions do not.
    std::fs::rename(data.join("data"), data.join("kept")).unwrap();
    std::fs::write(data.join("data"), b"").unwrap();
    std::fs::set_permissions(data.join("data"), std::fs::Permissions::from_mode(0o444)).unwrap();
    let failed = project.load(JOB, "2026-11-23");
    assert!(matches!(failed.code, 1 | 75), "{}", failed.stderr);
    assert!(failed.stderr.contains("acme-dev-lake-p1/deposit/account/data"), "{}", failed.stderr);
    std::fs::remove_file(data.join("data")).unwrap();
    std::fs::rename(data.join("kept"), data.join("data")).unwrap();
    assert_eq!(project.value("select count(*) from deposit.account"), 10);
    project.loaded(JOB, "2026-11-23");
    assert_eq!(project.value("select count(*) from deposit.account"), 11);
}
