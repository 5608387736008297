//! Mode `merge`: rows take the place of those with the same key.

use crate::support::Project;

const JOB: &str = "core__deposit__account__p1__merge__pl__d";
const COLUMNS: &str = "\
source,target,type,key,required,level,treatment,format,description
NO,no,int,1,y,p1,,,Number
NAME,name,string,,,p1,,,Name
AMT,amount,\"decimal(9,2)\",,,p1,,,Amount
TS,changed_at,timestamp,,y,p0,,,Changed
";

/// Definitions that keep rows in other places and take them away in other ways; the rows are the same.
const LAYOUTS: [&str; 6] = [
    "",
    "@merge_write,position-deletes\n",
    "@merge_write,copy-on-write\n@partition,\"bucket(4, no)\"\n",
    "@merge_write,position-deletes\n@partition,day(changed_at)\n",
    "@merge_write,position-deletes\n@partition,\"bucket(2, no)\"\n@sort,name desc\n",
    "@sort,no\n",
];

fn rows(project: &Project) -> String {
    project.csv("select no, name, amount, cast(load_interval as date) as day from deposit.account order by no")
}

fn record(no: u32, name: &str, amount: &str, day: u32) -> String {
    format!("{no},{name},{amount},2026-11-{day:02} 09:00:00\n")
}

fn deliver(project: &Project, day: u32, records: &[String]) {
    let text = format!("NO,NAME,AMT,TS\n{}", records.concat());
    project.drop(JOB, &format!("2026-11-{day:02}"), "a.csv", text);
}

fn load(project: &Project, day: u32) -> serde_json::Value {
    project.loaded(JOB, &format!("2026-11-{day:02}"))
}

#[test]
fn new_rows_come_changed_rows_are_replaced_and_others_stay() {
    for layout in LAYOUTS {
        let project = Project::with_job(JOB, &format!("{layout}{COLUMNS}"));
        deliver(&project, 20, &[record(1, "a", "1.00", 20), record(2, "b", "2.00", 20), record(3, "c", "3.00", 20)]);
        let first = load(&project, 20);
        assert_eq!(first["merge"]["inserted"], 3, "{layout}");
        deliver(&project, 21, &[record(2, "b", "2.50", 21), record(3, "c", "3.00", 20), record(4, "d", "4.00", 21)]);
        let second = load(&project, 21);
        let counts =
            ["inserted", "updated", "unchanged", "deleted"].map(|name| second["merge"][name].as_u64().unwrap());
        assert_eq!(counts, [1, 1, 1, 0], "{layout}");
        let expected =
            "no,name,amount,day\n1,a,1.00,2026-11-19\n2,b,2.50,2026-11-20\n3,c,3.00,2026-11-19\n4,d,4.00,2026-11-20\n";
        assert_eq!(rows(&project), expected, "{layout}");
        project.check_with_pyiceberg();
        // The same files again change nothing.
        assert_eq!(load(&project, 21)["status"], "unchanged");
        assert_eq!(rows(&project), expected, "{layout}");
    }
}

#[test]
fn a_run_of_unchanged_rows_writes_no_data() {
    let project = Project::with_job(JOB, COLUMNS);
    deliver(&project, 20, &[record(1, "a", "1.00", 20), record(2, "b", "2.00", 20)]);
    load(&project, 20);
    deliver(&project, 21, &[record(2, "b", "2.00", 20), record(1, "a", "1.00", 20)]);
    let report = load(&project, 21);
    assert_eq!((report["files"].as_u64(), report["merge"]["unchanged"].as_u64()), (Some(0), Some(2)));
    assert_eq!(load(&project, 21)["status"], "unchanged");
}

#[test]
fn a_repeated_key_is_an_error_that_names_the_rows_and_not_the_key() {
    let project = Project::with_job(JOB, COLUMNS);
    deliver(&project, 20, &[record(1, "a", "1.00", 20)]);
    load(&project, 20);
    deliver(
        &project,
        21,
        &[record(777_111, "x", "1.00", 21), record(5, "y", "2.00", 21), record(777_111, "z", "3.00", 21)],
    );
    let failed = project.load(JOB, "2026-11-21").fails(1);
    assert!(failed.stderr.contains("a.csv, row 3: as file:///"), "{}", failed.stderr);
    assert!(failed.stderr.contains("a.csv, row 1"), "{}", failed.stderr);
    assert!(failed.stderr.contains("@order_by"), "{}", failed.stderr);
    assert!(!failed.stderr.contains("777111"), "{}", failed.stderr);
    assert_eq!(rows(&project), "no,name,amount,day\n1,a,1.00,2026-11-19\n");
    // The very same row twice is no contradiction.
    deliver(&project, 21, &[record(5, "y", "2.00", 21), record(5, "y", "2.00", 21)]);
    assert_eq!(load(&project, 21)["merge"]["inserted"], 1);
}

#[test]
fn with_an_order_the_newest_row_of_a_key_wins_in_a_batch_and_against_the_table() {
    for layout in LAYOUTS {
        let project = Project::with_job(JOB, &format!("{layout}@order_by,changed_at\n{COLUMNS}"));
        deliver(
            &project,
            20,
            &[record(1, "old", "1.00", 18), record(1, "new", "2.00", 20), record(1, "mid", "3.00", 19)],
        );
        load(&project, 20);
        deliver(&project, 22, &[record(1, "late", "9.00", 19), record(2, "b", "2.00", 22)]);
        let report = load(&project, 22);
        assert_eq!(report["merge"]["older"], 1, "{layout}");
        // A late interval is taken for what its rows say.
        deliver(&project, 21, &[record(1, "x", "5.00", 21), record(2, "never", "0.00", 21)]);
        load(&project, 21);
        assert_eq!(rows(&project), "no,name,amount,day\n1,x,5.00,2026-11-20\n2,b,2.00,2026-11-21\n", "{layout}");
        // Two rows that are last are an error still.
        deliver(&project, 23, &[record(7, "a", "1.00", 23), record(7, "b", "1.00", 23)]);
        project.load(JOB, "2026-11-23").fails(1);
        project.check_with_pyiceberg();
    }
}

#[test]
fn without_an_order_an_older_interval_is_refused() {
    let project = Project::with_job(JOB, COLUMNS);
    deliver(&project, 22, &[record(1, "a", "1.00", 20)]);
    load(&project, 22);
    deliver(&project, 21, &[record(1, "older", "1.00", 20)]);
    let refused = project.load(JOB, "2026-11-21").fails(1);
    assert!(refused.stderr.contains("older than the newest one loaded, 2026-11-22\n"), "{}", refused.stderr);
    assert!(refused.stderr.contains("@order_by"), "{}", refused.stderr);
}

#[test]
fn a_marked_row_deletes_its_key() {
    let columns = format!("{COLUMNS}OP,,string,,,p0,,,Operation\n");
    for layout in LAYOUTS {
        let project = Project::with_job(JOB, &format!("{layout}@deleted,OP,D,X\n{columns}"));
        let deliver = |day: u32, records: &[(u32, &str, &str)]| {
            let lines: Vec<String> =
                records.iter().map(|(no, name, op)| format!("{no},{name},1.00,2026-11-20 00:00:00,{op}\n")).collect();
            let text = format!("NO,NAME,AMT,TS,OP\n{}", lines.concat());
            project.drop(JOB, &format!("2026-11-{day}"), "a.csv", text);
        };
        deliver(20, &[(1, "a", "I"), (2, "b", "I"), (3, "c", ""), (9, "z", "D")]);
        load(&project, 20);
        assert_eq!(project.csv("select no from deposit.account order by no"), "no\n1\n2\n3\n");
        deliver(21, &[(1, "a", "D"), (3, "q", "X"), (4, "d", "I"), (5, "never there", "D")]);
        let report = load(&project, 21);
        assert_eq!((report["merge"]["deleted"].as_u64(), report["merge"]["inserted"].as_u64()), (Some(2), Some(1)));
        assert_eq!(project.csv("select no, name from deposit.account order by no"), "no,name\n2,b\n4,d\n", "{layout}");
        project.check_with_pyiceberg();
    }
}

#[test]
fn changed_files_of_the_newest_interval_make_the_first_load_as_if_it_had_never_been() {
    for layout in LAYOUTS {
        let project = Project::with_job(JOB, &format!("{layout}{COLUMNS}"));
        deliver(&project, 20, &[record(1, "a", "1.00", 20), record(2, "b", "2.00", 20), record(3, "c", "3.00", 20)]);
        load(&project, 20);
        deliver(
            &project,
            21,
            &[record(1, "wrong", "0.00", 21), record(4, "wrong", "0.00", 21), record(3, "c2", "3.00", 21)],
        );
        load(&project, 21);
        for _ in 0..2 {
            deliver(&project, 21, &[record(2, "b2", "2.00", 21), record(3, "c2", "3.00", 21)]);
            assert_eq!(load(&project, 21)["status"], "reloaded", "{layout}");
            let expected = "no,name,amount,day\n1,a,1.00,2026-11-19\n2,b2,2.00,2026-11-20\n3,c2,3.00,2026-11-20\n";
            assert_eq!(rows(&project), expected, "{layout}");
            project.check_with_pyiceberg();
            deliver(&project, 21, &[record(1, "wrong again", "0.00", 21)]);
            load(&project, 21);
        }
    }
}

#[test]
fn changed_files_of_an_earlier_interval_replace_what_that_interval_wrote() {
    for layout in LAYOUTS {
        let project = Project::with_job(JOB, &format!("{layout}@order_by,changed_at\n{COLUMNS}"));
        deliver(&project, 20, &[record(1, "a", "1.00", 20), record(2, "b", "2.00", 20)]);
        load(&project, 20);
        deliver(&project, 21, &[record(1, "wrong", "0.00", 21), record(3, "wrong", "0.00", 21)]);
        load(&project, 21);
        deliver(&project, 22, &[record(2, "b2", "2.00", 22)]);
        load(&project, 22);
        deliver(&project, 21, &[record(4, "d", "4.00", 21)]);
        load(&project, 21);
        // Row 1 is as it was before the wrong files.
        let expected = "no,name,amount,day\n1,a,1.00,2026-11-19\n2,b2,2.00,2026-11-21\n4,d,4.00,2026-11-20\n";
        assert_eq!(rows(&project), expected, "{layout}");
        project.check_with_pyiceberg();
    }
}

#[test]
fn after_its_snapshot_expired_an_interval_is_still_loaded_once() {
    let project = Project::with_job(JOB, COLUMNS);
    deliver(&project, 20, &[record(1, "a", "1.00", 20), record(2, "b", "2.00", 20)]);
    load(&project, 20);
    deliver(&project, 21, &[record(2, "b2", "2.00", 21), record(3, "c", "3.00", 21)]);
    load(&project, 21);
    deliver(&project, 22, &[record(9, "z", "9.00", 22)]);
    load(&project, 22);
    project.naru(&["maintain", "--keep-days", "0", "--keep-snapshots", "1"]).ok();
    let expected = rows(&project);
    // Its record is gone, its rows tell.
    assert_eq!(load(&project, 22)["status"], "unchanged");
    deliver(&project, 22, &[record(8, "y", "8.00", 22)]);
    load(&project, 22);
    assert_eq!(rows(&project), expected.replace("9,z,9.00", "8,y,8.00"));
    project.check_with_pyiceberg();
}

#[test]
fn rows_that_were_appended_before_the_job_became_a_merge_are_merged_into() {
    let append = JOB.replace("merge", "append");
    let project = Project::with_job(&append, COLUMNS);
    let text = format!("NO,NAME,AMT,TS\n{}{}", record(1, "a", "1.00", 20), record(2, "b", "2.00", 20));
    project.drop(&append, "2026-11-20", "a.csv", text);
    project.loaded(&append, "2026-11-20");
    std::fs::rename(project.path().join(format!("dags/{append}.py")), project.path().join(format!("dags/{JOB}.py")))
        .unwrap();
    deliver(&project, 21, &[record(2, "b2", "2.00", 21)]);
    load(&project, 21);
    assert_eq!(rows(&project), "no,name,amount,day\n1,a,1.00,2026-11-19\n2,b2,2.00,2026-11-20\n");
}

#[test]
fn rows_that_do_not_fit_into_memory_are_merged_from_disk_alike() {
    let wide = |name: &str| format!("{name}{}", "x".repeat(300));
    let deliveries: [(u32, Vec<String>); 3] = [
        (20, (0..30_000).map(|no| record(no, &wide("first"), "1.00", 20)).collect()),
        (21, (10_000..40_000).map(|no| record(no, &wide("other"), "2.00", 21)).collect()),
        (21, (20_000..50_000).map(|no| record(no, &wide("again"), "3.00", 21)).collect()),
    ];
    let sums = "select substr(name, 1, 5) as name, count(*) as n, min(no) as low, max(no) as high, sum(amount) as s from deposit.account \
                group by substr(name, 1, 5) order by name";
    let mut results = Vec::new();
    for memory in ["64", "1024"] {
        let project = Project::with_job(JOB, COLUMNS);
        for (day, records) in &deliveries {
            deliver(&project, *day, records);
            let date = format!("2026-11-{day}");
            project.naru(&["run", JOB, "--date", &date, "--memory-mib", memory]).ok();
        }
        results.push(project.csv(sums));
        project.check_with_pyiceberg();
    }
    assert_eq!(results[0], "name,n,low,high,s\nagain,30000,20000,49999,90000.00\nfirst,20000,0,19999,20000.00\n");
    assert_eq!(results[0], results[1]);
    // Of a key in two places of a file, both are told.
    let project = Project::with_job(JOB, COLUMNS);
    let mut records: Vec<String> = (0..60_000).map(|no| record(no, &wide("once"), "1.00", 20)).collect();
    records.push(record(7, "twice", "1.00", 20));
    deliver(&project, 20, &records);
    let failed = project.naru(&["run", JOB, "--date", "2026-11-20", "--memory-mib", "64"]).fails(1);
    assert!(failed.stderr.contains("row 60001: as file:///") && failed.stderr.contains("row 8"), "{}", failed.stderr);
}
