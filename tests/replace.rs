//! Replacing: the whole table, or the partitions that an interval falls into.

use crate::support::Project;

const JOB: &str = "core__deposit__balance__p1__replace__pl__d";
const COLUMNS: &str = "\
source,target,type,key,required,level,treatment,format,description
DAY,day,date,1,y,p0,,,Day
ID,id,int,2,y,p1,,,Number
";

#[test]
fn replaces_the_whole_table_and_goes_forward_only() {
    let project = Project::with_job(JOB, COLUMNS);
    project.drop(JOB, "2026-11-21", "a.csv", "DAY,ID\n2026-11-21,1\n2026-11-21,2\n");
    project.drop(JOB, "2026-11-22", "a.csv", "DAY,ID\n2026-11-22,3\n");
    project.loaded(JOB, "2026-11-21");
    project.loaded(JOB, "2026-11-22");
    assert_eq!(project.csv("select id from deposit.balance"), "id\n3\n");
    // The same sources were loaded and replaced since: that is done, and does not come back.
    assert_eq!(project.loaded(JOB, "2026-11-21")["status"], "unchanged");
    project.drop(JOB, "2026-11-21", "b.csv", "DAY,ID\n2026-11-21,4\n");
    let older = project.load(JOB, "2026-11-21").fails(1);
    assert!(
        older.stderr.contains("interval 2026-11-21 is older than the newest one loaded, 2026-11-22\n"),
        "{}",
        older.stderr
    );
    assert_eq!(project.csv("select id from deposit.balance"), "id\n3\n");
    project.naru(&["run", JOB, "--date", "2026-11-21", "--force"]).ok();
    assert_eq!(project.csv("select id from deposit.balance order by id"), "id\n1\n2\n4\n");
    project.check_with_pyiceberg();
}

#[test]
fn an_empty_delivery_empties_no_table_unasked() {
    let project = Project::with_job(JOB, COLUMNS);
    project.drop(JOB, "2026-11-21", "a.csv", "DAY,ID\n2026-11-21,1\n");
    project.loaded(JOB, "2026-11-21");
    project.drop(JOB, "2026-11-22", "a.csv", "DAY,ID\n");
    project.load(JOB, "2026-11-22").fails(1);
    assert_eq!(project.csv("select id from deposit.balance"), "id\n1\n");
    project.job(JOB, &format!("@empty,allow\n{COLUMNS}"));
    // Nothing landed is not a delivery of nothing.
    assert_eq!(project.loaded(JOB, "2026-11-23")["status"], "unchanged");
    assert_eq!(project.csv("select id from deposit.balance"), "id\n1\n");
    assert_eq!(project.loaded(JOB, "2026-11-22")["status"], "loaded");
    assert_eq!(project.csv("select id from deposit.balance"), "id\n");
}

#[test]
fn replaces_only_the_intervals_partitions_when_the_definition_says_so() {
    let definition = format!("@partition,day(day)\n@replace,partitions\n{COLUMNS}");
    let project = Project::with_job(JOB, &definition);
    project.drop(JOB, "2026-11-21", "a.csv", "DAY,ID\n2026-11-20,1\n2026-11-21,2\n");
    project.loaded(JOB, "2026-11-21");
    project.drop(JOB, "2026-11-22", "a.csv", "DAY,ID\n2026-11-21,3\n2026-11-22,4\n");
    project.loaded(JOB, "2026-11-22");
    assert_eq!(project.csv("select id from deposit.balance order by id"), "id\n1\n3\n4\n");
    // Changed sources of an interval replace what it had loaded, wherever that was.
    project.drop(JOB, "2026-11-22", "a.csv", "DAY,ID\n2026-11-23,5\n");
    project.loaded(JOB, "2026-11-22");
    assert_eq!(project.csv("select id from deposit.balance order by id"), "id\n1\n5\n");
    project.check_with_pyiceberg();
}

#[test]
fn after_going_back_the_way_forward_is_open() {
    let project = Project::with_job(JOB, COLUMNS);
    for day in ["2026-11-20", "2026-11-21"] {
        project.drop(JOB, day, "a.csv", format!("DAY,ID\n{day},{}\n", &day[8..]));
        project.loaded(JOB, day);
    }
    project.naru(&["run", JOB, "--date", "2026-11-20", "--force"]).ok();
    assert_eq!(project.value("select max(id) from deposit.balance"), 20);
    assert_eq!(project.loaded(JOB, "2026-11-21")["status"], "loaded");
    assert_eq!(project.value("select max(id) from deposit.balance"), 21);
    // In order again, an earlier interval is done and stays so.
    assert_eq!(project.loaded(JOB, "2026-11-20")["status"], "unchanged");
    assert_eq!(project.value("select max(id) from deposit.balance"), 21);
}

#[test]
fn nothing_empties_a_table_that_was_not_delivered_empty() {
    let project = Project::with_job(JOB, &format!("@reject_limit,10\n{COLUMNS}"));
    project.drop(JOB, "2026-11-20", "a.csv", "DAY,ID\n2026-11-20,1\n");
    project.loaded(JOB, "2026-11-20");
    project.drop(JOB, "2026-11-21", "a.csv", "DAY,ID\n2026-11-21,x\n2026-11-21,y\n");
    let none_fit = project.load(JOB, "2026-11-21").fails(1);
    assert!(none_fit.stderr.contains("hold no rows that fit; 2 do not"), "{}", none_fit.stderr);
    project.naru(&["run", JOB, "--date", "2026-11-25", "--force"]).fails(75);
    assert_eq!(project.value("select count(*) from deposit.balance"), 1);
}
