//! `naru maintain`: what no reader needs goes, what anyone may need stays.

use std::fs::File;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::append::{DEFINITION, JOB};
use crate::support::Project;

fn make_old(path: &Path) {
    File::open(path).unwrap().set_modified(SystemTime::now() - Duration::from_secs(100 * 3600)).unwrap();
}

#[test]
fn what_killed_runs_left_behind_goes() {
    let project = Project::with_job(JOB, DEFINITION);
    for day in 20..23 {
        project.drop(JOB, &format!("2026-11-{day}"), "a.csv", format!("ID,NAME,AMT\n{day},kim,1\n"));
        project.loaded(JOB, &format!("2026-11-{day}"));
    }
    let is_data = |path: &Path| path.extension().is_some_and(|e| e == "parquet");
    let data = project.lake_files().into_iter().map(|(path, _)| path).find(|path| is_data(path)).unwrap();
    let data = project.path().join(data);
    let beside = |name: &str| data.parent().unwrap().join(name);
    let (orphan, unfinished, young) = (beside("orphan.parquet"), beside(".naru-1-1-1.tmp"), beside("young.parquet"));
    for file in [&orphan, &unfinished, &young] {
        std::fs::copy(&data, file).unwrap();
    }
    make_old(&orphan);
    make_old(&unfinished);

    let all = ["maintain", "--keep-days", "0", "--keep-snapshots", "1", "--json"];
    let dry = project.naru(&[&all[..], &["--dry-run"]].concat()).ok().json();
    let done = project.naru(&all).ok().json();
    assert_eq!((&dry["dry_run"], &dry["tables"]), (&true.into(), &done["tables"]));
    let report = &done["tables"][0];
    assert_eq!(
        (&report["table"], &report["expired_snapshots"], &report["deleted_files"]),
        (&"deposit.account".into(), &2.into(), &2.into())
    );
    assert!(!orphan.exists() && !unfinished.exists() && young.exists() && data.exists());
    assert_eq!(project.value("select sum(id) from deposit.account"), 63);
    project.check_with_pyiceberg();

    // The run's record is gone; its rows are replaced, not loaded twice.
    project.loaded(JOB, "2026-11-20");
    assert_eq!(project.value("select count(*) from deposit.account"), 3);
    let quiet = project.naru(&["maintain", "deposit.account"]).ok();
    assert_eq!(quiet.stdout, "deposit.account: 0 snapshots expired, 0 files deleted (0 B)\n");
    project.naru(&["maintain", "deposit.acount"]).fails(1);
    project.naru(&["maintain", "--grace-hours", "0"]).fails(2);
}
