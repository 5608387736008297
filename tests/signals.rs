//! SIGTERM and SIGINT: a run stops cleanly with exit code 75, a second signal ends it at once.

use std::path::PathBuf;

use crate::append::DEFINITION;
use crate::support::{Paused, Project};

/// In this process, however little memory it is given.
const JOB: &str = "core__deposit__account__p1__append__pl__d";
const ROW_BYTES: usize = 2_000;

/// Rows that are long, so that much is read and written while few values are decoded.
fn rows(megabytes: usize) -> String {
    let name = "x".repeat(ROW_BYTES);
    (0..megabytes * 1_000_000 / ROW_BYTES)
        .fold("ID,NAME,AMT\n".into(), |text, n| text + &format!("{n},{name}-{n},{n}.25\n"))
}

/// Data files, and files that are not finished.
fn data_files(project: &Project) -> Vec<PathBuf> {
    let is_data = |path: &PathBuf| path.extension().is_some_and(|e| e == "parquet" || e == "tmp");
    project.lake_files().into_iter().map(|(path, _)| path).filter(is_data).collect()
}

/// A run of one interval that stands still in the middle of it, with data files written.
fn paused(args: &[&str]) -> (Project, Paused) {
    for megabytes in [24, 96, 384] {
        let project = Project::with_job(JOB, &format!("@sort,id\n{DEFINITION}"));
        let file = project.drop(JOB, "2026-11-21", "a.csv", rows(megabytes));
        project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
        let mut command = project.command(args);
        command.args(["--threads", "4", "--memory-mib", "64"]);
        let wrote = || data_files(&project).iter().any(|path| path.extension().is_some_and(|e| e == "parquet"));
        if let Some(paused) = Paused::while_reading(&mut command, &file, wrote) {
            return (project, paused);
        }
    }
    panic!("the run was always faster");
}

#[test]
fn a_run_that_is_told_to_stop_leaves_nothing() {
    for (signal, name) in [("TERM", "SIGTERM"), ("INT", "SIGINT")] {
        let (project, paused) = paused(&["run", JOB, "--date", "2026-11-21"]);
        assert!(!data_files(&project).is_empty());
        paused.signal(signal);
        let stopped = paused.go_on().fails(75);
        assert!(stopped.stderr.contains(&format!("stopped by {name}: 0 of 1 runs are done")), "{}", stopped.stderr);
        assert!(stopped.stderr.contains("run the same command again"), "{}", stopped.stderr);
        assert!(data_files(&project).is_empty(), "{:?}", data_files(&project));
        assert_eq!(project.value("select count(*) from deposit.account"), 0);
        assert_eq!(project.loaded(JOB, "2026-11-21")["status"], "loaded");
        assert_eq!(project.value("select count(*) - count(distinct id) from deposit.account"), 0);
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let (project, paused) = paused(&["run", JOB, "--date", "2026-11-21"]);
    paused.signal("TERM");
    paused.signal("INT");
    let ended = paused.go_on();
    // By the signal itself or, where both came as one to a thread, cleanly.
    assert!(matches!(ended.code, -1 | 75), "{}: {}", ended.code, ended.stderr);
    project.loaded(JOB, "2026-11-21");
    assert_eq!(project.value("select count(*) - count(distinct id) from deposit.account"), 0);
}

#[test]
fn a_backfill_that_is_told_to_stop_says_what_is_left() {
    let span = ["run", JOB, "--interval-start", "2026-11-21", "--interval-end", "2026-11-23", "--json"];
    let (project, paused) = paused(&span);
    paused.signal("TERM");
    let stopped = paused.go_on().fails(75);
    let left = "deposit.account: 2026-11-21 to 2026-11-22 are left (2 intervals)";
    assert!(stopped.stderr.contains("stopped by SIGTERM: 0 of 2 runs are done"), "{}", stopped.stderr);
    assert!(stopped.stderr.contains(left), "{}", stopped.stderr);
    let report = stopped.json();
    assert_eq!((&report["exit"], &report["left"][0]["intervals"]), (&75.into(), &2.into()));
    assert_eq!(project.naru(&span).ok().json()["done"], 2);
}
