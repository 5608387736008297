//! `naru demo` and `naru init`.

use std::path::Path;

use crate::support::{naru, python, repository, run};

/// All files below a directory, but for the catalog, with what is in them.
pub(crate) fn files(root: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let (mut found, mut directories) = (Vec::new(), vec![root.to_path_buf()]);
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).unwrap().flatten() {
            if entry.file_type().unwrap().is_dir() {
                directories.push(entry.path());
            } else if !entry.file_name().to_string_lossy().starts_with("catalog.db") {
                found.push((entry.path(), std::fs::read(entry.path()).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn shows_a_small_bank_and_changes_nothing_the_second_time() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("bank");
    let first = run(naru().arg("demo").arg(&dir)).ok();
    for part in ["6 jobs and 6 definitions: no faults", "서울", "Try next"] {
        assert!(first.stdout.contains(part), "{part} is not in\n{}", first.stdout);
    }
    let before = files(&dir);
    let second = run(naru().arg("demo").arg(&dir)).ok();
    assert!(second.stdout.contains("is there already"), "{}", second.stdout);
    assert!(second.stderr.contains("unchanged") && !second.stderr.contains("error"), "{}", second.stderr);
    assert_eq!(before, files(&dir));
    run(python().arg(repository().join("tests/python/check_tables.py")).arg(dir.join(".naru/lake")).arg("--json")).ok();
}

#[test]
fn shows_a_merge_a_replay_and_an_evolution_on_a_few_pages() {
    let parent = tempfile::tempdir().unwrap();
    let told = run(naru().arg("demo").arg(parent.path().join("bank"))).ok();
    for part in [
        "loan.contract 2026-11-21: loaded 7 rows",
        "2 new, 2 changed, 1 deleted, 2 unchanged",
        "rates.csv:3: row 3",
        "column base_date",
        "no_such_day",
        "market.exchange_rate 2026-11-21: run again, 5 rows loaded, 0 left out",
        "table evolved: ",
    ] {
        assert!(told.stderr.contains(part), "{part} is not in\n{}", told.stderr);
    }
    for part in [
        "$ naru query --as-of ",
        "2026-11-21: 1 open",
        "market.exchange_rate has no quarantined rows",
        "+ RATE,rate,",
        "1250000000.00",
    ] {
        assert!(told.stdout.contains(part), "{part} is not in\n{}", told.stdout);
    }
    // The bad value itself is told nowhere.
    assert!(!told.stderr.contains("2026-02-29") && !told.stdout.contains("2026-02-29"), "{}", told.stderr);
    let lines = told.stdout.lines().count() + told.stderr.lines().count();
    assert!(lines <= 120, "{lines} lines\n{}", told.stdout);
}

#[test]
fn a_quiet_demo_prints_results_and_no_steps() {
    let parent = tempfile::tempdir().unwrap();
    let told = run(naru().args(["demo", "--quiet"]).arg(parent.path().join("bank"))).ok();
    assert!(told.stderr.starts_with("error: 1 of 5 rows do not fit"), "{}", told.stderr);
    assert!(!told.stderr.contains("loaded"), "{}", told.stderr);
}

#[test]
fn the_repositorys_example_project_is_the_demos() {
    let parent = tempfile::tempdir().unwrap();
    run(naru().arg("demo").arg(parent.path().join("bank"))).ok();
    for directory in ["table-defs", "dags"] {
        let made: Vec<_> =
            files(&parent.path().join("bank").join(directory)).into_iter().map(|(_, bytes)| bytes).collect();
        let kept: Vec<_> = files(&repository().join(directory)).into_iter().map(|(_, bytes)| bytes).collect();
        assert_eq!(made, kept);
    }
}

#[test]
fn init_makes_an_empty_project_and_leaves_one_alone() {
    let dir = tempfile::tempdir().unwrap();
    run(naru().args(["init", "--org", "acme"]).arg(dir.path())).ok();
    let before = files(dir.path());
    let again = run(naru().args(["init", "--org", "other"]).arg(dir.path())).ok();
    assert!(again.stdout.contains("nothing was changed"), "{}", again.stdout);
    assert_eq!(before, files(dir.path()));
    run(naru().args(["check", "--project"]).arg(dir.path())).ok();
    run(naru().args(["init", "--org", "Bad Org"]).arg(dir.path().join("x"))).fails(2);
    assert!(!dir.path().join("x").exists());
}
