//! The directory for temporary files is full when the rows of a merge go there.

use crate::os_faults::SmallDisk;
use crate::support::{Project, run};

const JOB: &str = "core__deposit__account__p1__merge__pl__d";
/// The text that makes the file too large for memory is passed over.
const COLUMNS: &str = "source,target,type,key,required,level\nNO,no,int,1,y,p1\nNOTE,,string,,,p0\n";
const ROWS: usize = 30;

#[test]
fn a_replay_that_cannot_keep_its_rows_leaves_nothing_behind() {
    let project = Project::with_job(JOB, COLUMNS);
    let note = "x".repeat(300_000);
    let text: String = (1..=ROWS).map(|no| format!("{no},{note}\n")).collect();
    project.drop(JOB, "2026-11-22", "a.csv", format!("NO,NOTE\nbad,\n{text}"));
    project.load(JOB, "2026-11-22").fails(1);
    project.job(JOB, &format!("@reject_limit,1\n{COLUMNS}"));
    let temporary = project.path().join("tmp");
    let Some(_disk) = SmallDisk::at(&temporary, "64k") else { return };
    // The rows are so few that they are written at the very end.
    std::fs::write(temporary.join("ballast"), vec![0; 1 << 20]).unwrap_err();
    let before = project.lake_files();
    let mut replay = project.command(&["replay", JOB, "--memory-mib", "64"]);
    let failed = run(replay.env("TMPDIR", &temporary)).fails(1);
    assert!(failed.stderr.contains("cannot keep rows in the directory for temporary files"), "{}", failed.stderr);
    assert_eq!(project.lake_files(), before);
    std::fs::remove_file(temporary.join("ballast")).unwrap();
    run(project.command(&["replay", JOB, "--memory-mib", "64"]).env("TMPDIR", &temporary)).ok();
    assert_eq!(project.value("select count(*) from deposit.account"), ROWS);
    assert_eq!(project.value("select count(*) from deposit.account_quarantine"), 1);
}
