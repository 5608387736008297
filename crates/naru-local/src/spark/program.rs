//! Running the Spark program to its end.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use naru_core::run::Again;

use super::{LocalSpark, SparkOutcome};

/// Time between two looks at the program, and at whether to stop it.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How long a program that was told to stop may take: until a job is cancelled, and what it wrote is deleted.
const STOP_WITHIN: Duration = Duration::from_secs(20);
/// How long what Spark has started may outlive the program.
const END_WITHIN: Duration = Duration::from_secs(10);
/// What is kept of the end of standard output and standard error, in bytes.
const KEPT_BYTES: usize = 1 << 20;

/// One run.
#[derive(Debug)]
pub struct SparkTask<'a> {
    /// The load plan, as JSON in one line.
    pub plan: &'a str,
    /// Directory of the embedded lake.
    pub lake: &'a Path,
    /// Cores that Spark may use.
    pub threads: usize,
    /// As of `naru run`.
    pub force: bool,
    /// Why what is loaded is done again.
    pub again: Again,
    /// The file that holds the treatment key, where the environment does not say it.
    pub treatment_key_file: Option<&'a Path>,
}

/// How the program ended.
#[derive(Debug)]
pub struct SparkEnded {
    /// How its process ended.
    pub status: ExitStatus,
    /// What it said of the run.
    pub outcome: Option<SparkOutcome>,
    /// Why the run failed, in the program's words: a sentence, lines of detail, `hint: …`; empty if it did not say.
    pub error: Vec<String>,
    /// Whether it was told to stop.
    pub was_stopped: bool,
}

impl LocalSpark {
    /// Runs a load plan. `is_stopped` is asked ten times a second: then the program stops where nothing is half done, or
    /// is ended, and with it all that it has started.
    ///
    /// # Errors
    /// The program cannot be started, or waited for.
    pub fn run(&self, task: &SparkTask<'_>, is_stopped: &dyn Fn() -> bool) -> io::Result<SparkEnded> {
        let mut child = self.command(task).spawn()?;
        let mut attention = child.stdin.take();
        let said = child.stdout.take().map(keep_end);
        let told = child.stderr.take().map(keep_end);
        if let Some(stdin) = &mut attention {
            // A program that has ended already says why.
            drop(say_plan(stdin, task.plan));
        }
        let (status, was_stopped) = wait(&mut child, attention, is_stopped)?;
        let readers: Vec<JoinHandle<Vec<u8>>> = [said, told].into_iter().flatten().collect();
        end_group(child.id(), &readers);
        let mut texts = readers.into_iter().map(|reader| reader.join().unwrap_or_default());
        let (said, told) = (texts.next().unwrap_or_default(), texts.next().unwrap_or_default());
        Ok(SparkEnded { status, outcome: outcome(&said), error: error(&told), was_stopped })
    }

    fn command(&self, task: &SparkTask<'_>) -> Command {
        let mut command = Command::new(&self.python);
        command.args(["-m", "naru_spark", "--attended", "--lake"]).arg(task.lake);
        if let Some(jars) = self.class_path() {
            command.arg("--jars").arg(jars);
        }
        command.arg("--conf").arg(format!("spark.master=local[{}]", task.threads.max(1)));
        // A bar for nobody, between what is read below.
        command.args(["--conf", "spark.ui.showConsoleProgress=false"]);
        for (key, value) in &self.conf {
            command.arg("--conf").arg(format!("{key}={value}"));
        }
        if task.force {
            command.arg("--force");
        }
        if let Some(word) = task.again.word() {
            command.args(["--again", word]);
        }
        if let Some(file) = task.treatment_key_file {
            command.env("NARU_TREATMENT_KEY_FILE", file);
        }
        self.say_where_the_package_is(&mut command);
        // What the terminal sends to stop naru, naru passes on in its own way.
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn class_path(&self) -> Option<OsString> {
        (!self.jars.is_empty()).then(|| std::env::join_paths(&self.jars).unwrap_or_default())
    }
}

fn say_plan(stdin: &mut ChildStdin, plan: &str) -> io::Result<()> {
    stdin.write_all(plan.as_bytes())?;
    stdin.write_all(b"\n")?;
    stdin.flush()
}

/// How the program ended, and whether it was told to stop. It is told so by the end of its standard input.
fn wait(
    child: &mut Child,
    mut attention: Option<ChildStdin>,
    is_stopped: &dyn Fn() -> bool,
) -> io::Result<(ExitStatus, bool)> {
    let mut stopped: Option<Instant> = None;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok((status, stopped.is_some()));
        }
        match stopped {
            None if is_stopped() => {
                drop(attention.take());
                stopped = Some(Instant::now());
            }
            // It may have ended by itself meanwhile.
            Some(since) if since.elapsed() >= STOP_WITHIN => drop(child.kill()),
            _ => {}
        }
        sleep(LOOK_EVERY);
    }
}

/// Waits until whatever the program has started has ended, which Java does by itself after the program: it holds the
/// other ends of what `readers` read. What does not is ended.
fn end_group(group: u32, readers: &[JoinHandle<Vec<u8>>]) {
    let since = Instant::now();
    for (signal, patience) in [("-TERM", END_WITHIN), ("-KILL", END_WITHIN * 2)] {
        while readers.iter().any(|reader| !reader.is_finished()) {
            if since.elapsed() >= patience {
                // As long as one of them lives the group's number is no other's.
                drop(Command::new("kill").args([signal, "--", &format!("-{group}")]).stderr(Stdio::null()).status());
                break;
            }
            sleep(LOOK_EVERY / 4);
        }
    }
}

/// Reads to the end and keeps the last of it.
fn keep_end(mut from: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    spawn(move || {
        let (mut kept, mut block) = (VecDeque::new(), [0; 8192]);
        while let Ok(read @ 1..) = from.read(&mut block) {
            kept.extend(&block[..read]);
            let more = kept.len().saturating_sub(KEPT_BYTES);
            kept.drain(..more);
        }
        kept.into()
    })
}

/// The last line that is an outcome.
fn outcome(said: &[u8]) -> Option<SparkOutcome> {
    String::from_utf8_lossy(said).lines().rev().find_map(|line| serde_json::from_str(line).ok())
}

/// The program's own error among what Spark logs: the last `error: …`, and the indented lines and the hint below.
fn error(told: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(told);
    let lines: Vec<&str> = text.split(['\n', '\r']).collect();
    let Some(at) = lines.iter().rposition(|line| line.starts_with("error: ")) else { return Vec::new() };
    let heading = lines[at].trim_start_matches("error: ").to_owned();
    let details = lines[at + 1..].iter().take_while(|line| is_more(line)).map(|line| line.trim().to_owned());
    std::iter::once(heading).chain(details).collect()
}

fn is_more(line: &str) -> bool {
    line.starts_with("  ") || line.starts_with("hint: ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_words_are_found_among_sparks() {
        let told =
            b"WARN NativeCodeLoader: no library\nerror: 1 of 3 rows do not fit\n  a.csv: row 2\nhint: mend it\nERROR: late\n";
        assert_eq!(error(told), ["1 of 3 rows do not fit", "a.csv: row 2", "hint: mend it"]);
        assert!(error(b"Traceback (most recent call last):\n").is_empty());
        let said = b"noise\n{\"status\": \"loaded\", \"rows\": 2, \"rejected\": 0, \"snapshot_id\": 7}\n";
        assert_eq!(
            outcome(said).map(|outcome| (outcome.status, outcome.snapshot_id)),
            Some(("loaded".into(), Some(7)))
        );
        assert_eq!(outcome(b"{}\n"), None);
    }
}
