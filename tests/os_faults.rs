//! What the operating system does to a run: full disks, read-only lakes, files that change under its hands, a catalog that
//! another process holds. The table stays as it was, and the same command ends well once the fault is gone.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::append::{DEFINITION, JOB};
use crate::support::{Paused, Project, python, run};

/// A small file system in memory, mounted over a directory.
pub(crate) struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Over a project's lake; see [`Self::at`].
    fn over(project: &Project, size: &str) -> Option<Self> {
        Self::at(&project.path().join(".naru"), size)
    }

    /// None where file systems cannot be mounted, which needs root.
    pub(crate) fn at(directory: &Path, size: &str) -> Option<Self> {
        std::fs::create_dir_all(directory).unwrap();
        let options = format!("size={size}");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(directory).output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self(directory.to_owned())),
            other => {
                // Past the harness, which keeps what a test prints to itself.
                let mut stderr = std::io::stderr();
                writeln!(stderr, "skipped: a tmpfs cannot be mounted here, which needs root: {other:?}").unwrap();
                None
            }
        }
    }

    fn remount(&self, options: &str) {
        run(Command::new("mount").args(["-o", &format!("remount,{options}")]).arg(&self.0)).ok();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(&self.0).status());
    }
}

/// Rows that compress badly, so that the data file needs room.
fn noisy_rows(rows: u64) -> String {
    let noise = |n: u64| n.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (0..rows).fold("ID,NAME,AMT\n".into(), |text, n| text + &format!("{n},{:016x}{:016x},1\n", noise(n), noise(!n)))
}

fn unfinished(project: &Project) -> Vec<PathBuf> {
    let files = project.lake_files().into_iter().map(|(path, _)| path);
    files.filter(|path| path.extension().is_some_and(|e| e == "tmp")).collect()
}

#[test]
fn a_full_disk_fails_at_any_step_and_the_same_command_loads_when_there_is_room() {
    let project = Project::with_job(JOB, DEFINITION);
    let Some(_disk) = SmallDisk::over(&project, "4m") else { return };
    project.drop(JOB, "2026-11-21", "a.csv", "ID,NAME,AMT\n900000,kim,1\n");
    project.drop(JOB, "2026-11-22", "a.csv", noisy_rows(3_000));
    project.loaded(JOB, "2026-11-21");
    let ballast = project.path().join(".naru/ballast");
    let mut failed = 0;
    // From no room at all to enough for the data file, then the manifests, the metadata, and SQLite's journal.
    for free_kib in (0..=160).step_by(8) {
        std::fs::write(&ballast, vec![0; 8 << 20]).unwrap_err();
        let full = std::fs::metadata(&ballast).unwrap().len();
        let file = std::fs::OpenOptions::new().write(true).open(&ballast).unwrap();
        file.set_len(full.saturating_sub(free_kib << 10)).unwrap();
        let ran = project.load(JOB, "2026-11-22");
        std::fs::remove_file(&ballast).unwrap();
        let rows = project.value("select count(*) from deposit.account");
        assert!(unfinished(&project).is_empty(), "{free_kib} KiB");
        match ran.code {
            0 => assert_eq!(rows, 3_001, "{free_kib} KiB"),
            code => {
                failed += 1;
                assert_eq!(code, 1, "{free_kib} KiB: {}", ran.stderr);
                assert!(ran.stderr.contains("the disk is full; free some space"), "{free_kib} KiB: {}", ran.stderr);
                assert_eq!(rows, 1, "{free_kib} KiB");
            }
        }
    }
    assert!(failed > 5, "the disk was full {failed} times only");
    project.loaded(JOB, "2026-11-22");
    assert_eq!(project.value("select count(*) from deposit.account"), 3_001);
    project.check_with_pyiceberg();
}

#[test]
fn a_read_only_lake_is_read_and_not_written() {
    let project = Project::with_job(JOB, DEFINITION);
    let Some(disk) = SmallDisk::over(&project, "8m") else { return };
    for day in ["2026-11-21", "2026-11-22"] {
        project.drop(JOB, day, "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    }
    project.loaded(JOB, "2026-11-21");
    disk.remount("ro");
    let failed = project.load(JOB, "2026-11-22").fails(1);
    assert!(failed.stderr.contains("read-only"), "{}", failed.stderr);
    assert_eq!(project.value("select count(*) from deposit.account"), 1);
    assert_eq!(project.loaded(JOB, "2026-11-21")["status"], "unchanged");
    disk.remount("rw");
    project.loaded(JOB, "2026-11-22");
    assert_eq!(project.value("select count(*) from deposit.account"), 2);
}

#[test]
fn a_file_size_limit_is_an_error_of_the_write() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", noisy_rows(20_000));
    let naru = env!("CARGO_BIN_EXE_naru");
    let script =
        format!("ulimit -f 64; exec {naru} --project {} run {JOB} --date 2026-11-22", project.path().display());
    let limited = run(Command::new("bash").args(["-c", &script])).fails(1);
    assert!(limited.stderr.contains("ulimit -f"), "{}", limited.stderr);
    assert!(unfinished(&project).is_empty());
    assert_eq!(project.loaded(JOB, "2026-11-22")["rows"], 20_000);
}

/// A run of one thread over two files that stands still while it reads the first.
fn paused_between_two_files() -> (Project, PathBuf, PathBuf, Paused) {
    for rows in [100_000, 400_000, 1_600_000] {
        let project = Project::with_job(JOB, DEFINITION);
        let first = project.drop(JOB, "2026-11-22", "a.csv", noisy_rows(rows));
        let second = project.drop(JOB, "2026-11-22", "b.csv", "ID,NAME,AMT\n-1,kim,1\n");
        let mut command = project.command(&["run", JOB, "--date", "2026-11-22", "--threads", "1"]);
        if let Some(paused) = Paused::while_reading(&mut command, &first, || true) {
            return (project, first, second, paused);
        }
    }
    panic!("the run was always faster");
}

/// Does something to the files in the middle of a run: it ends with 75 and commits nothing.
#[track_caller]
fn meddled(meddle: impl Fn(&Path, &Path), said: &str) -> (Project, PathBuf, PathBuf) {
    let (project, first, second, paused) = paused_between_two_files();
    meddle(&first, &second);
    let ended = paused.go_on().fails(75);
    assert!(ended.stderr.contains(said), "\"{said}\" is not in\n{}", ended.stderr);
    assert!(ended.stderr.contains("nothing was committed"), "{}", ended.stderr);
    assert_eq!(project.value("select count(*) from deposit.account"), 0);
    assert!(project.lake_files().iter().all(|(path, _)| path.extension().is_none_or(|e| e != "parquet")));
    (project, first, second)
}

#[test]
fn a_source_that_is_cut_off_while_it_is_read_commits_nothing() {
    // In the middle of a row: what is wrong is the file, not the row that it ends in.
    let cut = |first: &Path, _: &Path| {
        let file = std::fs::OpenOptions::new().write(true).open(first).unwrap();
        file.set_len(file.metadata().unwrap().len() / 2 + 20).unwrap();
    };
    let (project, _, _) = meddled(cut, "changed while it was read");
    // To nothing.
    let (_, _, _) = meddled(|first, _| drop(std::fs::File::create(first).unwrap()), "changed while it was read");
    project.drop(JOB, "2026-11-22", "a.csv", noisy_rows(10));
    assert_eq!(project.loaded(JOB, "2026-11-22")["rows"], 11);
}

#[test]
fn a_source_that_vanishes_commits_nothing() {
    let (project, _, second) = meddled(|_, second| std::fs::remove_file(second).unwrap(), "b.csv");
    std::fs::write(second, "ID,NAME,AMT\n-1,kim,1\n").unwrap();
    project.loaded(JOB, "2026-11-22");
    // One that is open is read to its end, and missed before the commit.
    meddled(|first, _| std::fs::remove_file(first).unwrap(), "a.csv changed while it was read");
}

#[test]
fn a_source_that_is_replaced_by_one_of_the_same_size_commits_nothing() {
    let replace = |first: &Path, _: &Path| {
        let text = std::fs::read_to_string(first).unwrap();
        std::fs::remove_file(first).unwrap();
        std::fs::write(first, text.replace(",1\n", ",2\n")).unwrap();
    };
    let (project, _, _) = meddled(replace, "a.csv changed while it was read");
    project.loaded(JOB, "2026-11-22");
    assert_eq!(project.value("select count(*) from deposit.account where id >= 0 and amount <> 2"), 0);
}

#[test]
fn a_source_that_grows_while_it_is_read_commits_nothing() {
    let grow = |first: &Path, _: &Path| {
        std::fs::OpenOptions::new().append(true).open(first).unwrap().write_all(b"-2,kim,1\n").unwrap();
    };
    let (project, _, _) = meddled(grow, "changed while it was read");
    assert_eq!(project.loaded(JOB, "2026-11-22")["status"], "loaded");
    assert_eq!(project.value("select count(*) from deposit.account where id < 0"), 2);
}

#[test]
fn a_directory_that_cannot_be_written_is_named() {
    let project = Project::with_job(JOB, DEFINITION);
    for day in ["2026-11-21", "2026-11-22"] {
        project.drop(JOB, day, "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    }
    project.loaded(JOB, "2026-11-21");
    let data = project.path().join(".naru/lake/acme-dev-lake-p1/deposit/account");
    // A file where a directory has to be fails for root too, as permissions do not.
    std::fs::rename(data.join("data"), data.join("kept")).unwrap();
    std::fs::write(data.join("data"), b"").unwrap();
    let failed = project.load(JOB, "2026-11-22").fails(1);
    assert!(failed.stderr.contains("acme-dev-lake-p1/deposit/account/data"), "{}", failed.stderr);
    std::fs::remove_file(data.join("data")).unwrap();
    std::fs::rename(data.join("kept"), data.join("data")).unwrap();
    assert_eq!(project.value("select count(*) from deposit.account"), 1);
    project.loaded(JOB, "2026-11-22");
    assert_eq!(project.value("select count(*) from deposit.account"), 2);
}

/// Another process that holds a lock on the catalog until it is dropped.
struct CatalogLock(Child);

impl CatalogLock {
    fn take(project: &Project) -> Self {
        let script = "import sqlite3, sys\n\
                      connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n\
                      connection.execute('BEGIN EXCLUSIVE')\n\
                      print('locked', flush=True)\n\
                      sys.stdin.read()\n";
        let mut command = python();
        command.args(["-c", script]).arg(project.path().join(".naru/lake/catalog.db"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "locked\n");
        Self(child)
    }
}

impl Drop for CatalogLock {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn a_catalog_that_another_process_holds_is_waited_for() {
    let project = Project::with_job(JOB, DEFINITION);
    for day in ["2026-11-21", "2026-11-22"] {
        project.drop(JOB, day, "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    }
    project.loaded(JOB, "2026-11-21");
    let lock = CatalogLock::take(&project);
    let mut command = project.command(&["run", JOB, "--date", "2026-11-22", "-q"]);
    let waiting = command.stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    drop(lock);
    let output = waiting.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(project.value("select count(*) from deposit.account"), 2);
}

#[test]
fn a_catalog_that_stays_locked_is_tried_again_later() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    project.naru(&["apply"]).ok();
    let lock = CatalogLock::take(&project);
    let started = Instant::now();
    let busy = project.load(JOB, "2026-11-22").fails(75);
    assert!(started.elapsed() > Duration::from_secs(5), "it did not wait");
    assert!(busy.stderr.contains("another process is using it"), "{}", busy.stderr);
    assert!(busy.stderr.contains("run the same command again"), "{}", busy.stderr);
    drop(lock);
    project.loaded(JOB, "2026-11-22");
}
