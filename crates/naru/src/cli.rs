//! The command line: global options and the list of verbs. Every option can also be given as `NARU_…`.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};
use naru_core::Phase;

use crate::error::CommandError;
use crate::verbs;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// CSV drops become Iceberg tables, by the job's name alone.
///
/// A job's name says where its data comes from, where it goes, how it is loaded and how often:
/// `corebank__deposit__account__p2__merge__auto__d`. Start with `naru demo`.
#[derive(Debug, Parser)]
#[command(name = "naru", version, styles = STYLES, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 done, 1 failed (trying again will not help), 2 usage, 75 try again later.")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every verb.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Directory of `naru.toml`; by default the nearest one at or above the working directory.
    #[arg(long, global = true, env = "NARU_PROJECT", value_name = "DIR")]
    pub(crate) project: Option<PathBuf>,
    /// Phase: dev, qa or prod; by default what `naru.toml` says.
    #[arg(long, global = true, env = "NARU_PHASE")]
    pub(crate) phase: Option<Phase>,
    /// Print the result as JSON.
    #[arg(long, global = true, env = "NARU_JSON")]
    pub(crate) json: bool,
    /// How progress and errors are told on standard error.
    #[arg(long, global = true, env = "NARU_LOG", value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log: LogFormat,
    /// Tell nothing but results and errors.
    #[arg(long, short, global = true, env = "NARU_QUIET")]
    pub(crate) quiet: bool,
}

/// How progress and errors are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Bars on a terminal, plain lines otherwise.
    Text,
    /// A JSON object a line.
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(verbs::init::Init),
    Demo(verbs::demo::Demo),
    Infer(verbs::infer::Infer),
    Name(verbs::name::Name),
    Layout(verbs::layout::Layout),
    Check(verbs::check::Check),
    Plan(verbs::plan::Plan),
    Apply(verbs::apply::Apply),
    Route(verbs::route::Route),
    Run(verbs::run::Run),
    Rerun(verbs::rerun::Rerun),
    Mark(verbs::mark::Mark),
    Wait(verbs::wait::Wait),
    Manifest(verbs::manifest::Manifest),
    Sync(verbs::sync::Sync),
    Quarantine(verbs::quarantine::Quarantine),
    Replay(verbs::replay::Replay),
    Tables(verbs::tables::Tables),
    Query(verbs::query::Query),
    History(verbs::history::History),
    Maintain(verbs::maintain::Maintain),
    Completions(verbs::completions::Completions),
}

impl Command {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        match self {
            Self::Init(verb) => verb.run(global),
            Self::Demo(verb) => verb.run(global),
            Self::Infer(verb) => verb.run(global),
            Self::Name(verb) => verb.run(global),
            Self::Layout(verb) => verb.run(global),
            Self::Check(verb) => verb.run(global),
            Self::Plan(verb) => verb.run(global),
            Self::Apply(verb) => verb.run(global),
            Self::Route(verb) => verb.run(global),
            Self::Run(verb) => verb.run(global),
            Self::Rerun(verb) => verb.run(global),
            Self::Mark(verb) => verb.run(global),
            Self::Wait(verb) => verb.run(global),
            Self::Manifest(verb) => verb.run(global),
            Self::Sync(verb) => verb.run(global),
            Self::Quarantine(verb) => verb.run(global),
            Self::Replay(verb) => verb.run(global),
            Self::Tables(verb) => verb.run(global),
            Self::Query(verb) => verb.run(global),
            Self::History(verb) => verb.run(global),
            Self::Maintain(verb) => verb.run(global),
            Self::Completions(verb) => verb.run(),
        }
    }
}
