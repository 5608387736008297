//! `naru demo` that is killed anywhere, started twice, or at once with another: it ends in the same tables.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::demo::files;
use crate::killed::{Random, from_environment};
use crate::support::{naru, python, repository, run};

/// All rows of all tables.
const QUERIES: [&str; 7] = [
    "select * from card.approval order by approval_no",
    "select * from deposit.account order by account_no",
    "select * from deposit.transaction order by transaction_id",
    "select * from loan.contract order by contract_no",
    "select * from market.exchange_rate order by base_date, currency",
    "select * from organization.branch order by branch_code",
    "select count(*) as refused from market.exchange_rate_quarantine",
];

/// What a demo leaves behind for its user: rows, definitions and jobs.
#[derive(Debug, PartialEq)]
struct Bank {
    rows: Vec<String>,
    definitions: Vec<Vec<u8>>,
    jobs: usize,
}

impl Bank {
    #[track_caller]
    fn of(dir: &Path) -> Self {
        let rows = |sql: &&str| run(naru().arg("--project").arg(dir).args(["query", sql, "--csv"])).ok().stdout;
        Self {
            rows: QUERIES.iter().map(rows).collect(),
            definitions: files(&dir.join("table-defs")).into_iter().map(|(_, bytes)| bytes).collect(),
            jobs: files(&dir.join("dags")).len(),
        }
    }
}

fn demo(dir: &Path) -> Command {
    let mut command = naru();
    command.arg("demo").arg(dir);
    command
}

/// Kills a demo when it has printed so many lines, and some time later.
fn kill_after(dir: &Path, lines: usize, delay: Duration) {
    let mut child = demo(dir).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut printed = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(printed.by_ref().take(lines).all(|line| line.is_ok()));
    std::thread::sleep(delay);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn killed_anywhere_a_demo_goes_on_and_ends_in_the_same_tables() {
    let parent = tempfile::tempdir().unwrap();
    let clean = parent.path().join("clean");
    let started = Instant::now();
    let lines = demo(&clean).output().unwrap().stdout.split(|byte| *byte == b'\n').count();
    let between_lines = started.elapsed().div_f64(lines as f64);
    let expected = Bank::of(&clean);
    let (kills, seed) = (from_environment("NARU_TEST_KILLS", 10), from_environment("NARU_TEST_SEED", 1));
    let mut random = Random(seed);
    for kill in 0..kills {
        let dir = parent.path().join(format!("killed-{kill}"));
        // Spread over the whole of it; every third one is killed again where it goes on.
        for _ in 0..=u64::from(kill % 3 == 2) {
            let at = ((kill as f64 + random.share()) / kills as f64 * lines as f64) as usize;
            kill_after(&dir, at, between_lines.mul_f64(random.share() * 8.0));
        }
        run(&mut demo(&dir)).ok();
        assert_eq!(Bank::of(&dir), expected, "seed {seed}, kill {kill}");
        if kill + 1 == kills {
            let script = repository().join("tests/python/check_tables.py");
            run(python().arg(script).arg(dir.join(".naru/lake")).arg("--json")).ok();
        }
    }
}

#[test]
fn of_two_demos_at_once_one_may_be_told_to_come_again() {
    let parent = tempfile::tempdir().unwrap();
    let (clean, shared) = (parent.path().join("clean"), parent.path().join("shared"));
    run(&mut demo(&clean)).ok();
    let first = demo(&shared).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let second = run(&mut demo(&shared));
    let first = first.wait_with_output().unwrap();
    let codes = [first.status.code().unwrap(), second.code];
    assert!(codes.contains(&0) && codes.iter().all(|code| [0, 75].contains(code)), "{codes:?}\n{}", second.stderr);
    assert_eq!(Bank::of(&shared), Bank::of(&clean));
}

#[test]
fn a_directory_in_which_a_demo_is_at_work_is_left_alone() {
    let parent = tempfile::tempdir().unwrap();
    std::fs::create_dir(parent.path().join(".naru")).unwrap();
    let lock = std::fs::File::create(parent.path().join(".naru/demo.lock")).unwrap();
    lock.lock().unwrap();
    let told = run(&mut demo(parent.path())).fails(75);
    assert!(told.stderr.contains("another demo is at work"), "{}", told.stderr);
    assert!(!parent.path().join("naru.toml").exists());
    drop(lock);
    run(&mut demo(parent.path())).ok();
}
