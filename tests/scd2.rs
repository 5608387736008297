//! Mode `scd2`: a key's earlier versions stay, each with the time that it held for.

use crate::support::Project;

const JOB: &str = "core__deposit__customer__p1__scd2__pl__d";
const COLUMNS: &str = "\
source,target,type,key,required,level,treatment,format,description
NO,no,int,1,y,p1,,,Number
GRADE,grade,string,,,p1,,,Grade
SINCE,since,date,,y,p0,,,Since
";

fn deliver(project: &Project, day: u32, records: &[(u32, &str, u32)]) {
    let lines: Vec<String> =
        records.iter().map(|(no, grade, since)| format!("{no},{grade},2026-11-{since:02}\n")).collect();
    project.drop(JOB, &format!("2026-11-{day:02}"), "a.csv", format!("NO,GRADE,SINCE\n{}", lines.concat()));
}

fn load(project: &Project, day: u32) -> serde_json::Value {
    project.loaded(JOB, &format!("2026-11-{day:02}"))
}

fn versions(project: &Project) -> String {
    project.csv("select no, grade, valid_from, valid_to, is_current from deposit.customer order by no, valid_from")
}

const WRITES: [&str; 3] = ["", "@merge_write,position-deletes\n", "@partition,\"bucket(3, no)\"\n"];

#[test]
fn a_change_ends_the_version_before() {
    for write in WRITES {
        let project = Project::with_job(JOB, &format!("{write}@valid_from,since\n{COLUMNS}"));
        deliver(&project, 20, &[(1, "A", 20), (2, "B", 20)]);
        load(&project, 20);
        deliver(&project, 21, &[(1, "C", 21), (2, "B", 20)]);
        let report = load(&project, 21);
        assert_eq!((report["merge"]["inserted"].as_u64(), report["merge"]["unchanged"].as_u64()), (Some(1), Some(1)));
        let expected = "no,grade,valid_from,valid_to,is_current\n\
            1,A,2026-11-20,2026-11-21,false\n1,C,2026-11-21,,true\n2,B,2026-11-20,,true\n";
        assert_eq!(versions(&project), expected, "{write}");
        project.check_with_pyiceberg();
        project.check_with_spark(&[]);
    }
}

#[test]
fn late_and_repeated_batches_come_out_as_in_order() {
    type Batch<'a> = (u32, &'a [(u32, &'a str, u32)]);
    let batches: [Batch<'_>; 3] =
        [(20, &[(1, "A", 18), (2, "X", 20)]), (21, &[(1, "B", 19), (1, "C", 21)]), (22, &[(1, "D", 22), (2, "X", 20)])];
    let mut results = Vec::new();
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [2, 0, 1]] {
        let project = Project::with_job(JOB, &format!("@valid_from,since\n{COLUMNS}"));
        for index in order {
            let (day, records) = batches[index];
            deliver(&project, day, records);
            load(&project, day);
            project.naru(&["run", JOB, "--date", &format!("2026-11-{day}"), "--force"]).ok();
        }
        results.push(versions(&project));
        project.check_with_pyiceberg();
    }
    assert!(
        results[0].contains("1,B,2026-11-19,2026-11-21,false\n1,C,2026-11-21,2026-11-22,false\n"),
        "{}",
        results[0]
    );
    assert!(results.iter().all(|result| *result == results[0]), "{results:#?}");
}

#[test]
fn without_a_change_time_the_interval_is_it_and_a_repeated_row_is_no_change() {
    let project = Project::with_job(JOB, COLUMNS);
    deliver(&project, 20, &[(1, "A", 1), (2, "B", 1)]);
    load(&project, 20);
    deliver(&project, 21, &[(1, "A", 1), (2, "C", 1)]);
    load(&project, 21);
    let expected = "no,grade,valid_from,valid_to,is_current\n\
        1,A,2026-11-19T15:00:00,,true\n\
        2,B,2026-11-19T15:00:00,2026-11-20T15:00:00,false\n2,C,2026-11-20T15:00:00,,true\n";
    assert_eq!(versions(&project), expected);
    // Other files of the newest interval: as if the first had never been.
    deliver(&project, 21, &[(1, "Z", 1)]);
    load(&project, 21);
    let expected = "no,grade,valid_from,valid_to,is_current\n\
        1,A,2026-11-19T15:00:00,2026-11-20T15:00:00,false\n1,Z,2026-11-20T15:00:00,,true\n\
        2,B,2026-11-19T15:00:00,,true\n";
    assert_eq!(versions(&project), expected);
    deliver(&project, 19, &[(1, "Z", 1)]);
    let refused = project.load(JOB, "2026-11-19").fails(1);
    assert!(refused.stderr.contains("@valid_from"), "{}", refused.stderr);
}

#[test]
fn a_marked_row_ends_its_key() {
    let columns = format!("{COLUMNS}OP,,string,,,p0,,,Operation\n");
    let project = Project::with_job(JOB, &format!("@valid_from,since\n@deleted,OP,D\n{columns}"));
    let drop = |day: u32, text: &str| {
        project.drop(JOB, &format!("2026-11-{day}"), "a.csv", format!("NO,GRADE,SINCE,OP\n{text}"));
        load(&project, day);
    };
    drop(20, "1,A,2026-11-20,I\n");
    drop(22, "1,A,2026-11-22,D\n");
    assert_eq!(versions(&project), "no,grade,valid_from,valid_to,is_current\n1,A,2026-11-20,2026-11-22,false\n");
    drop(24, "1,B,2026-11-24,I\n");
    drop(21, "1,M,2026-11-21,I\n");
    let expected = "no,grade,valid_from,valid_to,is_current\n1,A,2026-11-20,2026-11-21,false\n\
        1,M,2026-11-21,2026-11-22,false\n1,B,2026-11-24,,true\n";
    assert_eq!(versions(&project), expected);
    project.check_with_pyiceberg();
}

#[test]
fn two_versions_of_one_time_are_an_error_that_names_the_rows() {
    let project = Project::with_job(JOB, &format!("@valid_from,since\n{COLUMNS}"));
    deliver(&project, 20, &[(1, "A", 20), (1, "B", 20)]);
    let failed = project.load(JOB, "2026-11-20").fails(1);
    assert!(failed.stderr.contains("a.csv, row 2: as"), "{}", failed.stderr);
}
