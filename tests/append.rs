//! Appending: the first load, the same again, changed and added files.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::support::Project;

pub(crate) const JOB: &str = "core__deposit__account__p1__append__auto__d";
pub(crate) const DEFINITION: &str = "\
source,target,type,key,required,level,treatment,format,description
ID,id,bigint,1,y,p1,,,Number
NAME,name,string,,,p1,,,Name
AMT,amount,\"decimal(18,2)\",,,p1,,,Amount
";

#[test]
fn loads_once_whatever_is_repeated() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,10.50\n2,lee,\n");
    let first = project.loaded(JOB, "2026-11-22");
    assert_eq!((&first["status"], &first["rows"]), (&"loaded".into(), &2.into()));
    let again = project.loaded(JOB, "2026-11-22");
    assert_eq!((&again["status"], &again["rows"]), (&"unchanged".into(), &2.into()));
    assert_eq!(again["snapshot_id"], first["snapshot_id"]);
    assert_eq!(
        project.csv("select * from deposit.account order by id"),
        "id,name,amount,load_interval\n1,kim,10.50,2026-11-21T15:00:00\n2,lee,,2026-11-21T15:00:00\n"
    );
    project.check_with_pyiceberg();
}

#[test]
fn replaces_exactly_what_the_interval_had_loaded() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-21", "a.csv", "ID,NAME,AMT\n1,old,1\n");
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n2,kim,2\n");
    project.loaded(JOB, "2026-11-21");
    project.loaded(JOB, "2026-11-22");
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n2,kim,2.22\n3,lee,3\n");
    assert_eq!(project.loaded(JOB, "2026-11-22")["status"], "reloaded");
    project.drop(JOB, "2026-11-22", "b.csv", "ID,NAME,AMT\n4,park,4\n");
    assert_eq!(project.loaded(JOB, "2026-11-22")["rows"], 3);
    assert_eq!(
        project.csv("select id, amount from deposit.account order by id"),
        "id,amount\n1,1.00\n2,2.22\n3,3.00\n4,4.00\n"
    );
    let history = project.naru(&["history", "deposit.account", "--json"]).ok().json();
    let totals: Vec<_> = history["snapshots"].as_array().unwrap().iter().map(|s| s["total_rows"].clone()).collect();
    assert_eq!(totals, [1, 2, 3, 4]);
    project.check_with_pyiceberg();
}

#[test]
fn goes_back_to_an_older_interval() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n2,kim,2\n");
    project.drop(JOB, "2026-11-21", "a.csv", "ID,NAME,AMT\n1,lee,1\n");
    project.loaded(JOB, "2026-11-22");
    project.loaded(JOB, "2026-11-21");
    assert_eq!(project.value("select count(*) from deposit.account"), 2);
}

#[test]
fn level_engine_and_cadence_in_the_name_load_nothing_twice() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    project.loaded(JOB, "2026-11-22");
    let renamed = "core__deposit__account__p1__append__pl__d";
    std::fs::rename(project.path().join(format!("dags/{JOB}.py")), project.path().join(format!("dags/{renamed}.py")))
        .unwrap();
    project.write(&format!("dags/{renamed}.py"), b"from naru_airflow import job_dag\n\ndag = job_dag(__file__)\n");
    assert_eq!(project.loaded(renamed, "2026-11-22")["status"], "unchanged");
}

#[test]
fn gzip_and_zstd_and_many_files_load_side_by_side() {
    let project = Project::with_job(JOB, DEFINITION);
    for n in 0..40 {
        let text = format!("ID,NAME,AMT\n{n},x,1\n");
        match n % 3 {
            0 => project.drop(JOB, "2026-11-22", &format!("{n}.csv"), text),
            1 => {
                let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
                gzip.write_all(text.as_bytes()).unwrap();
                project.drop(JOB, "2026-11-22", &format!("{n}.csv.gz"), gzip.finish().unwrap())
            }
            _ => {
                let zstd = zstd::encode_all(text.as_bytes(), 1).unwrap();
                project.drop(JOB, "2026-11-22", &format!("{n}.csv.zst"), zstd)
            }
        };
    }
    let report = project.loaded(JOB, "2026-11-22");
    assert_eq!((&report["rows"], &report["sources"]), (&40.into(), &40.into()));
    assert!(report["files"].as_u64().unwrap() <= 2, "{report}");
    assert_eq!(project.value("select sum(id) from deposit.account"), 780);
}
