//! Backfilling: a span of intervals, the oldest first, that goes on where it stopped.

use crate::append::{DEFINITION, JOB};
use crate::support::Project;

const SPAN: [&str; 4] = ["--interval-start", "2026-11-20", "--interval-end", "2026-11-25"];

fn project_with(days: &[u32]) -> Project {
    let project = Project::with_job(JOB, DEFINITION);
    days.iter().for_each(|day| drop_day(&project, *day, "1"));
    project
}

fn drop_day(project: &Project, day: u32, amount: &str) {
    project.drop(JOB, &format!("2026-11-{day}"), "a.csv", format!("ID,NAME,AMT\n{day},x,{amount}\n"));
}

fn run<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["run", JOB, "--json"], &SPAN[..], more].concat()
}

/// `interval status` of each run of a report.
fn told(report: &serde_json::Value) -> Vec<String> {
    let runs = report["runs"].as_array().unwrap().iter();
    runs.map(|r| format!("{} {}", &r["interval"].as_str().unwrap()[8..], r["status"].as_str().unwrap())).collect()
}

#[test]
fn loads_a_span_in_order_and_does_nothing_the_second_time() {
    let project = project_with(&[20, 21, 22, 23, 24]);
    let first = project.naru(&run(&[])).ok();
    assert!(first.stderr.contains("2026-11-24: loaded 1 rows"), "{}", first.stderr);
    let report = first.json();
    assert_eq!(told(&report), ["20 loaded", "21 loaded", "22 loaded", "23 loaded", "24 loaded"]);
    assert_eq!((&report["exit"], &report["done"], &report["intervals"]), (&0.into(), &5.into(), &5.into()));
    assert_eq!(report["left"].as_array().unwrap().len(), 0);
    // What is loaded needs no source to be opened: not even one that cannot be read.
    let before = project.lake_files();
    assert_eq!(told(&project.naru(&run(&[])).ok().json())[4], "24 unchanged");
    assert_eq!(project.lake_files(), before);
    drop_day(&project, 22, "2.5");
    let changed = project.naru(&[&["run", JOB], &SPAN[..]].concat()).ok();
    assert!(changed.stderr.contains("deposit.account: 1 reloaded, 4 unchanged"), "{}", changed.stderr);
    assert_eq!(project.csv("select sum(amount) as s from deposit.account"), "s\n6.50\n");
    project.check_with_pyiceberg();
}

#[test]
fn stops_at_an_interval_that_fails_and_goes_on_from_there() {
    let project = project_with(&[20, 21, 23, 24]);
    drop_day(&project, 22, "bad");
    let failed = project.naru(&run(&[])).fails(1);
    for part in ["deposit.account 2026-11-22: 1 of 1 rows", "2 of 5 intervals are done"] {
        assert!(failed.stderr.contains(part), "\"{part}\" is not in\n{}", failed.stderr);
    }
    assert!(failed.stderr.contains("deposit.account: 2026-11-22 to 2026-11-24 are left (3 intervals)"));
    let report = failed.json();
    assert_eq!(told(&report), ["20 loaded", "21 loaded", "22 failed"]);
    assert_eq!((&report["exit"], &report["left"][0]["first"]), (&1.into(), &"2026-11-22".into()));
    drop_day(&project, 22, "1");
    let done = project.naru(&run(&[])).ok().json();
    assert_eq!(told(&done), ["20 unchanged", "21 unchanged", "22 loaded", "23 loaded", "24 loaded"]);
}

#[test]
fn the_first_interval_that_fails_is_told_once() {
    let project = project_with(&[]);
    drop_day(&project, 20, "bad");
    let failed = project.naru(&run(&[])).fails(1);
    assert_eq!(failed.stderr.matches("1 of 1 rows do not fit").count(), 1, "{}", failed.stderr);
    assert!(failed.stderr.contains("0 of 5 intervals are done"), "{}", failed.stderr);
}

#[test]
fn what_has_not_landed_stops_it_unless_it_may_be_passed_over() {
    let project = project_with(&[20, 23]);
    let waits = project.naru(&run(&[])).fails(75);
    assert!(waits.stderr.contains("1 of 5 intervals are done"), "{}", waits.stderr);
    let done = project.naru(&run(&["--skip-missing"])).ok();
    let report = done.json();
    assert_eq!(told(&report), ["20 unchanged", "21 missing", "22 missing", "23 loaded", "24 missing"]);
    assert_eq!(report["done"], 5);
    assert_eq!(project.value("select count(*) from deposit.account"), 2);
    // What was loaded and has gone is no missing interval.
    std::fs::remove_file(project.landing(JOB, "2026-11-20").join("a.csv")).unwrap();
    let gone = project.naru(&run(&["--skip-missing"])).fails(75);
    assert!(gone.stderr.contains("loaded from 1 file(s) before"), "{}", gone.stderr);
}

#[test]
fn a_plan_lists_the_intervals_and_changes_nothing() {
    let project = project_with(&[20, 21, 24]);
    project.loaded(JOB, "2026-11-20");
    let before = project.lake_files();
    let plan = |more: &[&str]| project.naru(&[&["plan", JOB], &SPAN[..], more].concat()).ok();
    let text = plan(&[]).stdout;
    for part in ["5 intervals, [2026-11-19 15:00:00 UTC, 2026-11-24 15:00:00 UTC)", "the run would stop at 2026-11-22"]
    {
        assert!(text.contains(part), "\"{part}\" is not in\n{text}");
    }
    let json = plan(&["--json", "--skip-missing"]).json();
    assert!(json["stops_at"].is_null(), "{json}");
    let runs: Vec<_> = json["intervals"].as_array().unwrap().iter().map(|i| i["run"].as_str().unwrap()).collect();
    assert_eq!(runs[0], "would do nothing: the same files are loaded already");
    assert_eq!(runs[1], "would load the interval for the first time");
    assert_eq!(runs[2], "would be passed over: nothing has landed");
    assert_eq!(project.lake_files(), before);
}

#[test]
fn bounds_are_written_as_people_write_them() {
    let project = project_with(&[20]);
    for (start, end) in [
        ("2026-11-20", "2026-11-21"),
        ("2026-11-19T15:00:00Z", "2026-11-21T00:00:00+09:00"),
        ("2026-11-20T00:00", "2026-11-21 00:00:00"),
        ("2026-11-20T00", "2026-11-21T00"),
    ] {
        let report =
            project.naru(&["run", JOB, "--interval-start", start, "--interval-end", end, "--json"]).ok().json();
        assert_eq!(report["runs"][0]["interval"], "2026-11-20", "{start}");
    }
    for (start, end, said) in [
        ("2026-11-20T09:00", "2026-11-21", "the nearest right bounds are 2026-11-20T00:00:00+09:00"),
        ("2026-11-20", "2026-11-21T00:00:00Z", "2026-11-21T00:00:00+09:00 and 2026-11-22T00:00:00+09:00"),
        ("2026-11-21", "2026-11-20", "is empty"),
        ("20 Nov", "2026-11-21", "\"20 Nov\" is no bound of a span"),
    ] {
        let wrong = project.naru(&["run", JOB, "--interval-start", start, "--interval-end", end]).fails(2);
        assert!(wrong.stderr.contains(said), "{}", wrong.stderr);
    }
}

#[test]
fn several_jobs_are_backfilled_side_by_side_and_one_that_fails_holds_up_no_other() {
    let project = project_with(&[20, 21]);
    let other = "core__deposit__loan__p1__append__pl__d";
    let on_demand = "core__deposit__fix__p1__append__pl__x";
    project.job(other, DEFINITION);
    project.job(on_demand, DEFINITION);
    project.drop(other, "2026-11-20", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    let span = ["run", "--interval-start", "2026-11-20", "--interval-end", "2026-11-22", "--json"];
    let report = project.naru(&span).fails(75).json();
    assert_eq!((&report["done"], &report["intervals"]), (&3.into(), &4.into()), "{report}");
    assert_eq!(report["left"][0]["table"], "deposit.loan", "{report}");
    assert_eq!(report["left"][0]["first"], "2026-11-21", "{report}");
}
