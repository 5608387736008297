//! A run that stands still while it reads a file: what happens then happens in the middle of the run, however fast or
//! loaded the machine is.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{Ran, run};

/// A process that was stopped (SIGSTOP) with a part of a file unread. Linux: it is looked at by `/proc`.
pub(crate) struct Paused {
    child: Child,
}

impl Paused {
    /// Starts a command and stops it while it reads `file`, once `also` holds; none if it was faster.
    pub(crate) fn while_reading(command: &mut Command, file: &Path, also: impl Fn() -> bool) -> Option<Self> {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut paused = Self { child };
        let file = file.canonicalize().unwrap();
        let started = Instant::now();
        while paused.child.try_wait().unwrap().is_none() {
            assert!(started.elapsed() < Duration::from_secs(120), "{} is never read", file.display());
            if paused.has_unread(&file) && also() {
                paused.signal("STOP");
                paused.wait_until_stopped();
                if paused.has_unread(&file) {
                    return Some(paused);
                }
                paused.signal("CONT");
            }
            std::thread::sleep(Duration::from_micros(200));
        }
        None
    }

    /// Sends a signal. What is not SIGKILL or SIGCONT arrives when the process goes on.
    pub(crate) fn signal(&self, name: &str) {
        run(Command::new("sh").args(["-c", &format!("kill -{name} {}", self.child.id())])).ok();
    }

    /// Lets the process go on to its end.
    pub(crate) fn go_on(self) -> Ran {
        self.signal("CONT");
        let output = self.child.wait_with_output().unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Whether the process has the file open and has not read it to its end.
    fn has_unread(&self, file: &Path) -> bool {
        let process = PathBuf::from(format!("/proc/{}", self.child.id()));
        let size = std::fs::metadata(file).unwrap().len();
        std::fs::read_dir(process.join("fd")).into_iter().flatten().flatten().any(|descriptor| {
            let info = process.join("fdinfo").join(descriptor.file_name());
            let info = std::fs::read_to_string(info).unwrap_or_default();
            let position = info.lines().find_map(|line| line.strip_prefix("pos:")?.trim().parse::<u64>().ok());
            std::fs::read_link(descriptor.path()).is_ok_and(|open| open == file)
                && position.is_some_and(|position| position < size)
        })
    }

    fn wait_until_stopped(&self) {
        let stat = format!("/proc/{}/stat", self.child.id());
        let is_stopped = || {
            let text = std::fs::read_to_string(&stat).unwrap_or_default();
            text.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with(['T', 'Z']))
        };
        while !is_stopped() {
            std::thread::sleep(Duration::from_micros(200));
        }
    }
}
