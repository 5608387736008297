//! The program `naru`.

use std::process::ExitCode;

fn main() -> ExitCode {
    naru::command_line()
}
