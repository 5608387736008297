//! Mode `merge`: what a later interval has deleted does not come back without a word.

use crate::support::{Project, Ran};

const JOB: &str = "core__deposit__account__p1__merge__pl__d";
const DEFINITION: &str = "\
@order_by,changed_at
@deleted,OP,D
@reject_limit,1
source,target,type,key,required,level
NO,no,int,1,y,p1
NAME,name,string,,,p1
TS,changed_at,timestamp,,y,p0
OP,,string,,,p0
";

fn deliver(project: &Project, day: u32, records: &[(&str, &str, &str)]) {
    let line = |(no, name, op): &(&str, &str, &str)| format!("{no},{name},2026-11-{day} 09:00:00,{op}\n");
    let text: String = records.iter().map(line).collect();
    project.drop(JOB, &format!("2026-11-{day}"), "a.csv", format!("NO,NAME,TS,OP\n{text}"));
}

fn run(project: &Project, arguments: &[&str]) -> Ran {
    project.naru(&[&["run", JOB, "--json"], arguments].concat())
}

fn rows(project: &Project) -> String {
    project.csv("select no, name from deposit.account order by no").replace('\n', " ")
}

/// Interval 22 deletes 1 and a key that the table does not have; 20 has loaded 1 and 2, 21 has not come yet.
fn with_deletions() -> Project {
    let project = Project::with_job(JOB, DEFINITION);
    deliver(&project, 20, &[("1", "a", "I"), ("2", "b", "I")]);
    project.loaded(JOB, "2026-11-20");
    deliver(&project, 22, &[("1", "", "D"), ("7", "", "D")]);
    project.loaded(JOB, "2026-11-22");
    assert_eq!(rows(&project), "no,name 2,b ");
    project
}

#[track_caller]
fn is_refused(refused: Ran) {
    let refused = refused.fails(1);
    let told = "are not in the table, and interval 2026-11-22, which is loaded, deletes keys";
    assert!(refused.stderr.contains(told), "{}", refused.stderr);
    assert!(refused.stderr.contains("nothing was committed; run every interval from this one to 2026-11-22"));
}

#[test]
fn a_late_interval_is_refused_and_a_span_loads_it_and_deletes_again() {
    let project = with_deletions();
    deliver(&project, 21, &[("7", "late", "I"), ("8", "h", "I")]);
    is_refused(run(&project, &["--date", "2026-11-21"]));
    is_refused(run(&project, &["--interval-start", "2026-11-21", "--interval-end", "2026-11-22"]));
    assert_eq!(rows(&project), "no,name 2,b ");
    let span = ["--interval-start", "2026-11-20", "--interval-end", "2026-11-23"];
    let report = run(&project, &span).ok().json();
    let statuses: Vec<_> = report["runs"].as_array().unwrap().iter().map(|run| run["status"].clone()).collect();
    assert_eq!(statuses, ["unchanged", "loaded", "reloaded"]);
    assert_eq!(rows(&project), "no,name 2,b 8,h ");
    let report = run(&project, &span).ok().json();
    assert!(report["runs"].as_array().unwrap().iter().all(|run| run["status"] == "unchanged"), "{report}");
    project.check_with_pyiceberg();
}

#[test]
fn a_span_that_stops_in_between_deletes_again_when_it_goes_on() {
    let project = with_deletions();
    deliver(&project, 21, &[("7", "late", "I")]);
    project.drop(JOB, "2026-11-22", "b.csv", "no header of the definition\n");
    let span = ["--interval-start", "2026-11-21", "--interval-end", "2026-11-23"];
    run(&project, &span).fails(1);
    assert_eq!(rows(&project), "no,name 2,b 7,late ");
    std::fs::remove_file(project.landing(JOB, "2026-11-22").join("b.csv")).unwrap();
    let report = run(&project, &span).ok().json();
    assert_eq!((&report["runs"][0]["status"], &report["runs"][1]["status"]), (&"unchanged".into(), &"reloaded".into()));
    assert_eq!(rows(&project), "no,name 2,b ");
}

#[test]
fn an_earlier_interval_is_mended_where_the_table_has_its_keys() {
    let project = with_deletions();
    deliver(&project, 20, &[("2", "mended", "I")]);
    assert_eq!(project.loaded(JOB, "2026-11-20")["status"], "reloaded");
    assert_eq!(rows(&project), "no,name 2,mended ");
    deliver(&project, 20, &[("1", "again", "I"), ("2", "mended", "I")]);
    is_refused(run(&project, &["--date", "2026-11-20"]));
    assert_eq!(rows(&project), "no,name 2,mended ");
}

#[test]
fn force_goes_on_and_tells_what_to_run_again() {
    let project = with_deletions();
    deliver(&project, 20, &[("1", "again", "I"), ("2", "b", "I")]);
    let forced = run(&project, &["--date", "2026-11-20", "--force"]).ok();
    assert_eq!(forced.json()[0]["run_again_up_to"], "2026-11-22");
    assert!(forced.stderr.contains("run those up to 2026-11-22 again, in order"), "{}", forced.stderr);
    assert_eq!(rows(&project), "no,name 1,again 2,b ");
    let plan = project.naru(&["plan", JOB, "--date", "2026-11-22"]).ok();
    assert!(plan.stdout.contains("may have brought back keys that it deletes"), "{}", plan.stdout);
    assert_eq!(project.loaded(JOB, "2026-11-22")["status"], "reloaded");
    assert_eq!(rows(&project), "no,name 2,b ");
    assert_eq!(project.loaded(JOB, "2026-11-22")["status"], "unchanged");
}

#[test]
fn a_replay_is_refused_as_a_run_is() {
    let project = Project::with_job(JOB, DEFINITION);
    deliver(&project, 20, &[("2", "b", "I"), ("1x", "bad", "I")]);
    project.loaded(JOB, "2026-11-20");
    deliver(&project, 22, &[("1", "", "D")]);
    project.loaded(JOB, "2026-11-22");
    deliver(&project, 20, &[("2", "b", "I"), ("1", "mended", "I")]);
    let before = project.lake_files();
    is_refused(project.naru(&["replay", JOB]));
    assert_eq!((rows(&project), project.lake_files()), ("no,name 2,b ".into(), before));
    assert_eq!(project.value("select count(*) from deposit.account_quarantine"), 1);
}

#[test]
fn an_expired_record_of_a_deletion_is_not_forgotten() {
    let project = with_deletions();
    deliver(&project, 23, &[("9", "i", "I")]);
    project.loaded(JOB, "2026-11-23");
    project.naru(&["maintain", "--keep-days", "0", "--keep-snapshots", "1"]).ok();
    deliver(&project, 21, &[("7", "late", "I")]);
    is_refused(run(&project, &["--date", "2026-11-21"]));
    is_refused(run(&project, &["--date", "2026-11-20"]));
    assert_eq!(rows(&project), "no,name 2,b 9,i ");
}
