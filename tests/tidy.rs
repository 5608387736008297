//! Taste that can be checked: the direction of dependencies, and what the core may not touch.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::repository;

/// All crates that a crate is built from, itself included, without what only tests or build scripts need.
fn built_from(name: &str, features: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "-p", name, "-e", "normal", "--prefix", "none", "--format", "{p}"])
        .args(features)
        .current_dir(repository())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.split(' ').next()).map(Into::into).collect()
}

fn sources(directory: &Path) -> Vec<PathBuf> {
    let (mut found, mut directories) = (Vec::new(), vec![directory.to_path_buf()]);
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).unwrap().flatten() {
            if entry.file_type().unwrap().is_dir() {
                directories.push(entry.path());
            } else if entry.path().extension().is_some_and(|e| e == "rs") {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    found
}

#[test]
fn the_demos_command_does_not_wait_for_the_aws_sdk() {
    let with_aws = |features: &[&str]| built_from("naru", features).iter().any(|name| name.starts_with("aws-"));
    assert!(with_aws(&[]) && !with_aws(&["--no-default-features"]));
}

#[test]
fn crates_know_only_what_they_may() {
    let may_not: [(&str, &[&str]); 14] = [
        (
            "naru-core",
            &["tokio", "polars", "arrow-array", "arrow-schema", "iceberg", "aws-", "rusqlite", "iana-time-zone"],
        ),
        ("naru-decode", &["tokio", "polars", "iceberg", "aws-", "parquet"]),
        ("naru-merge", &["tokio", "polars", "iceberg", "aws-", "parquet", "naru-decode"]),
        ("naru-lake", &["polars", "aws-", "rusqlite", "naru-local", "naru-load", "naru-decode", "clap"]),
        ("naru-local", &["polars", "aws-", "naru-load", "clap"]),
        ("naru-sql", &["polars", "naru-core", "naru-lake", "aws-", "clap"]),
        ("naru-aws", &["polars", "sqlparser", "rusqlite", "naru-local", "naru-load", "clap", "aws-lc-rs", "openssl"]),
        ("naru-postgres", &["polars", "iceberg", "aws-", "rusqlite", "naru-lake", "clap", "aws-lc-rs", "openssl"]),
        ("naru-load", &["polars", "aws-", "rusqlite", "naru-local", "clap"]),
        ("naru-query", &["iceberg", "aws-sdk", "rusqlite", "naru-lake", "naru-load", "clap"]),
        ("naru-wheel", &["tokio", "polars", "iceberg", "aws-", "parquet", "naru-lake", "naru-load", "clap"]),
        ("naru-faults", &["polars", "rusqlite", "naru-local", "naru-load", "clap"]),
        ("naru", &["naru-faults"]),
        ("naru-lambda", &["naru-faults", "aws-lc-rs", "openssl"]),
    ];
    for (name, forbidden) in may_not {
        let known = built_from(name, &[]);
        for word in forbidden {
            let found: Vec<_> = known
                .iter()
                .filter(|k| *k == word || (word.ends_with('-') || *word == "polars") && k.starts_with(word))
                .collect();
            assert!(found.is_empty(), "{name} is built from {found:?}");
        }
    }
}

#[test]
fn the_core_reads_no_clock_environment_or_file() {
    let forbidden =
        ["std::fs", "std::env", "TcpStream", "std::process", "SystemTime", "Instant::now", "Utc::now", "Local::now"];
    for path in sources(&repository().join("crates/naru-core/src")) {
        let text = std::fs::read_to_string(&path).unwrap();
        for (n, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            for word in forbidden {
                assert!(!line.contains(word), "{}:{}: {word}", path.display(), n + 1);
            }
        }
    }
}

#[test]
fn the_kernel_reads_no_file_and_starts_no_thread() {
    for path in sources(&repository().join("crates/naru-decode/src")) {
        let text = std::fs::read_to_string(&path).unwrap();
        for word in ["std::fs", "std::env", "std::net", "std::thread", "Utc::now", "SystemTime"] {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
}

#[test]
fn every_verb_has_its_file_and_every_file_its_verb() {
    let verbs: BTreeSet<String> = sources(&repository().join("crates/naru/src/verbs"))
        .iter()
        .map(|p| p.file_stem().unwrap().to_string_lossy().into_owned())
        .filter(|name| name != "mod")
        .collect();
    let help = crate::support::run(crate::support::naru().arg("--help")).ok().stdout;
    let told: BTreeSet<String> = help
        .split("Commands:")
        .nth(1)
        .unwrap()
        .lines()
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next().map(Into::into))
        .filter(|verb: &String| verb != "help")
        .collect();
    assert_eq!(verbs, told);
}

#[test]
fn files_stay_small() {
    let mut lines: Vec<(usize, PathBuf)> = Vec::new();
    for directory in ["crates", "tests"] {
        for path in sources(&repository().join(directory)) {
            lines.push((std::fs::read_to_string(&path).unwrap().lines().count(), path));
        }
    }
    lines.sort();
    let median = lines[lines.len() / 2].0;
    assert!(median <= 150, "the median file has {median} lines");
    let (longest, path) = lines.last().unwrap();
    assert!(*longest <= 600, "{} has {longest} lines: does it hold one thing?", path.display());
}
