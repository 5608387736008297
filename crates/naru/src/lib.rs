//! naru: CSV drops become Iceberg tables, by the job's name alone.
//!
//! ```text
//!  the command line ─▶ verbs ─┐
//!                             ├─▶ workspace, planning, runs, reports, errors
//!  another program ──▶ service ─┘
//! ```
//!
//! The program is [`command_line`]; [`service`] is for programs that run jobs in their own process, as naru-lambda does: the
//! same code, another way in.

#[cfg(feature = "aws")]
mod athena_query;
#[cfg(feature = "aws")]
mod aws;
mod backfill;
mod backfill_plan;
mod cli;
mod demo;
mod error;
mod interval_args;
mod jobs;
mod lake_names;
#[cfg(feature = "aws")]
mod live_check;
mod log;
mod marked_job;
mod marks;
mod merge_estimate;
mod origin;
mod output;
mod parallel;
mod phase_lake;
mod planning;
mod process;
mod progress;
mod project_jobs;
mod quarantined;
mod run_error;
mod run_queue;
mod run_report;
mod runtime;
mod sampling;
mod saved_plan;
#[cfg(feature = "aws")]
pub mod service;
mod signals;
mod spark;
mod sync;
mod table_state;
mod treatment_key;
mod verbs;
mod whole_file;
mod workspace;

use std::process::ExitCode;

use clap::Parser as _;

/// The program `naru`: parses the command line, and carries it out.
pub fn command_line() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return error::usage(&error),
    };
    log::start(&cli.global);
    signals::survive_file_size_limit();
    match cli.command.run(&cli.global) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.report(&cli.global),
    }
}
