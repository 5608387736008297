//! `naru rerun`: a span of a job again, and all that stands on it.

use std::io::Read;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::append::{DEFINITION, JOB};
use crate::support::Project;

const MONTHLY: &str = "core__mart__monthly__p1__replace__pl__m";
const DAILY: &str = "core__mart__daily__p1__append__pl__d";
const ON_TOP: &str = "core__mart__on_top__p1__append__pl__d";
const ASIDE: &str = "core__mart__aside__p1__append__pl__d";

fn needs(project: &Project, job: &str, needed: &[&str]) {
    project.job(job, DEFINITION);
    let list: Vec<String> = needed.iter().map(|name| format!("\"{name}\"")).collect();
    let text = format!("from naru_airflow import job_dag\n\ndag = job_dag(__file__, needs=[{}])\n", list.join(", "));
    project.write(&format!("dags/{job}.py"), text.as_bytes());
}

/// An account; a daily mart on it, one on that, and a monthly one on both; and one that stands aside.
fn project() -> Project {
    let project = Project::with_job(JOB, DEFINITION);
    needs(&project, DAILY, &[JOB]);
    needs(&project, ON_TOP, &[DAILY]);
    needs(&project, MONTHLY, &[JOB, DAILY]);
    project.job(ASIDE, DEFINITION);
    for day in ["2026-10-30", "2026-10-31", "2026-11-01"] {
        for job in [JOB, DAILY, ON_TOP, ASIDE] {
            project.drop(job, day, "a.csv", "ID,NAME,AMT\n1,kim,1\n");
        }
    }
    for month in ["2026-10", "2026-11"] {
        project.drop(MONTHLY, month, "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    }
    project
}

const SPAN: [&str; 6] = ["rerun", JOB, "--from", "2026-10-30", "--to", "2026-10-31"];

fn rerun(project: &Project, more: &[&str]) -> crate::support::Ran {
    project.naru(&[SPAN.as_slice(), more].concat())
}

/// Jobs and their intervals as the runs were tried, in order.
fn runs(report: &Value) -> Vec<(String, String, String)> {
    let text = |run: &Value, key: &str| run[key].as_str().unwrap().to_owned();
    let runs = report["runs"].as_array().unwrap().iter();
    runs.map(|run| (text(run, "job"), text(run, "interval"), text(run, "status"))).collect()
}

#[test]
fn it_is_shown_and_asked_for_before_it_runs() {
    let project = project();
    let plan = rerun(&project, &["--downstream", "--plan", "--json"]).ok().json();
    let jobs: Vec<(&Value, usize)> = plan["jobs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|job| (&job["job"], job["intervals"].as_array().unwrap().len()))
        .collect();
    assert_eq!(jobs, [(&json!(JOB), 2), (&json!(DAILY), 2), (&json!(MONTHLY), 1), (&json!(ON_TOP), 2)]);
    assert_eq!(plan["jobs"][2]["intervals"], json!(["2026-10"]));
    assert_eq!(plan["jobs"][2]["after"], json!([JOB, DAILY]));
    assert_eq!(plan["intervals"], 7);
    let asked = rerun(&project, &["--downstream"]).fails(2);
    assert!(
        asked.stdout.contains("mart.monthly") && asked.stderr.contains("--yes"),
        "{}{}",
        asked.stdout,
        asked.stderr
    );
    assert_eq!(project.naru(&["tables", "--json"]).ok().json(), json!([]), "nothing was run");
}

#[test]
fn all_that_stands_on_a_span_is_run_behind_it_and_once() {
    let project = project();
    let report = rerun(&project, &["--downstream", "--yes", "--json", "--parallel", "4"]).ok().json();
    let runs = runs(&report);
    assert_eq!(runs.len(), 7);
    let place = |job: &str, interval: &str| {
        runs.iter()
            .position(|(one, of, _)| one == job && of == interval)
            .unwrap_or_else(|| panic!("{job} {interval}: {runs:?}"))
    };
    for (job, needed) in [(DAILY, JOB), (ON_TOP, DAILY)] {
        assert!(place(job, "2026-10-30") < place(job, "2026-10-31"));
        assert!(place(needed, "2026-10-31") < place(job, "2026-10-30"));
    }
    assert!(place(MONTHLY, "2026-10") > place(DAILY, "2026-10-31"));
    assert!(runs.iter().all(|(_, _, status)| status == "loaded"));
    // Again: nothing has changed. By force: all of it, again.
    let again = rerun(&project, &["--downstream", "--yes", "--json"]).ok().json();
    assert!(self::runs(&again).iter().all(|(_, _, status)| status == "unchanged"));
    let forced = rerun(&project, &["--downstream", "--yes", "--json", "--force"]).ok().json();
    assert!(self::runs(&forced).iter().all(|(_, _, status)| status == "reloaded"), "{forced}");
    assert_eq!(project.value("select count(*) as n from deposit.account"), 2);
}

#[test]
fn what_stands_on_a_failed_run_is_left_and_told() {
    let project = project();
    project.drop(DAILY, "2026-10-30", "a.csv", "ID,NAME,AMT\nx,kim,1\n");
    let failed = rerun(&project, &["--downstream", "--yes", "--json"]).fails(1);
    let report = failed.json();
    let left: Vec<(&Value, &Value)> =
        report["left"].as_array().unwrap().iter().map(|left| (&left["job"], &left["intervals"])).collect();
    assert_eq!(left.len(), 3);
    for (job, intervals) in [(DAILY, 2), (MONTHLY, 1), (ON_TOP, 2)] {
        assert!(left.contains(&(&json!(job), &json!(intervals))), "{left:?}");
    }
    assert!(failed.stderr.contains("mart.monthly: 2026-10 is left"), "{}", failed.stderr);
    assert_eq!((&report["done"], &report["intervals"]), (&json!(2), &json!(7)));
    // Mended, the same command goes on.
    project.drop(DAILY, "2026-10-30", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    let report = rerun(&project, &["--downstream", "--yes", "--json"]).ok().json();
    assert_eq!(runs(&report).iter().filter(|(_, _, status)| status == "unchanged").count(), 2);
}

#[test]
fn a_killed_rerun_ends_with_the_same_command() {
    let project = project();
    let rows: String = (0..200_000).map(|n| format!("{n},name-{n},1.25\n")).collect();
    project.drop(DAILY, "2026-10-30", "a.csv", format!("ID,NAME,AMT\n{rows}"));
    let args = [SPAN.as_slice(), &["--downstream", "--yes"]].concat();
    let mut child = project.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut told = [0; 1];
    child.stderr.as_mut().unwrap().read_exact(&mut told).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    rerun(&project, &["--downstream", "--yes"]).ok();
    let counts = ["deposit.account", "mart.daily", "mart.on_top", "mart.monthly"]
        .map(|table| project.value(&format!("select count(*) as n from {table}")));
    assert_eq!(counts, [json!(2), json!(200_001), json!(2), json!(1)]);
}

#[test]
fn a_span_that_is_none_is_a_usage_error() {
    let project = project();
    let told = project.naru(&["rerun", JOB, "--from", "2026-11-02", "--to", "2026-11-01", "--plan"]).fails(2).stderr;
    assert!(told.contains("is before"), "{told}");
    project
        .naru(&["rerun", "core__mart__none__p1__append__pl__d", "--from", "2026-11-01", "--to", "2026-11-01"])
        .fails(2);
    // Without --downstream it is the job alone.
    let alone = rerun(&project, &["--plan", "--json"]).ok().json();
    assert_eq!(alone["jobs"].as_array().unwrap().len(), 1);
}
