//! naru: CSV drops become Iceberg tables, by the job's name alone.

mod cli;
mod demo;
mod error;
mod interval_args;
mod jobs;
mod lake_names;
mod log;
mod output;
mod planning;
mod progress;
mod runtime;
mod sampling;
mod saved_plan;
mod table_state;
mod treatment_key;
mod verbs;
mod workspace;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return error::usage(&error),
    };
    log::start(&cli.global);
    match cli.command.run(&cli.global) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.report(&cli.global),
    }
}
