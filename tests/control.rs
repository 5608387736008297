//! Control totals: what a source declares of a file is verified before the commit, and recorded with the run.

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::append::{DEFINITION, JOB};
use crate::support::Project;

const DAY: &str = "2026-11-22";
const TRAILER: &str = "\"trailer(T, rows, sum(amount))\"";
const FILE: &str = "ID,NAME,AMT\n1,kim,10.50\n2,lee,0.25\n";

fn project(control: &str) -> Project {
    Project::with_job(JOB, &format!("@control,{control}\n{DEFINITION}"))
}

/// Fails with a code; the message, with nothing committed and no file left.
#[track_caller]
fn refused(project: &Project, code: i32, parts: &[&str]) -> String {
    let message = project.load(JOB, DAY).fails(code).stderr;
    for part in parts {
        assert!(message.contains(part), "\"{part}\" is not in\n{message}");
    }
    let tables = project.naru(&["tables", "--json"]).ok().json();
    assert!(tables.as_array().unwrap().iter().all(|table| table["rows"] == 0), "{tables}");
    let left = project.lake_files().into_iter().any(|(path, _)| path.extension().is_some_and(|e| e == "parquet"));
    assert!(!left, "{:?}", project.lake_files());
    message
}

/// The control totals that the newest snapshot records, without the directories of the files.
fn recorded(project: &Project) -> Value {
    let history = project.naru(&["history", "deposit.account", "--json"]).ok().json();
    let mut snapshots = history["snapshots"].as_array().unwrap().clone();
    let mut current = snapshots.drain(..).find(|snapshot| snapshot["current"] == true).unwrap();
    for file in current["control"].as_array_mut().unwrap() {
        let name = Path::new(file["location"].as_str().unwrap()).file_name().unwrap().to_str().unwrap().to_owned();
        file["location"] = name.into();
    }
    current["control"].clone()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_control_file_that_is_right_is_recorded_with_the_run() {
    let project = project("{file}.ctl");
    project.drop(JOB, DAY, "a.csv", FILE);
    project.drop(JOB, DAY, "a.csv.ctl", "date=2026-11-22\nrows=2\nsum(amount)=10.75\n");
    let report = project.loaded(JOB, DAY);
    assert_eq!((&report["rows"], &report["control"]), (&json!(2), &json!("verified")));
    let totals = json!([{ "location": "a.csv", "rows": 2, "sums": { "amount": "10.75" } }]);
    assert_eq!(recorded(&project), totals);
    let again = project.loaded(JOB, DAY);
    assert_eq!((&again["status"], &again["control"]), (&json!("unchanged"), &json!("verified")));
    project.check_with_pyiceberg();
}

#[test]
fn a_file_that_is_cut_off_at_a_lines_end_is_told() {
    let by_file = project("{file}.ctl");
    by_file.drop(JOB, DAY, "a.csv", FILE.trim_end().rsplit_once('\n').unwrap().0);
    by_file.drop(JOB, DAY, "a.csv.ctl", "rows=2\nsum(amount)=10.75\n");
    refused(&by_file, 1, &["a.csv: rows: 2 declared, 1 found", "a.csv: sum(amount): 10.75 declared, 10.50 found"]);
    let by_trailer = project(TRAILER);
    by_trailer.drop(JOB, DAY, "a.csv", FILE);
    refused(&by_trailer, 1, &["a.csv", "the trailer record is missing", "line 4", "cut off"]);
    // Landed whole, the same command loads it.
    by_trailer.drop(JOB, DAY, "a.csv", format!("{FILE}T,2,10.75\n"));
    assert_eq!(by_trailer.loaded(JOB, DAY)["control"], "verified");
    assert_eq!(by_trailer.value("select count(*) from deposit.account"), 2);
}

#[test]
fn a_sum_that_is_wrong_in_its_last_digit_is_told() {
    let project = project(TRAILER);
    project.drop(JOB, DAY, "a.csv", format!("{FILE}T,2,10.76\n"));
    let message = refused(&project, 1, &["a.csv: sum(amount): 10.76 declared, 10.75 found"]);
    assert!(!message.contains("rows:"), "{message}");
    // Sixteen digits before the point are more than a float holds.
    let large = "ID,NAME,AMT\n1,a,9007199254740993.01\n2,b,9007199254740993.01\n";
    project.drop(JOB, DAY, "a.csv", format!("{large}T,2,18014398509481986.03\n"));
    refused(&project, 1, &["18014398509481986.03 declared, 18014398509481986.02 found"]);
    project.drop(JOB, DAY, "a.csv", format!("{large}T,2,18014398509481986.02\n"));
    project.loaded(JOB, DAY);
}

#[test]
fn a_delivery_without_its_control_file_is_not_complete() {
    let project = project("{stem}.ctl");
    project.drop(JOB, DAY, "a.csv", FILE);
    project.drop(JOB, DAY, "b.csv", FILE);
    project.drop(JOB, DAY, "a.ctl", "rows=2\n");
    refused(&project, 75, &["the control file of 1 of the 2 file(s)", "/b.ctl", "run the same command again"]);
    let plan = project.naru(&["plan", JOB, "--date", DAY]).ok().stdout;
    assert!(plan.contains("would end with exit code 75: 1 control file(s) have not landed yet"), "{plan}");
    project.naru(&["run", JOB, "--date", DAY, "--force"]).fails(75);
    project.drop(JOB, DAY, "b.ctl", "rows=2\n");
    assert_eq!(project.loaded(JOB, DAY)["rows"], 4);
}

#[test]
fn every_fault_of_broken_control_files_is_told_at_once() {
    let project = project("{file}.ctl");
    for name in ["a.csv", "b.csv"] {
        project.drop(JOB, DAY, name, FILE);
    }
    project.drop(JOB, DAY, "a.csv.ctl", "rows=two\nsum(amuont)=10.75\n");
    project.drop(JOB, DAY, "b.csv.ctl", "");
    let parts = [
        "3 faults",
        "a.csv.ctl:1:2: rows is not a number",
        "did you mean sum(amount)?",
        "b.csv.ctl: the control file is empty",
    ];
    let message = refused(&project, 1, &parts);
    assert!(!message.contains("two") && !message.contains("10.75"), "{message}");
}

#[test]
fn broken_trailers_are_told() {
    let project = project(TRAILER);
    project.drop(JOB, DAY, "a.csv", format!("{FILE}T,2\n"));
    refused(&project, 1, &["a.csv:4: the trailer record has 2 fields, and @control says 3"]);
    project.drop(JOB, DAY, "a.csv", format!("{FILE}T,2,10.75\n3,cho,1\nT,1,1\n"));
    refused(&project, 1, &["the trailer record in line 4 is not the last: there is more in line 5"]);
}

#[test]
fn compressed_files_have_trailers_too() {
    let project = project(TRAILER);
    project.drop(JOB, DAY, "a.csv.gz", gzip(&format!("{FILE}T,2,10.75\r\n\r\n")));
    assert_eq!(project.loaded(JOB, DAY)["rows"], 2);
    assert_eq!(project.csv("select id, amount from deposit.account order by id"), "id,amount\n1,10.50\n2,0.25\n");
    project.drop(JOB, "2026-11-23", "a.csv.gz", gzip(FILE));
    let cut = project.load(JOB, "2026-11-23").fails(1);
    assert!(cut.stderr.contains("the trailer record is missing"), "{}", cut.stderr);
}

#[test]
fn a_large_file_is_summed_by_all_workers() {
    let project = project(TRAILER);
    let rows = 400_000u64;
    let mut text = String::from("ID,NAME,AMT\n");
    for n in 0..rows {
        text += &format!("{n},a name that takes some room,{n}.01\n");
    }
    let sum = format!("{}.{:02}", rows * (rows - 1) / 2 + rows / 100, rows % 100);
    project.drop(JOB, DAY, "a.csv", format!("{text}T,{rows},{sum}\n"));
    let run = ["run", JOB, "--date", DAY, "--threads", "4", "--engine", "pl", "--memory-mib", "64", "--json"];
    assert_eq!(project.naru(&run).ok().json()[0]["control"], "verified");
    assert_eq!(recorded(&project)[0]["sums"]["amount"], sum);
}

#[test]
fn each_of_two_files_has_its_own_totals() {
    let project = project(TRAILER);
    project.drop(JOB, DAY, "a.csv", format!("{FILE}T,2,10.75\n"));
    project.drop(JOB, DAY, "b.csv", "ID,NAME,AMT\n3,cho,-1\nT,1,-1.00\n");
    project.loaded(JOB, DAY);
    let totals = json!([
        { "location": "a.csv", "rows": 2, "sums": { "amount": "10.75" } },
        { "location": "b.csv", "rows": 1, "sums": { "amount": "-1.00" } },
    ]);
    assert_eq!(recorded(&project), totals);
    // Totals that are right together do not make up for ones that are wrong alone.
    project.drop(JOB, DAY, "a.csv", format!("{FILE}T,1,10.75\n"));
    project.drop(JOB, DAY, "b.csv", "ID,NAME,AMT\n3,cho,-1\nT,2,-1.00\n");
    let failed = project.load(JOB, DAY).fails(1);
    for part in ["2 control total(s)", "a.csv: rows: 1 declared, 2 found", "b.csv: rows: 2 declared, 1 found"] {
        assert!(failed.stderr.contains(part), "{}", failed.stderr);
    }
    assert_eq!(recorded(&project), totals);
}

#[test]
fn a_changed_control_file_is_a_changed_delivery() {
    let project = project("{file}.ctl");
    project.drop(JOB, DAY, "a.csv", FILE);
    project.drop(JOB, DAY, "a.csv.ctl", "rows=2\n");
    project.loaded(JOB, DAY);
    project.drop(JOB, DAY, "a.csv.ctl", "rows=2\nsum(amount)=10.75\n");
    assert_eq!(project.loaded(JOB, DAY)["status"], "reloaded");
    assert_eq!(recorded(&project)[0]["sums"]["amount"], "10.75");
    assert_eq!(project.loaded(JOB, DAY)["status"], "unchanged");
    project.drop(JOB, DAY, "a.csv.ctl", "rows=3\n");
    project.load(JOB, DAY).fails(1);
    assert_eq!(project.value("select count(*) from deposit.account"), 2);
}

#[test]
fn a_delivery_of_nothing_is_right_when_its_source_says_so() {
    let project = project(TRAILER);
    project.drop(JOB, DAY, "a.csv", "ID,NAME,AMT\nT,0,\n");
    let report = project.loaded(JOB, DAY);
    assert_eq!((&report["rows"], &report["control"]), (&json!(0), &json!("verified")));
    assert_eq!(project.loaded(JOB, DAY)["status"], "unchanged");
    project.drop(JOB, "2026-11-23", "a.csv", "ID,NAME,AMT\nT,1,0\n");
    let failed = project.load(JOB, "2026-11-23").fails(1);
    assert!(failed.stderr.contains("rows: 1 declared, 0 found"), "{}", failed.stderr);
}

#[test]
fn rejected_rows_count_and_a_sum_with_an_unreadable_value_is_not_known() {
    let control = format!("{TRAILER}\n@reject_limit,5");
    let project = project(&control);
    project.drop(JOB, DAY, "a.csv", "ID,NAME,AMT\n1,kim,10.50\nx,lee,0.25\nT,2,10.75\n");
    let report = project.loaded(JOB, DAY);
    assert_eq!((&report["rows"], &report["rejected"], &report["control"]), (&json!(1), &json!(1), &json!("verified")));
    project.drop(JOB, "2026-11-23", "a.csv", "ID,NAME,AMT\n1,kim,10.50\n2,lee,0.2x\nT,2,10.50\n");
    let failed = project.load(JOB, "2026-11-23").fails(1);
    for part in
        ["sum(amount): not known, since 1 of the values cannot be read", "a.csv:3: row 2", "not_a_decimal", "mend"]
    {
        assert!(failed.stderr.contains(part), "{}", failed.stderr);
    }
}

#[test]
fn figures_of_personal_columns_are_neither_told_nor_recorded() {
    let job = "core__deposit__account__p2__append__auto__d";
    let definition = DEFINITION.replace("\"decimal(18,2)\",,,p1", "\"decimal(18,2)\",,,p2");
    let project = Project::with_job(job, &format!("@control,{TRAILER}\n{definition}"));
    project.drop(job, DAY, "a.csv", format!("{FILE}T,2,10.76\n"));
    let message = project.load(job, DAY).fails(1).stderr;
    assert!(message.contains("sum(amount): not as declared; figures of a p2 column are not shown"), "{message}");
    assert!(!message.contains("10.7"), "{message}");
    project.drop(job, DAY, "a.csv", format!("{FILE}T,2,10.75\n"));
    project.loaded(job, DAY);
    assert_eq!(recorded(&project), json!([{ "location": "a.csv", "rows": 2, "sums": { "amount": null } }]));
}

#[test]
fn records_without_names_are_read_by_position() {
    let project = project("\"{file}.ctl(_, rows, sum(amount))\"");
    project.drop(JOB, DAY, "a.csv", FILE);
    project.drop(JOB, DAY, "a.csv.ctl", "a.csv,2,10.75\n");
    assert_eq!(project.loaded(JOB, DAY)["control"], "verified");
}
