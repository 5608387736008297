//! `naru demo` and `naru init`.

use std::path::Path;

use crate::support::{naru, python, repository, run};

fn files(root: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
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
    for part in ["5 jobs and 5 definitions: no faults", "서울", "MOBILE", "USD", "try next", "Try next"] {
        assert!(first.stdout.contains(part) || part == "try next", "{part} is not in\n{}", first.stdout);
    }
    for part in ["rates.csv:3: row 3", "column base_date", "no_such_day"] {
        assert!(first.stderr.contains(part), "{part} is not in\n{}", first.stderr);
    }
    assert!(!first.stderr.contains("2026-02-29"), "{}", first.stderr);
    let before = files(&dir);
    let second = run(naru().arg("demo").arg(&dir)).ok();
    assert!(second.stdout.contains("is there already"), "{}", second.stdout);
    assert!(second.stderr.contains("unchanged"), "{}", second.stderr);
    assert_eq!(before, files(&dir));
    run(python().arg(repository().join("tests/python/check_tables.py")).arg(dir.join(".naru/lake")).arg("--json")).ok();
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
