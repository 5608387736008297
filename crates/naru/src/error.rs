//! The one place where errors become a heading, causes, a hint and an exit code.

#[cfg(feature = "aws")]
mod of_glue;
mod of_load;

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use naru_core::Fault;
use naru_core::evolution::Refused;
use naru_decode::SourceError;
use naru_lake::{LakeError, LakeErrorKind};
use naru_load::RejectedValue;
use naru_query::QueryError;

use crate::cli::{Global, LogFormat};
use crate::output;

/// How a command ends when it does not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Trying again will not help.
    Failed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// Trying again later may help (`EX_TEMPFAIL` of sysexits.h).
    TryAgainLater = 75,
}

/// Tells what is wrong with the command line, or the help that it asked for.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    if error.use_stderr() && wants_json_log() {
        let text = error.to_string();
        let (heading, rest) = text.split_once('\n').unwrap_or((&text, ""));
        let heading = heading.strip_prefix("error: ").unwrap_or(heading);
        let details = rest.lines().map(str::trim).filter(|line| !line.is_empty()).map(Into::into).collect();
        print_json(&CommandError { details, ..CommandError::usage(heading) });
    } else {
        // Nothing can be told where standard error is gone.
        let _ = error.print();
    }
    if error.use_stderr() { ExitCode::from(Exit::Usage as u8) } else { ExitCode::SUCCESS }
}

/// What `--log` asks for, on a command line that cannot be parsed.
fn wants_json_log() -> bool {
    let arguments: Vec<String> = std::env::args_os().map(|a| a.to_string_lossy().into_owned()).collect();
    let given = arguments.iter().enumerate().find_map(|(at, argument)| match argument.as_str() {
        "--log" => arguments.get(at + 1).map(String::as_str),
        other => other.strip_prefix("--log="),
    });
    given.map_or_else(|| std::env::var("NARU_LOG").is_ok_and(|log| log == "json"), |log| log == "json")
}

fn print_json(error: &CommandError) {
    let line = serde_json::json!({
        "level": "error",
        "message": error.heading,
        "details": error.details,
        "hint": error.hint,
        "exit": error.exit as u8,
    });
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// An error on its way to the user.
#[derive(Debug, Clone)]
pub(crate) struct CommandError {
    heading: String,
    /// One a line below the heading: faults, causes.
    details: Vec<String>,
    hint: Option<String>,
    exit: Exit,
}

/// Place and reason of a bad value, never the value.
pub(crate) fn reject_line(value: &RejectedValue) -> String {
    let column = value.column.as_deref().map(|c| format!(" column {c}:")).unwrap_or_default();
    let (title, code) = (value.reason.title(), value.reason.code());
    let RejectedValue { location, line, row, byte_offset, .. } = value;
    format!("{location}:{line}: row {row}, byte {byte_offset}:{column} {title} ({code})")
}

/// After a run that was told to stop.
const STOPPED_HINT: &str = "nothing was committed, and what the run had written is deleted; run the same command again";

/// Details of a kind that are shown, bad values above all; the rest is counted.
pub(crate) const SHOWN_REJECTS: usize = 10;

impl CommandError {
    pub(crate) fn failed(heading: impl Into<String>) -> Self {
        Self { heading: heading.into(), details: Vec::new(), hint: None, exit: Exit::Failed }
    }

    pub(crate) fn usage(heading: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, ..Self::failed(heading) }
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    #[must_use]
    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }

    #[must_use]
    pub(crate) fn with_exit(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }

    /// The same error, with what it was about in front.
    #[must_use]
    pub(crate) fn about(mut self, thing: &str) -> Self {
        self.heading = format!("{thing}: {}", self.heading);
        self
    }

    /// Several faults of one thing.
    pub(crate) fn faults(thing: &str, faults: &[Fault]) -> Self {
        let count = faults.len();
        let mut error = Self::failed(format!("{thing} has {count} fault{}", if count == 1 { "" } else { "s" }));
        for fault in faults {
            let mut text = fault.to_string();
            if let Some(hint) = &fault.hint {
                let _ = write!(text, "\n    hint: {hint}");
            }
            error.details.push(text);
        }
        error
    }

    /// A file or directory that the operating system refused.
    pub(crate) fn io(doing: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::failed(format!("cannot {doing} {}: {error}", path.display()))
    }

    /// A source file that cannot be read (any further).
    pub(crate) fn source(path: &std::path::Path, error: &SourceError) -> Self {
        let failed = Self::failed(format!("{}: {error}", path.display())).causes(error);
        match error.hint() {
            Some(hint) => failed.hint(hint),
            None => failed,
        }
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    pub(crate) fn heading(&self) -> &str {
        &self.heading
    }

    /// One error for several things that failed, each told before: try again later only if that may help all of them.
    pub(crate) fn of_several(things: &str, all: usize, exits: &[Exit]) -> Self {
        let failed = exits.len();
        let exit = if exits.iter().all(|e| *e == Exit::TryAgainLater) { Exit::TryAgainLater } else { Exit::Failed };
        Self { exit, ..Self::failed(format!("{failed} of {all} {things} failed")) }
    }

    /// Tells the error on standard error; the exit code.
    pub(crate) fn report(&self, global: &Global) -> ExitCode {
        self.print(global);
        ExitCode::from(self.exit as u8)
    }

    /// Tells the error on standard error.
    pub(crate) fn print(&self, global: &Global) {
        match global.log {
            LogFormat::Json => print_json(self),
            LogFormat::Text => {
                let _ = write!(std::io::stderr().lock(), "{}", self.text(output::stderr_has_colour()));
            }
        }
    }

    /// All of it as plain text, without the word that it is an error.
    #[cfg(feature = "aws")]
    pub(crate) fn message(&self) -> String {
        let text = self.text(false);
        text.strip_prefix("error: ").unwrap_or(&text).trim_end().to_owned()
    }

    fn text(&self, colour: bool) -> String {
        let (red, cyan, off) = if colour { ("\x1b[1;31m", "\x1b[36m", "\x1b[0m") } else { ("", "", "") };
        let mut text = format!("{red}error{off}: {}\n", self.heading);
        for detail in &self.details {
            for line in detail.lines() {
                let _ = writeln!(text, "  {line}");
            }
        }
        if let Some(hint) = &self.hint {
            let _ = writeln!(text, "{cyan}hint{off}: {hint}");
        }
        text
    }

    /// Adds what caused an error, cause by cause.
    fn causes(mut self, error: &dyn Error) -> Self {
        let mut source = error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            if !self.details.iter().any(|d| d.contains(&text)) && !self.heading.contains(&text) {
                self.details.push(text);
            }
            source = cause.source();
        }
        self
    }
}

impl From<LakeError> for CommandError {
    fn from(error: LakeError) -> Self {
        let may_help = error.is_retryable() || error.kind() == LakeErrorKind::UnknownOutcome;
        let exit = if may_help { Exit::TryAgainLater } else { Exit::Failed };
        let hint = match error.kind() {
            LakeErrorKind::Conflict => {
                Some("another process changed the table at the same time; run the same command again")
            }
            LakeErrorKind::Unavailable => Some("the lake is busy or out of reach; run the same command again"),
            LakeErrorKind::Stopped => Some(STOPPED_HINT),
            LakeErrorKind::UnknownOutcome => Some(
                "whether the commit happened is not known, and nothing was deleted; run the same command again: it finds out",
            ),
            LakeErrorKind::Storage => {
                Some("nothing was committed; when the disk is mended, run the same command again")
            }
            _ => None,
        };
        Self { exit, hint: hint.map(Into::into), ..Self::failed(error.to_string()) }.causes(&error)
    }
}

impl CommandError {
    /// The first details of a list that may be long.
    fn list(mut self, details: Vec<String>) -> Self {
        let more = details.len().saturating_sub(SHOWN_REJECTS);
        self.details.extend(details.into_iter().take(SHOWN_REJECTS));
        if more > 0 {
            self.details.push(format!("and {more} more"));
        }
        self
    }

    /// Differences between a table and its definition that stay, each with what to do.
    pub(crate) fn refused(self, refused: &[Refused]) -> Self {
        refused
            .iter()
            .fold(self, |error, refused| error.detail(format!("{}\n    {}", refused.difference, refused.remedy)))
    }
}

impl From<QueryError> for CommandError {
    fn from(error: QueryError) -> Self {
        let error = match error {
            QueryError::Engine(error) => match error.downcast::<LakeError>() {
                Ok(error) => return Self::from(*error),
                Err(error) => QueryError::Engine(error),
            },
            error => error,
        };
        let with_hint = Self::failed(error.to_string()).causes(&error);
        match error.hint() {
            Some(hint) => with_hint.hint(hint),
            None => with_hint,
        }
    }
}
