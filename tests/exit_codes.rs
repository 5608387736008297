//! Exit codes: 0 done, 1 failed, 2 usage, 75 try again later. None but 0 changes a table.

use crate::append::{DEFINITION, JOB};
use crate::support::{Project, naru, run};

#[test]
fn an_interval_without_sources_is_tried_again_later() {
    let project = Project::with_job(JOB, DEFINITION);
    let none = project.load(JOB, "2026-11-22").fails(75);
    assert!(none.stderr.contains("no file has landed for interval 2026-11-22"), "{}", none.stderr);
    assert!(none.stderr.contains("acme-dev-landing-p1/core/deposit/account/2026-11-22/"), "{}", none.stderr);
    assert_eq!(project.naru(&["tables", "--json"]).ok().json().as_array().unwrap().len(), 0);
}

#[test]
fn a_rerun_whose_source_has_gone_commits_nothing() {
    let project = Project::with_job(JOB, DEFINITION);
    let a = project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    let b = project.drop(JOB, "2026-11-22", "b.csv", "ID,NAME,AMT\n2,lee,2\n");
    project.loaded(JOB, "2026-11-22");
    std::fs::remove_file(b).unwrap();
    let fewer = project.load(JOB, "2026-11-22").fails(75);
    assert!(fewer.stderr.contains("1 of the 2 files"), "{}", fewer.stderr);
    std::fs::remove_file(a).unwrap();
    let gone = project.load(JOB, "2026-11-22").fails(75);
    assert!(gone.stderr.contains("loaded from 2 file(s) before"), "{}", gone.stderr);
    assert_eq!(project.value("select count(*) from deposit.account"), 2);
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1.5\n");
    project.naru(&["run", JOB, "--date", "2026-11-22", "--force"]).ok();
    assert_eq!(project.value("select count(*) from deposit.account"), 1);
}

#[test]
fn an_empty_delivery_may_be_allowed() {
    let project = Project::with_job(JOB, &format!("@empty,allow\n{DEFINITION}"));
    assert_eq!(project.loaded(JOB, "2026-11-22")["rows"], 0);
    assert_eq!(project.loaded(JOB, "2026-11-22")["status"], "unchanged");
    assert_eq!(project.value("select count(*) from deposit.account"), 0);
}

#[test]
fn wrong_command_lines_are_usage_errors() {
    let project = Project::with_job(JOB, DEFINITION);
    for args in [
        &["run", "core__deposit__account__p9__append__auto__d"][..],
        &["run", JOB, "--date", "yesterday"],
        &["run", JOB, "--interval-start", "2026-11-21T15:00:00Z"],
        &["query", "select 1", "--as-of", "long ago"],
        &["frobnicate"],
    ] {
        project.naru(args).fails(2);
    }
    let outside = tempfile::tempdir().unwrap();
    let lost = run(naru().current_dir(outside.path()).args(["check"])).fails(2);
    assert!(lost.stderr.contains("there is no naru.toml here or above"), "{}", lost.stderr);
}

#[test]
fn what_is_not_installed_is_refused_before_a_row_is_read() {
    let job = "core__deposit__account__p1__append__sp__d";
    let project = Project::with_job(job, DEFINITION);
    project.drop(job, "2026-11-22", "a.csv", "this is not even read");
    let refused = project.naru(&["run", job, "--date", "2026-11-22", "--spark-python", "/there/is/none"]).fails(1);
    for part in ["the route is Spark, which is not installed here", "/there/is/none: No such file", "--engine pl"] {
        assert!(refused.stderr.contains(part), "{part}: {}", refused.stderr);
    }
    // Another lake may have it.
    project.naru(&["check"]).ok();
}

#[test]
fn only_the_projects_own_jobs_run() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    let mistyped = JOB.replace("append", "replace");
    let refused = project.load(&mistyped, "2026-11-22").fails(2);
    assert!(refused.stderr.contains(&format!("its job for deposit.account is {JOB}")), "{}", refused.stderr);
    project.write(&format!("dags/{mistyped}.py"), b"");
    let both = project.load(JOB, "2026-11-22").fails(1);
    assert!(both.stderr.contains("deposit.account has two jobs"), "{}", both.stderr);
}

#[test]
fn a_definition_can_be_mended_after_a_first_run_that_failed() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1.2345\n");
    project.load(JOB, "2026-11-22").fails(1);
    project.job(JOB, &DEFINITION.replace("decimal(18,2)", "decimal(18,4)"));
    project.loaded(JOB, "2026-11-22");
    assert_eq!(project.csv("select amount from deposit.account"), "amount\n1.2345\n");
}

#[test]
fn a_copied_lake_does_not_write_into_the_original() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    project.loaded(JOB, "2026-11-22");
    let copy = tempfile::tempdir().unwrap();
    let copied = std::process::Command::new("cp").arg("-r").arg(project.path()).arg(copy.path().join("p")).status();
    assert!(copied.unwrap().success());
    let before = project.lake_files();
    let refused =
        run(naru().arg("--project").arg(copy.path().join("p")).args(["run", JOB, "--date", "2026-11-22"])).fails(1);
    assert!(refused.stderr.contains("moved or copied"), "{}", refused.stderr);
    assert_eq!(before, project.lake_files());
}

#[test]
fn every_option_is_also_read_from_the_environment() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    let mut command = naru();
    command
        .env("NARU_PROJECT", project.path())
        .env("NARU_DATE", "2026-11-22")
        .env("NARU_JSON", "true")
        .args(["run", JOB]);
    assert_eq!(run(&mut command).ok().json()[0]["rows"], 1);
    let help = run(naru().args(["run", "--help"])).ok().stdout;
    for option in help.lines().filter(|l| l.trim_start().starts_with("--")) {
        let name = option.trim_start().trim_start_matches('-').split([' ', '=', '[']).next().unwrap();
        let env = format!("NARU_{}", name.to_uppercase().replace('-', "_"));
        assert!(name == "help" || help.contains(&env), "--{name} has no {env}");
    }
}

#[test]
fn progress_and_errors_can_be_json_lines() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\nx,kim,1\n");
    let failed = project.naru(&["run", JOB, "--date", "2026-11-22", "--log", "json"]).fails(1);
    let lines: Vec<serde_json::Value> = failed.stderr.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.last().unwrap()["exit"], 1);
    assert!(lines.last().unwrap()["details"][0].as_str().unwrap().contains("not_an_integer"));
    let wrong = project.naru(&["run", "--log=json", "--dat", "2026-11-22"]).fails(2);
    let line: serde_json::Value = serde_json::from_str(wrong.stderr.trim()).unwrap();
    assert_eq!(line["exit"], 2);
    assert!(line["message"].as_str().unwrap().contains("--dat"), "{line}");
}
