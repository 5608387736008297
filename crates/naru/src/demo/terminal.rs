//! The demo as a session at a terminal: headings, commands as a user types them, and what they print.

use clap::Parser as _;

use crate::cli::{Cli, Global};
use crate::error::CommandError;
use crate::output;

/// Says what comes next.
pub(crate) fn heading(text: &str) {
    output::line(format!("\n# {text}"));
}

/// Says something.
pub(crate) fn text(text: &str) {
    output::line(text);
}

/// Shows a command of naru and carries it out on the demo's project.
///
/// # Errors
/// What the command ends with.
pub(crate) fn command(global: &Global, words: &[&str]) -> Result<(), CommandError> {
    let typed: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    output::line(format!("$ naru {}", typed.join(" ")));
    let parsed = Cli::try_parse_from(std::iter::once("naru").chain(words.iter().copied()));
    let cli = parsed.map_err(|error| CommandError::usage(error.to_string()))?;
    cli.command.run(global)
}

fn quoted(word: &str) -> String {
    if word.contains(' ') { format!("\"{word}\"") } else { word.to_owned() }
}
