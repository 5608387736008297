//! Rows that do not fit: where they go, and how they are loaded after all.

use serde_json::{Value, json};

use crate::append::{DEFINITION, JOB};
use crate::support::Project;

/// Three rows, of which one has an amount with a comma and one no number at all.
const CSV: &str = "ID,NAME,AMT\n1,kim,10.50\n2,\"lee, jr\",\"1,200.25\"\n3,park,none\n";

pub(crate) fn limited(rows: &str) -> String {
    format!("@reject_limit,{rows}\n{DEFINITION}")
}

fn summary(project: &Project) -> Value {
    project.naru(&["quarantine", JOB, "--json"]).ok().json()
}

fn counts(project: &Project, interval: usize) -> (u64, u64, u64) {
    let summary = summary(project);
    let of = |state: &str| summary["intervals"][interval][state].as_u64().unwrap();
    (of("open"), of("accepted"), of("replayed"))
}

#[test]
fn one_bad_row_fails_the_run_and_is_kept() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", CSV);
    let failed = project.load(JOB, "2026-11-22").fails(1);
    let report = &failed.json()[0];
    assert_eq!(report["quarantine"]["table"], "deposit.account_quarantine");
    assert_eq!(report["quarantine"]["rows"], 2);
    assert!(failed.stderr.contains("2 row(s) are in deposit.account_quarantine"), "{}", failed.stderr);
    assert_eq!(project.value("select count(*) from deposit.account"), 0);
    let rows = project.query(
        "select row_number, line, byte_offset, column_name, reason, fields, header, record, run_interval \
         from deposit.account_quarantine order by row_number",
    );
    let expected = json!({
        "row_number": 2,
        "line": 3,
        "byte_offset": 37,
        "column_name": "amount",
        "reason": "not_a_decimal",
        "fields": r#"["2","lee, jr","1,200.25"]"#,
        "header": r#"["ID","NAME","AMT"]"#,
        "record": "2,\"lee, jr\",\"1,200.25\"\n",
        "run_interval": "2026-11-22",
    });
    assert_eq!(rows[0], expected);
    assert_eq!(counts(&project, 0), (2, 0, 0));
    let table = project.naru(&["quarantine", JOB]).ok().stdout;
    assert!(table.contains("amount") && table.contains("not_a_decimal") && table.contains("open"), "{table}");
    // The same again adds nothing.
    project.load(JOB, "2026-11-22").fails(1);
    assert_eq!(project.value("select count(*) from deposit.account_quarantine"), 2);
    let history = project.naru(&["history", "deposit.account_quarantine", "--json"]).ok().json();
    assert_eq!(history["snapshots"].as_array().unwrap().len(), 1);
    // Raising the limit accepts them as they are.
    project.job(JOB, &limited("2"));
    assert_eq!(project.loaded(JOB, "2026-11-22")["rows"], 1);
    assert_eq!(counts(&project, 0), (0, 2, 0));
    project.check_with_pyiceberg();
}

#[test]
fn a_run_without_bad_rows_clears_the_intervals_and_makes_no_table() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-21", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    assert_eq!(project.loaded(JOB, "2026-11-21")["quarantine"], Value::Null);
    assert_eq!(project.naru(&["tables", "--json"]).ok().json().as_array().unwrap().len(), 1);
    assert_eq!(summary(&project)["table"], Value::Null);
    for day in ["2026-11-22", "2026-11-23"] {
        project.drop(JOB, day, "a.csv", CSV);
        project.load(JOB, day).fails(1);
    }
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    project.loaded(JOB, "2026-11-22");
    let left = summary(&project);
    assert_eq!(left["intervals"].as_array().unwrap().len(), 1);
    assert_eq!(left["intervals"][0]["interval"], "2026-11-23");
    let shown = project.naru(&["quarantine", JOB, "--date", "2026-11-22"]).ok().stdout;
    assert!(shown.contains("deposit.account_quarantine holds no rows"), "{shown}");
}

#[test]
fn accepted_rows_are_replayed_once_without_their_file() {
    let project = Project::with_job(JOB, &limited("50%"));
    project.drop(JOB, "2026-11-21", "a.csv", "ID,NAME,AMT\n9,choi,9\n");
    project.loaded(JOB, "2026-11-21");
    let path = project.drop(JOB, "2026-11-22", "a.csv", format!("{CSV}4,kang,4\n"));
    let loaded = project.loaded(JOB, "2026-11-22");
    assert_eq!((&loaded["rows"], &loaded["quarantine"]["rows"]), (&2.into(), &2.into()));
    // Nothing is mended: nothing fits.
    let replayed = project.naru(&["replay", JOB, "--json"]).ok().json()[0].clone();
    assert_eq!(
        (&replayed["status"], &replayed["rows"], &replayed["left"]),
        (&"unchanged".into(), &0.into(), &2.into())
    );
    project.job(JOB, &format!("@thousands_separator,\",\"\n{}", limited("50%")));
    std::fs::remove_file(&path).unwrap();
    let replayed = project.naru(&["replay", JOB, "--json"]).ok().json()[0].clone();
    assert_eq!((&replayed["status"], &replayed["rows"], &replayed["left"]), (&"replayed".into(), &1.into(), &1.into()));
    assert_eq!(replayed["reasons"][0]["reason"], "not_a_decimal");
    let rows = "id,name,amount,load_interval\n1,kim,10.50,2026-11-21T15:00:00\n2,\"lee, jr\",1200.25,2026-11-21T15:00:00\n\
                4,kang,4.00,2026-11-21T15:00:00\n9,choi,9.00,2026-11-20T15:00:00\n";
    let table = || project.csv("select * from deposit.account order by id");
    assert_eq!(table(), rows);
    assert_eq!(counts(&project, 0), (0, 1, 1));
    // Again, and after another mending: each row once.
    project.naru(&["replay", JOB]).ok();
    assert_eq!(table(), rows);
    project.job(JOB, &format!("@thousands_separator,\",\"\n@null,,none\n{}", limited("50%")));
    assert_eq!(project.naru(&["replay", JOB, "--json"]).ok().json()[0]["rows"], 1);
    assert_eq!(counts(&project, 0), (0, 0, 2));
    assert_eq!(project.value("select count(*) from deposit.account"), 5);
    // A plain rerun of the same file finds it loaded, and takes nothing away.
    project.drop(JOB, "2026-11-22", "a.csv", format!("{CSV}4,kang,4\n"));
    project.naru(&["run", JOB, "--date", "2026-11-22", "--force"]).ok();
    assert_eq!(project.value("select count(*) from deposit.account"), 5);
    assert_eq!(summary(&project)["intervals"].as_array().unwrap().len(), 0);
    project.check_with_pyiceberg();
}

#[test]
fn a_mended_file_is_run_again() {
    let project = Project::with_job(JOB, &limited("2"));
    project.drop(JOB, "2026-11-21", "a.csv", CSV);
    project.loaded(JOB, "2026-11-21");
    project.job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", CSV);
    project.load(JOB, "2026-11-22").fails(1);
    // The one interval's file is mended, the other's is not.
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n2,lee,2\n");
    let replayed = project.naru(&["replay", JOB, "--json"]).ok().json();
    let told: Vec<_> =
        replayed.as_array().unwrap().iter().map(|r| (&r["interval"], &r["status"], &r["rows"])).collect();
    let (first, second) = ("2026-11-21".into(), "2026-11-22".into());
    assert_eq!(told, [(&first, &"unchanged".into(), &0.into()), (&second, &"run".into(), &2.into())]);
    assert_eq!(project.value("select count(*) from deposit.account"), 3);
    // Mended, the accepted one's is run again, too: stored rows are not what the source says now.
    project.drop(JOB, "2026-11-21", "a.csv", "ID,NAME,AMT\n1,kim,1\n2,lee,2\n3,park,3\n");
    assert_eq!(project.naru(&["replay", JOB, "--json"]).ok().json()[0]["status"], "run");
    assert_eq!(project.value("select count(*) from deposit.account"), 5);
    assert_eq!(project.naru(&["replay", JOB, "--json"]).ok().json().as_array().unwrap().len(), 0);
}

#[test]
fn an_open_interval_that_still_does_not_fit_fails_again() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", CSV);
    project.load(JOB, "2026-11-22").fails(1);
    let failed = project.naru(&["replay", JOB]).fails(1);
    assert!(failed.stderr.contains("2 of 3 rows do not fit"), "{}", failed.stderr);
    // Without its file there is nothing to run.
    std::fs::remove_dir_all(project.landing(JOB, "2026-11-22")).unwrap();
    project.naru(&["replay", JOB]).fails(75);
    assert_eq!(counts(&project, 0), (2, 0, 0));
}

#[test]
fn a_replaced_table_takes_no_rows_of_what_it_replaced() {
    let job = "core__deposit__account__p1__replace__auto__d";
    let project = Project::with_job(job, &limited("2"));
    for (day, id) in [("2026-11-21", 1), ("2026-11-22", 2)] {
        project.drop(job, day, "a.csv", format!("ID,NAME,AMT\n{id},kim,1\n1{id},lee,\"1,000\"\n"));
        project.loaded(job, day);
    }
    project.job(job, &format!("@thousands_separator,\",\"\n{}", limited("2")));
    // The older interval is gone from the table; its rows have no place there.
    let reports = project.naru(&["replay", job, "--json"]).ok().json();
    assert_eq!((&reports[0]["status"], &reports[1]["status"]), (&"superseded".into(), &"replayed".into()));
    let told = project.naru(&["quarantine", job]).ok().stdout;
    assert!(told.contains("2026-11-21: 1 superseded") && told.contains("2026-11-22: 1 replayed"), "{told}");
    assert_eq!(project.csv("select id from deposit.account order by id"), "id\n2\n12\n");
    assert_eq!(project.loaded(job, "2026-11-22")["status"], "unchanged");
}

#[test]
fn partitions_are_replaced_as_a_whole() {
    let job = "core__deposit__account__p1__replace__auto__d";
    let definition = |settings: &str| format!("{settings}@replace,partitions\n@partition,name\n{}", limited("2"));
    let project = Project::with_job(job, &definition(""));
    project.drop(job, "2026-11-21", "a.csv", "ID,NAME,AMT\n1,kim,1\n2,lee,2\n");
    project.loaded(job, "2026-11-21");
    project.drop(job, "2026-11-22", "a.csv", "ID,NAME,AMT\n3,kim,3\n4,lee,\"4,000\"\n");
    project.loaded(job, "2026-11-22");
    assert_eq!(project.csv("select id from deposit.account order by id"), "id\n2\n3\n");
    project.job(job, &definition("@thousands_separator,\",\"\n"));
    assert_eq!(project.naru(&["replay", job, "--json"]).ok().json()[0]["status"], "run");
    assert_eq!(project.csv("select id from deposit.account order by id"), "id\n3\n4\n");
}

#[test]
fn a_quarantine_is_a_table_like_any() {
    let project = Project::with_job(JOB, DEFINITION);
    for day in ["2026-11-21", "2026-11-22"] {
        project.drop(JOB, day, "a.csv", CSV);
        project.load(JOB, day).fails(1);
    }
    let tables = project.naru(&["tables", "--json"]).ok().json();
    let quarantine = tables.as_array().unwrap().iter().find(|t| t["table"] == "deposit.account_quarantine").unwrap();
    assert_eq!((&quarantine["rows"], &quarantine["snapshots"]), (&4.into(), &2.into()));
    assert!(
        quarantine["location"].as_str().unwrap().ends_with("/acme-dev-quarantine-p1/deposit/account"),
        "{quarantine}"
    );
    let history = project.naru(&["history", "deposit.account_quarantine"]).ok().stdout;
    assert!(history.contains("2026-11-21") && history.contains("2026-11-22"), "{history}");
    let maintained =
        project.naru(&["maintain", "deposit.account_quarantine", "--keep-days", "0", "--keep-snapshots", "1"]);
    assert!(maintained.ok().stdout.contains("deposit.account_quarantine: 1 snapshots expired"));
    assert_eq!(project.value("select count(*) from deposit.account_quarantine"), 4);
    // Rows are known by what they say of themselves, not by a snapshot.
    assert_eq!(counts(&project, 0), (2, 0, 0));
    project.load(JOB, "2026-11-21").fails(1);
    assert_eq!(project.value("select count(*) from deposit.account_quarantine"), 4);
    project.check_with_pyiceberg();
}

#[test]
fn a_replay_that_fails_leaves_the_quarantine_as_it_was() {
    let job = "core__deposit__ceiling__p1__merge__pl__d";
    let columns = "source,target,type,key,required\nID,id,int,1,y\nMAX,most,int,,\n";
    let project = Project::with_job(job, &format!("@reject_limit,5\n{columns}"));
    project.drop(job, "2026-11-22", "a.csv", "ID,MAX\n1,10\n2,-\n1,-\n");
    assert_eq!(project.loaded(job, "2026-11-22")["rejected"], 2);
    let accepted = || {
        let summary = project.naru(&["quarantine", job, "--json"]).ok().json();
        summary["intervals"][0]["accepted"].as_u64()
    };
    assert_eq!(accepted(), Some(2));
    // Mended so that both rows fit, but one of them repeats a key.
    project.job(job, &format!("@reject_limit,5\n@null,,-\n{columns}"));
    for _ in 0..2 {
        let failed = project.naru(&["replay", job]).fails(1);
        assert!(failed.stderr.contains("row 3: as"), "{}", failed.stderr);
        assert_eq!(accepted(), Some(2));
    }
    project.drop(job, "2026-11-22", "a.csv", "ID,MAX\n1,10\n2,-\n");
    project.naru(&["replay", job]).ok();
    assert_eq!(project.csv("select id, most from deposit.ceiling order by id"), "id,most\n1,10\n2,\n");
    assert_eq!(accepted(), None);
}
