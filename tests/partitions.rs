//! Many partitions in one load: one file each, whatever the order of the rows and however little memory there is.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use crate::support::{Project, python, run};

const JOB: &str = "core__deposit__payment__p1__append__pl__d";
const COLUMNS: &str = "\
source,target,type,key,required,level
NO,no,int,1,y,p1
DAY,paid_on,date,,y,p1
AMT,amount,\"decimal(18,2)\",,,p1
MEMO,memo,string,,,p1
";
const ROWS: usize = 300_000;
const DAYS: usize = 89;

/// Payments of many days in no order; every third one is of the first day.
fn payments() -> String {
    let mut text = String::from("NO,DAY,AMT,MEMO\n");
    for no in 0..ROWS {
        let day = if no.is_multiple_of(3) { 0 } else { no * 7919 % DAYS };
        let (month, day) = (day / 28 + 1, day % 28 + 1);
        let memo = "대금".repeat(1 + no % 9);
        writeln!(text, "{no},2026-{month:02}-{day:02},{}.{:02},{memo}", no % 977, no % 100).unwrap();
    }
    text
}

/// Data files by partition directory.
fn files(project: &Project) -> BTreeMap<String, usize> {
    let mut files = BTreeMap::new();
    for (path, _) in project.lake_files() {
        if path.extension().is_some_and(|extension| extension == "parquet") {
            *files.entry(path.parent().unwrap().to_string_lossy().into_owned()).or_default() += 1;
        }
    }
    files
}

fn load(settings: &str, memory_mib: &str) -> Project {
    let project = Project::with_job(JOB, &format!("{settings}{COLUMNS}"));
    project.drop(JOB, "2026-11-22", "a.csv", payments());
    let temporary = project.path().join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let mut command = project.command(&["run", JOB, "--date", "2026-11-22", "--memory-mib", memory_mib]);
    run(command.env("TMPDIR", &temporary)).ok();
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0, "temporary files stay behind");
    project
}

#[test]
fn each_of_many_days_is_one_file_where_memory_is_short() {
    let project = load("@partition,day(paid_on)\n", "64");
    let files = files(&project);
    assert_eq!(files.len(), DAYS);
    // The first day is so much of the rows that it is written as they come.
    let (more, one): (Vec<usize>, Vec<usize>) = files.values().partition(|files| **files > 1);
    assert_eq!(one.len() + more.len(), DAYS);
    assert!(more.len() <= 1 && more.iter().all(|files| *files <= 2), "{files:?}");
    all_rows_are_there(&project);
}

/// More than a thread distributes the rows of.
#[test]
fn each_of_more_than_a_thousand_partitions_is_one_file() {
    let project = load("@partition,\"truncate(250, no)\"\n", "512");
    let files = files(&project);
    assert_eq!((files.len(), files.values().max()), (ROWS / 250, Some(&1)));
    all_rows_are_there(&project);
}

/// Rows on disk have no name: they go with the process, and nobody else opens them.
#[test]
fn a_killed_load_leaves_no_rows_in_the_directory_for_temporary_files() {
    let project = Project::with_job(JOB, &format!("@partition,day(paid_on)\n{COLUMNS}"));
    project.drop(JOB, "2026-11-22", "a.csv", payments());
    let temporary = project.path().join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let mut command = project.command(&["run", JOB, "--date", "2026-11-22", "--memory-mib", "64", "-q"]);
    let mut load = command.env("TMPDIR", &temporary).spawn().unwrap();
    let mut waiting = 0;
    while waiting == 0 && load.try_wait().unwrap().is_none() {
        waiting = bytes_in(load.id(), &temporary);
        std::thread::sleep(Duration::from_millis(1));
    }
    load.kill().unwrap();
    load.wait().unwrap();
    assert!(waiting > 0, "no rows were on disk");
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0, "temporary files stay behind");
    project.loaded(JOB, "2026-11-22");
    all_rows_are_there(&project);
}

/// Bytes of files in a directory that a process has open, whether they have names or not.
fn bytes_in(process: u32, directory: &Path) -> u64 {
    let Ok(open) = std::fs::read_dir(format!("/proc/{process}/fd")) else { return 0 };
    let is_in = |path: &Path| std::fs::read_link(path).is_ok_and(|file| file.starts_with(directory));
    let files = open.filter_map(|file| Some(file.ok()?.path())).filter(|path| is_in(path));
    files.filter_map(|path| Some(std::fs::metadata(path).ok()?.len())).sum()
}

fn all_rows_are_there(project: &Project) {
    let found = project.csv("select count(*) as n, count(distinct no) as d, sum(amount) as s from deposit.payment");
    let cents: usize = (0..ROWS).map(|no| no % 977 * 100 + no % 100).sum();
    assert_eq!(found, format!("n,d,s\n{ROWS},{ROWS},{}.{:02}\n", cents / 100, cents % 100));
    project.check_with_pyiceberg();
}

#[test]
fn memory_decides_nothing_but_the_files() {
    let setting = "@partition,\"bucket(8, no)\"\n";
    let [short, ample] = ["64", "2048"].map(|memory_mib| {
        let project = load(setting, memory_mib);
        assert_eq!(files(&project).values().sum::<usize>(), 8);
        project.csv("select no, paid_on, amount, memo from deposit.payment order by no")
    });
    assert_eq!(short.lines().count(), ROWS + 1);
    assert!(short == ample, "the rows differ");
}

#[test]
fn rows_of_a_partition_are_in_order_in_each_file() {
    let project = load("@partition,day(paid_on)\n@sort,no desc\n", "64");
    assert_eq!(project.value("select count(*) from deposit.payment"), ROWS);
    project.check_with_pyiceberg();
}

/// Rows that come day by day, as they lie in a system's log: a partition is filled, and then never again.
#[test]
fn rows_in_the_order_of_their_partitions_take_no_more_memory() {
    const DAYS: usize = 80;
    const ROWS_OF_A_DAY: usize = 60_000;
    let mut text = String::from("NO,DAY,AMT,MEMO\n");
    for no in 0..DAYS * ROWS_OF_A_DAY {
        let day = no / ROWS_OF_A_DAY;
        let (month, day) = (day / 28 + 1, day % 28 + 1);
        let memo = no.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        writeln!(text, "{no},2026-{month:02}-{day:02},{}.{:02},{memo:016x} {memo:020}", no % 977, no % 100).unwrap();
    }
    let project = Project::with_job(JOB, &format!("@partition,day(paid_on)\n{COLUMNS}"));
    project.drop(JOB, "2026-11-22", "a.csv", text);
    let load = project.command(&["run", JOB, "--date", "2026-11-22", "--threads", "2", "--memory-mib", "512"]);
    let script = "import resource, subprocess, sys\n\
                  subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)\n\
                  print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";
    let mut measured = python();
    measured.args(["-c", script]).arg(load.get_program()).args(load.get_args());
    let peak_mib = run(&mut measured).ok().stdout.trim().parse::<u64>().unwrap() / 1024;
    // Half as much again, where each partition keeps what it had.
    assert!(peak_mib < 352, "{peak_mib} MiB");
    assert_eq!(files(&project).len(), DAYS);
}
