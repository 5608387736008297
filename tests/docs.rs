//! The documentation's examples run.

use std::path::Path;
use std::process::Command;

use crate::support::{python, repository, run};

/// The `sh` blocks of a page, in order.
fn shell(page: &str) -> String {
    let text = std::fs::read_to_string(repository().join(page)).unwrap();
    // What a page leaves running ends with it, however it ends.
    let mut script = String::from("set -eu\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n");
    let mut inside = false;
    for line in text.lines() {
        match line {
            "```sh" => inside = true,
            "```" => inside = false,
            _ if inside => script += &format!("{line}\n"),
            _ => {}
        }
    }
    script
}

#[test]
fn the_readmes_tour_runs_word_for_word() {
    let dir = tempfile::tempdir().unwrap();
    let bin = Path::new(env!("CARGO_BIN_EXE_naru")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let (embedded, on_aws) = readmes_python();
    // The last of it is asked while moto still runs.
    let script = format!("{}echo READ\n$python -c '{on_aws}'\n", shell("README.md"));
    let mut bash = Command::new("bash");
    bash.arg("-c").arg(script).current_dir(dir.path()).env("PATH", path).env("NO_COLOR", "1");
    let tour = run(bash.env("checkout", repository()).env("python", python().get_program())).ok();
    for part in ["1 jobs and 1 definitions: no faults", "from webshop into sales.order", "120.50", "(2 rows)"] {
        assert!(tour.stdout.contains(part), "{part} is not in\n{}", tour.stdout);
    }
    assert_eq!(tour.stderr.matches("loaded 2 rows").count(), 2, "{}", tour.stderr);
    assert_eq!(tour.stderr.matches("unchanged").count(), 2, "{}", tour.stderr);
    assert!(tour.stdout.split("READ").last().unwrap().contains("120.50"), "{}", tour.stdout);
    let read = run(python().arg("-c").arg(embedded).current_dir(dir.path().join("shop"))).ok();
    assert!(read.stdout.contains("120.50"), "{}", read.stdout);
}

/// The README's Python: for the embedded lake, and for the one on AWS.
fn readmes_python() -> (String, String) {
    let readme = std::fs::read_to_string(repository().join("README.md")).unwrap();
    let blocks = readme.split("```python\n").skip(1).map(|block| block.split("```").next().unwrap().to_owned());
    // The others are DAG files.
    let mut blocks = blocks.filter(|block| block.contains("pyiceberg"));
    (blocks.next().unwrap(), blocks.next().unwrap())
}

#[test]
fn the_readme_shows_what_the_demo_prints() {
    let dir = tempfile::tempdir().unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", "exec \"$0\" demo naru-demo 2>&1", env!("CARGO_BIN_EXE_naru")]);
    let printed = run(shell.current_dir(dir.path()).env("NO_COLOR", "1")).ok().stdout;
    let readme = std::fs::read_to_string(repository().join("README.md")).unwrap();
    let excerpt = readme.split("```text\n").find(|block| block.starts_with("# A merge")).unwrap();
    let excerpt = excerpt.split("```").next().unwrap();
    let mut lines = printed.lines();
    // A line that is `…` stands for lines, and `…` in a line for a part of it.
    let mut may_skip = true;
    for shown in excerpt.lines() {
        if shown == "…" {
            may_skip = true;
            continue;
        }
        let found =
            if may_skip { lines.any(|line| matches(shown, line)) } else { matches(shown, lines.next().unwrap()) };
        assert!(found, "the README shows\n{shown}\nwhich is not there, or not next, in\n{printed}");
        may_skip = false;
    }
}

/// Whether a line is as a pattern in which `…` stands for anything.
fn matches(pattern: &str, line: &str) -> bool {
    match pattern.split_once('…') {
        None => pattern == line,
        Some((start, rest)) => line
            .strip_prefix(start)
            .is_some_and(|line| (0..=line.len()).any(|at| line.is_char_boundary(at) && matches(rest, &line[at..]))),
    }
}

/// Runs a page's `sh` blocks in an empty directory, and looks for what they must have printed.
pub(crate) fn run_page(page: &str, parts: &[&str]) {
    let dir = tempfile::tempdir().unwrap();
    let bin = Path::new(env!("CARGO_BIN_EXE_naru")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut bash = Command::new("bash");
    let ran = run(bash.arg("-c").arg(shell(page)).current_dir(dir.path()).env("PATH", path).env("NO_COLOR", "1")).ok();
    for part in parts {
        assert!(ran.stdout.contains(part), "{part} is not in\n{}\n{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn links_between_pages_hold() {
    let root = repository();
    let mut pages = vec![root.join("README.md"), root.join("ARCHITECTURE.md"), root.join("naming-convention.md")];
    pages.extend(std::fs::read_dir(root.join("docs")).unwrap().flatten().map(|e| e.path()));
    for page in pages.iter().filter(|p| p.extension().is_some_and(|e| e == "md")) {
        let text = std::fs::read_to_string(page).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = link.split('#').next().unwrap();
            if !target.is_empty() && !target.contains("://") {
                assert!(page.parent().unwrap().join(target).exists(), "{}: {link}", page.display());
            }
        }
    }
}

#[test]
fn every_verb_has_help() {
    let help = run(crate::support::naru().arg("--help")).ok().stdout;
    for verb in [
        "init",
        "demo",
        "infer",
        "name",
        "layout",
        "check",
        "plan",
        "apply",
        "route",
        "run",
        "rerun",
        "mark",
        "wait",
        "manifest",
        "sync",
        "tables",
        "query",
        "history",
        "maintain",
        "completions",
    ] {
        assert!(help.contains(&format!("  {verb} ")), "{help}");
        run(crate::support::naru().args([verb, "--help"])).ok();
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(run(crate::support::naru().args(["completions", shell])).ok().stdout.contains("naru"));
    }
}
